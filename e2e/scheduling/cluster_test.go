package scheduling

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
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// testbed is the API server and the scheduler that all tests share.
var testbed struct {
	bin, data string
	client    *client.Client
}

// process is a daemon.
type process struct {
	name string
	cmd  *exec.Cmd
	mu   sync.Mutex
	log  bytes.Buffer
}

// Write takes the daemon's output.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

// start runs a daemon; it dies with us.
func start(name string, args ...string) (*process, error) {
	p := &process{name: name, cmd: exec.Command(filepath.Join(testbed.bin, name), args...)}
	p.cmd.Stdout, p.cmd.Stderr = p, p
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	return p, nil
}

// end stops it and shows the end of its log if that is wanted.
func (p *process) end(show bool) {
	if p == nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait()
	if show {
		b := p.log.Bytes()
		fmt.Fprintf(os.Stderr, "--- %s\n%s\n", p.name, b[max(0, len(b)-4000):])
	}
}

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("needs a running API server: make test-integration")
		os.Exit(0)
	}
	os.Exit(run(m))
}

func run(m *testing.M) (code int) {
	dir, err := os.MkdirTemp("", "scheduling")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	var daemons []*process
	defer func() {
		for _, p := range daemons {
			p.end(code != 0)
		}
	}()
	if daemons, err = up(dir); err != nil {
		fmt.Fprintln(os.Stderr, "bring up the test cluster:", err)
		return 1
	}
	return m.Run()
}

// up builds both daemons, unless $PILOTHOUSE_BIN has them, and starts them.
func up(dir string) ([]*process, error) {
	testbed.bin, testbed.data = os.Getenv("PILOTHOUSE_BIN"), filepath.Join(dir, "data")
	if testbed.bin == "" {
		testbed.bin = dir
		for module, cmd := range map[string]string{"apiserver": "kube-apiserver", "scheduler": "kube-scheduler"} {
			build := exec.Command("go", "build", "-o", filepath.Join(dir, cmd), "./cmd/"+cmd)
			build.Dir = filepath.Join("..", "..", module)
			if out, err := build.CombinedOutput(); err != nil {
				return nil, fmt.Errorf("build %s: %w\n%s", cmd, err, out)
			}
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	server, err := start("kube-apiserver", "--data-dir="+testbed.data, fmt.Sprint("--secure-port=", port))
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := until(ctx, func() error { return connect(ctx) }); err != nil {
		return []*process{server}, fmt.Errorf("wait for the API server: %w", err)
	}
	scheduler, err := startScheduler()
	return []*process{scheduler, server}, err
}

// startScheduler starts a scheduler beside others that there may be.
func startScheduler(args ...string) (*process, error) {
	return start("kube-scheduler", append([]string{
		"--kubeconfig=" + filepath.Join(testbed.data, "scheduler.kubeconfig"), "--secure-port=0", "--leader-elect=false",
	}, args...)...)
}

func connect(ctx context.Context) error {
	kubeconfig := filepath.Join(testbed.data, "admin.kubeconfig")
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

func eventually(t testing.TB, f func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := until(ctx, f); err != nil {
		t.Fatal(err)
	}
}

func pods() client.Resource[*core.Pod] { return client.Of[*core.Pod](testbed.client) }

func nodes() client.Resource[*core.Node] { return client.Of[*core.Node](testbed.client) }

// newNode makes a node with 4 CPUs in a zone; change, if not nil, edits it. It
// is gone when the test ends.
func newNode(t testing.TB, name, zone string, change func(*core.Node)) {
	t.Helper()
	n := &core.Node{}
	n.Name = name
	n.Labels = map[string]string{core.LabelHostname: name, core.LabelTopologyZone: zone}
	n.Status.Allocatable = core.ResourceList{
		core.ResourceCPU: quantity.MustParse("4"), core.ResourceMemory: quantity.MustParse("32Gi"), core.ResourcePods: quantity.MustParse("110"),
	}
	n.Status.Capacity = n.Status.Allocatable
	if change != nil {
		change(n)
	}
	status := n.Status
	made, err := nodes().Create(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nodes().Delete(context.Background(), "", name) })
	// A new node is tainted until somebody says that it is ready.
	made.Spec.Taints, made.Status = n.Spec.Taints, status
	if _, err := nodes().UpdateStatus(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		now, err := nodes().Get(t.Context(), "", name)
		if err != nil {
			return err
		}
		now.Spec.Taints = n.Spec.Taints
		_, err = nodes().Update(t.Context(), now)
		return err
	})
}

// newPod makes a pod that asks for a tenth of a CPU.
func newPod(t testing.TB, ns, name string, change func(*core.Pod)) {
	t.Helper()
	p := &core.Pod{}
	p.Namespace, p.Name = ns, name
	p.Spec.Containers = []core.Container{{Name: "c", Image: "nginx:1.22"}}
	p.Spec.Containers[0].Resources.Requests = core.ResourceList{core.ResourceCPU: quantity.MustParse("100m")}
	if change != nil {
		change(p)
	}
	if _, err := pods().Create(t.Context(), p); err != nil {
		t.Fatal(err)
	}
}

// namespace makes a namespace whose pods are gone when the test ends.
func namespace(t testing.TB) string {
	t.Helper()
	ns := &core.Namespace{ObjectMeta: meta.ObjectMeta{GenerateName: "test-"}}
	ns, err := client.Of[*core.Namespace](testbed.client).Create(t.Context(), ns)
	if err != nil {
		t.Fatal(err)
	}
	account := &core.ServiceAccount{ObjectMeta: meta.ObjectMeta{Namespace: ns.Name, Name: "default"}}
	if _, err := client.Of[*core.ServiceAccount](testbed.client).Create(t.Context(), account); err != nil && !client.IsAlreadyExists(err) {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// Nobody ends pods that are bound: there is no kubelet.
		list, err := pods().List(context.Background(), ns.Name, client.ListOptions{})
		if err != nil {
			return
		}
		for _, p := range list.Items {
			_ = pods().Delete(context.Background(), ns.Name, p.Name, client.GracePeriod(0))
		}
	})
	return ns.Name
}
