// Package daemons runs our binaries on this host alone, for tests that need a
// real API server and one or two daemons beside it but no containers. Package
// testbed is for those that need hosts.
package daemons

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/pilothouse/pilothouse/client"
)

// modules are the modules of the binaries, next to the one of the tests.
var modules = map[string]string{
	"kube-apiserver":          "apiserver",
	"kube-scheduler":          "scheduler",
	"kube-controller-manager": "controller-manager",
}

// Binaries gives the folder with our binaries: $PILOTHOUSE_BIN, or dir, into
// which it builds those that are named. root is the repository's. Errors: what
// the compiler says.
func Binaries(dir, root string, names ...string) (string, error) {
	if bin := os.Getenv("PILOTHOUSE_BIN"); bin != "" {
		return bin, nil
	}
	for _, name := range names {
		build := exec.Command("go", "build", "-o", filepath.Join(dir, name), "./cmd/"+name)
		build.Dir = filepath.Join(root, modules[name])
		if out, err := build.CombinedOutput(); err != nil {
			return "", fmt.Errorf("build %s: %w\n%s", name, err, out)
		}
	}
	return dir, nil
}

// Process is a daemon that can be ended and started again. It dies with the
// test.
type Process struct {
	// Path is the binary, Args are its flags.
	Path string
	Args []string

	cmd *exec.Cmd
	mu  sync.Mutex
	log bytes.Buffer
}

// Start runs the daemon.
func (p *Process) Start() error {
	p.cmd = exec.Command(p.Path, p.Args...)
	p.cmd.Stdout, p.cmd.Stderr = p, p
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", filepath.Base(p.Path), err)
	}
	return nil
}

// PID is the process's number while it runs.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// End sends sig and waits until the process is gone. It may be called of one
// that does not run, or is nil.
func (p *Process) End(sig syscall.Signal) {
	if p == nil || p.cmd == nil || p.cmd.Process == nil {
		return
	}
	_ = p.cmd.Process.Signal(sig)
	_ = p.cmd.Wait()
	p.cmd = nil
}

// Write takes the daemon's output.
func (p *Process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

// Show writes the end of the daemon's log to standard error, for a run that
// failed. A nil one has none.
func (p *Process) Show() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.log.Bytes()
	fmt.Fprintf(os.Stderr, "--- %s\n%s\n", filepath.Base(p.Path), b[max(0, len(b)-4000):])
}

// StartServer runs an API server with an etcd of its own in data, and waits
// until it is ready. The process is there also when that fails, for its log.
func StartServer(bin, data string, args ...string) (*Process, *client.Client, error) {
	port, err := freePort()
	if err != nil {
		return nil, nil, err
	}
	p := &Process{Path: filepath.Join(bin, "kube-apiserver"), Args: append([]string{"--data-dir=" + data, fmt.Sprint("--secure-port=", port)}, args...)}
	if err := p.Start(); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var c *client.Client
	err = Until(ctx, func() (err error) {
		c, err = connect(ctx, filepath.Join(data, "admin.kubeconfig"))
		return err
	})
	if err != nil {
		return p, nil, fmt.Errorf("wait for the API server: %w", err)
	}
	return p, c, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func connect(ctx context.Context, kubeconfig string) (*client.Client, error) {
	if _, err := os.Stat(kubeconfig); err != nil {
		return nil, err
	}
	cfg, err := client.ConfigFromKubeconfig(kubeconfig, "")
	if err != nil {
		return nil, err
	}
	c, err := client.New(cfg)
	if err != nil {
		return nil, err
	}
	_, err = c.Raw().Do(ctx, "GET", "/readyz", nil, "", nil)
	return c, err
}

// Until calls f every few milliseconds until it returns nil or ctx ends, and
// then returns what f said last.
func Until(ctx context.Context, f func() error) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := f()
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}
