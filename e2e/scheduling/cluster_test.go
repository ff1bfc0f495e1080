package scheduling

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/e2e/daemons"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// testbed is the API server and the scheduler that all tests share.
var testbed struct {
	bin, data string
	client    *client.Client
	server    *daemons.Process
	scheduler *daemons.Process
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
	defer func() {
		testbed.scheduler.End(syscall.SIGTERM)
		testbed.server.End(syscall.SIGTERM)
		if code != 0 {
			testbed.scheduler.Show()
			testbed.server.Show()
		}
	}()
	if err := up(dir); err != nil {
		fmt.Fprintln(os.Stderr, "bring up the test cluster:", err)
		return 1
	}
	return m.Run()
}

// up builds both daemons, unless $PILOTHOUSE_BIN has them, and starts them.
func up(dir string) (err error) {
	testbed.data = filepath.Join(dir, "data")
	if testbed.bin, err = daemons.Binaries(dir, "../..", "kube-apiserver", "kube-scheduler"); err != nil {
		return err
	}
	if testbed.server, testbed.client, err = daemons.StartServer(testbed.bin, testbed.data); err != nil {
		return err
	}
	testbed.scheduler = newScheduler()
	return testbed.scheduler.Start()
}

// newScheduler is a scheduler beside others that there may be, not yet started.
func newScheduler(args ...string) *daemons.Process {
	return &daemons.Process{Path: filepath.Join(testbed.bin, "kube-scheduler"), Args: append([]string{
		"--kubeconfig=" + filepath.Join(testbed.data, "scheduler.kubeconfig"), "--secure-port=0", "--leader-elect=false",
	}, args...)}
}

func eventually(t testing.TB, f func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := daemons.Until(ctx, f); err != nil {
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
