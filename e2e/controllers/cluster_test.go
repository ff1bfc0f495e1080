package controllers

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// testbed is the API server and the controller manager that all tests share.
var testbed struct {
	dir     string
	bin     string
	url     string
	client  *client.Client
	server  *process
	manager *process
	hollow  *hollow
}

// process is a daemon that can be killed and started again.
type process struct {
	name string
	args []string
	cmd  *exec.Cmd
	log  lockedBuffer
}

// lockedBuffer takes a process's output and may be read meanwhile.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.b.Bytes()
	return string(b[max(0, len(b)-4000):])
}

func (p *process) start() error {
	p.cmd = exec.Command(filepath.Join(testbed.bin, p.name), p.args...)
	p.cmd.Stdout, p.cmd.Stderr = &p.log, &p.log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	return nil
}

// end sends sig and waits until the process is gone.
func (p *process) end(sig syscall.Signal) {
	if p == nil || p.cmd == nil || p.cmd.Process == nil {
		return
	}
	_ = p.cmd.Process.Signal(sig)
	_ = p.cmd.Wait()
	p.cmd = nil
}

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("needs a running API server and a minute: make test-integration")
		os.Exit(0)
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "controllers")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	testbed.dir = dir
	defer func() {
		if testbed.hollow != nil {
			testbed.hollow.close()
		}
		testbed.manager.end(syscall.SIGTERM)
		testbed.server.end(syscall.SIGTERM)
	}()
	if err := up(dir); err != nil {
		fmt.Fprintln(os.Stderr, "bring up the test cluster:", err)
		for _, p := range []*process{testbed.server, testbed.manager} {
			if p != nil {
				fmt.Fprintf(os.Stderr, "--- %s\n%s\n", p.name, p.log.tail())
			}
		}
		return 1
	}
	code := m.Run()
	if code != 0 {
		fmt.Fprintf(os.Stderr, "--- %s\n%s\n", testbed.manager.name, testbed.manager.log.tail())
	}
	return code
}

// up builds both daemons, unless $PILOTHOUSE_BIN has them, and starts them.
func up(dir string) error {
	testbed.bin = os.Getenv("PILOTHOUSE_BIN")
	if testbed.bin == "" {
		testbed.bin = dir
		for module, cmd := range map[string]string{"apiserver": "kube-apiserver", "controller-manager": "kube-controller-manager"} {
			build := exec.Command("go", "build", "-o", filepath.Join(dir, cmd), "./cmd/"+cmd)
			build.Dir = filepath.Join("..", "..", module)
			if out, err := build.CombinedOutput(); err != nil {
				return fmt.Errorf("build %s: %w\n%s", cmd, err, out)
			}
		}
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	data := filepath.Join(dir, "data")
	testbed.server = &process{name: "kube-apiserver", args: []string{"--data-dir=" + data, fmt.Sprint("--secure-port=", port)}}
	if err := testbed.server.start(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := until(ctx, func() error { return connect(ctx, filepath.Join(data, "admin.kubeconfig")) }); err != nil {
		return fmt.Errorf("wait for the API server: %w", err)
	}
	testbed.manager = &process{name: "kube-controller-manager", args: []string{
		"--kubeconfig=" + filepath.Join(data, "controller-manager.kubeconfig"), "--secure-port=0",
		"--node-monitor-grace-period=2s", "--default-unreachable-toleration-seconds=1", "--default-not-ready-toleration-seconds=1",
		"--leader-elect-lease-duration=3s", "--leader-elect-renew-deadline=2s", "--leader-elect-retry-period=500ms",
		"--node-fence-period=4s", "--horizontal-pod-autoscaler-sync-period=500ms", "-v=2",
		"--cluster-signing-cert-file=" + filepath.Join(data, "pki/ca.crt"), "--cluster-signing-key-file=" + filepath.Join(data, "pki/ca.key"),
		"--service-account-private-key-file=" + filepath.Join(data, "pki/sa.key"),
	}}
	if err := testbed.manager.start(); err != nil {
		return err
	}
	testbed.hollow, err = newHollow(testbed.client, "node1", "node2", "node3")
	return err
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func connect(ctx context.Context, kubeconfig string) error {
	if _, err := os.Stat(kubeconfig); err != nil {
		return err
	}
	cfg, err := client.ConfigFromKubeconfig(kubeconfig, "")
	if err != nil {
		return err
	}
	c, err := client.New(cfg)
	if err != nil {
		return err
	}
	if _, err := c.Raw().Do(ctx, "GET", "/readyz", nil, "", nil); err != nil {
		return err
	}
	testbed.client = c
	return nil
}

// until calls f every few milliseconds until it returns nil or ctx ends, and
// then returns what f said last.
func until(ctx context.Context, f func() error) error {
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

// eventually fails the test unless f returns nil within the time, and returns
// how long that took.
func eventually(t *testing.T, within time.Duration, f func() error) time.Duration {
	t.Helper()
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	if err := until(ctx, f); err != nil {
		t.Fatalf("after %v: %v", within, err)
	}
	return time.Since(began)
}

// namespace makes a namespace of the test's own, which goes with it.
func namespace(t *testing.T) string {
	t.Helper()
	ns := &core.Namespace{}
	ns.GenerateName = "test-"
	made, err := client.Of[*core.Namespace](testbed.client).Create(t.Context(), ns)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = client.Of[*core.Namespace](testbed.client).Delete(ctx, "", made.Name)
	})
	eventually(t, 10*time.Second, func() error {
		_, err := client.Of[*core.ServiceAccount](testbed.client).Get(t.Context(), made.Name, "default")
		return err
	})
	return made.Name
}

// must fails the test on an error.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// gone is nil when err says that an object does not exist.
func gone(what string, err error) error {
	if client.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%s is still there", what)
}

// ownedBy is a reference to o.
func ownedBy(apiVersion, kind string, o meta.Object, block bool) meta.OwnerReference {
	m := o.GetObjectMeta()
	return meta.OwnerReference{APIVersion: apiVersion, Kind: kind, Name: m.Name, UID: m.UID, BlockOwnerDeletion: &block}
}
