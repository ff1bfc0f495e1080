// Package bed starts an API server and a controller manager for one test, with
// ports and a data folder of their own, and removes them with the test.
package bed

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Bed is a running cluster without nodes.
type Bed struct {
	// Kubeconfig is the path of the administrator's kubeconfig.
	Kubeconfig string
	// Server is the API server's URL.
	Server string
	// Dir is the API server's data folder.
	Dir string
	// Etcd is the URL of etcd, if it runs beside the server.
	Etcd string

	apiserver, manager, etcd *process
}

// Config is what a test may choose.
type Config struct {
	// Flags are more flags of the API server.
	Flags []string
	// ManagerFlags are more flags of the controller manager.
	ManagerFlags []string
	// Controllers are those of the controller manager; empty: all.
	Controllers string
	// Etcd says that etcd runs beside the server and not inside it.
	Etcd bool
}

// Start starts both daemons and waits until the server is ready. They end with
// the test; when it has failed, the ends of their logs are shown.
func Start(t testing.TB, c Config) *Bed {
	t.Helper()
	bin := Binaries(t)
	// Not t.TempDir: its removal must come after the daemons' end, and its
	// name is longer than what some programs take for a socket.
	dir, err := os.MkdirTemp("", "compat")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	port := FreePort(t)
	b := &Bed{Dir: dir, Kubeconfig: filepath.Join(dir, "admin.kubeconfig"), Server: fmt.Sprintf("https://127.0.0.1:%d", port)}
	b.apiserver = &process{path: filepath.Join(bin, "kube-apiserver"),
		args: append([]string{"--data-dir=" + dir, fmt.Sprint("--secure-port=", port), "--bind-address=127.0.0.1"}, c.Flags...)}
	b.manager = &process{path: filepath.Join(bin, "kube-controller-manager"),
		args: append([]string{"--kubeconfig=" + filepath.Join(dir, "controller-manager.kubeconfig"), "--secure-port=0",
			"--controllers=" + cmp.Or(c.Controllers, "*")}, c.ManagerFlags...)}
	if c.Etcd {
		b.startEtcd(t, bin)
	}
	t.Cleanup(func() {
		b.manager.end(syscall.SIGTERM)
		b.apiserver.end(syscall.SIGTERM)
		b.etcd.end(syscall.SIGTERM)
		if t.Failed() {
			t.Logf("the end of the API server's log:\n%s", b.apiserver.log.tail())
			t.Logf("the end of the controller manager's log:\n%s", b.manager.log.tail())
		}
	})
	b.StartServer(t)
	b.manager.start(t)
	return b
}

// RestartServer stops the API server with sig and starts it again on the same
// port and data.
func (b *Bed) RestartServer(t testing.TB, sig syscall.Signal) {
	t.Helper()
	b.StopServer(sig)
	b.StartServer(t)
}

// StopServer stops the API server with sig.
func (b *Bed) StopServer(sig syscall.Signal) { b.apiserver.end(sig) }

// StartServer starts the API server, after StopServer, and waits until it is
// ready.
func (b *Bed) StartServer(t testing.TB) {
	t.Helper()
	b.apiserver.start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	for {
		err := b.ready(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("the API server is not ready after a minute: %v", err)
		case <-b.apiserver.ended:
			t.Fatalf("the API server ended while it started:\n%s", b.apiserver.log.tail())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// ready asks the server whether it is.
func (b *Bed) ready(ctx context.Context) error {
	ca, err := os.ReadFile(filepath.Join(b.Dir, "pki", "ca.crt"))
	if err != nil {
		return err
	}
	if _, err := os.Stat(b.Kubeconfig); err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.Server+"/readyz", nil)
	if err != nil {
		return err
	}
	resp, err := (&http.Client{Transport: transport, Timeout: 5 * time.Second}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("/readyz answers %s", resp.Status)
	}
	return nil
}

// startEtcd starts an etcd beside the server.
func (b *Bed) startEtcd(t testing.TB, bin string) {
	t.Helper()
	b.Etcd = fmt.Sprint("http://127.0.0.1:", FreePort(t))
	peer := fmt.Sprint("http://127.0.0.1:", FreePort(t))
	b.etcd = &process{path: filepath.Join(bin, "etcd"), args: []string{"--data-dir=" + filepath.Join(b.Dir, "etcd-beside"), "--unsafe-no-fsync",
		"--listen-client-urls=" + b.Etcd, "--advertise-client-urls=" + b.Etcd,
		"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer, "--initial-cluster=default=" + peer}}
	b.etcd.start(t)
	b.apiserver.args = append(b.apiserver.args, "--etcd-servers="+b.Etcd)
}

// Second starts another API server on the same etcd and keys, which ends with
// the test.
func (b *Bed) Second(t testing.TB) *Bed {
	t.Helper()
	port := FreePort(t)
	two := &Bed{Dir: b.Dir, Server: fmt.Sprintf("https://127.0.0.1:%d", port), Kubeconfig: filepath.Join(t.TempDir(), "admin.kubeconfig"), Etcd: b.Etcd}
	text, err := os.ReadFile(b.Kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(two.Kubeconfig, bytes.ReplaceAll(text, []byte(b.Server), []byte(two.Server)), 0o600); err != nil {
		t.Fatal(err)
	}
	two.apiserver = &process{path: b.apiserver.path, args: []string{"--data-dir=" + b.Dir, fmt.Sprint("--secure-port=", port), "--bind-address=127.0.0.1", "--etcd-servers=" + b.Etcd}}
	t.Cleanup(func() { two.apiserver.end(syscall.SIGTERM) })
	two.StartServer(t)
	return two
}

var built struct {
	once sync.Once
	dir  string
	err  error
}

// Root is the top of the repository.
func Root(t testing.TB) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// Binaries is the folder of our daemons: $PILOTHOUSE_BIN, or one that they are
// built into now.
func Binaries(t testing.TB) string {
	t.Helper()
	root := Root(t)
	built.once.Do(func() {
		if built.dir = os.Getenv("PILOTHOUSE_BIN"); built.dir != "" {
			return
		}
		built.dir = filepath.Join(cmp.Or(os.Getenv("COMPAT_CACHE"), filepath.Join(root, "bin", "strangers")), "ours")
		for cmd, pkg := range map[string]string{"kube-apiserver": "./apiserver/cmd/kube-apiserver", "etcd": "go.etcd.io/etcd/server/v3",
			"kube-controller-manager": "./controller-manager/cmd/kube-controller-manager"} {
			build := exec.Command("go", "build", "-o", filepath.Join(built.dir, cmd), pkg)
			// These tests are outside of the workspace, the daemons inside.
			build.Dir, build.Env = root, append(os.Environ(), "GOWORK="+filepath.Join(root, "go.work"))
			if out, err := build.CombinedOutput(); err != nil {
				built.err = fmt.Errorf("build %s: %w\n%s", cmd, err, out)
				return
			}
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.dir
}

// FreePort is a port that nobody listened on a moment ago.
func FreePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// process is a daemon that can be stopped and started again.
type process struct {
	path  string
	args  []string
	cmd   *exec.Cmd
	ended chan struct{}
	log   output
}

func (p *process) start(t testing.TB) {
	t.Helper()
	p.cmd = exec.Command(p.path, p.args...)
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.ended = make(chan struct{})
	go func(cmd *exec.Cmd, ended chan struct{}) {
		_ = cmd.Wait()
		close(ended)
	}(p.cmd, p.ended)
}

// end sends sig and waits until the process is gone; one that does not want to
// go is killed.
func (p *process) end(sig syscall.Signal) {
	if p == nil || p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Signal(sig)
	select {
	case <-p.ended:
	case <-time.After(30 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
	p.cmd = nil
}

// output takes what a process prints and may be read meanwhile.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write takes p.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) tail() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	b := o.b.Bytes()
	return string(b[max(0, len(b)-2000):])
}
