package controllers

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
)

// testbed is the API server and the controller manager that all tests share.
var testbed struct {
	dir     string
	client  *client.Client
	server  *daemons.Process
	manager *daemons.Process
	hollow  *hollow
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
		testbed.manager.End(syscall.SIGTERM)
		testbed.server.End(syscall.SIGTERM)
	}()
	if err := up(dir); err != nil {
		fmt.Fprintln(os.Stderr, "bring up the test cluster:", err)
		testbed.server.Show()
		testbed.manager.Show()
		return 1
	}
	code := m.Run()
	if code != 0 {
		testbed.manager.Show()
	}
	return code
}

// up builds both daemons, unless $PILOTHOUSE_BIN has them, and starts them.
func up(dir string) error {
	bin, err := daemons.Binaries(dir, "../..", "kube-apiserver", "kube-controller-manager")
	if err != nil {
		return err
	}
	data := filepath.Join(dir, "data")
	if testbed.server, testbed.client, err = daemons.StartServer(bin, data); err != nil {
		return err
	}
	testbed.manager = &daemons.Process{Path: filepath.Join(bin, "kube-controller-manager"), Args: []string{
		"--kubeconfig=" + filepath.Join(data, "controller-manager.kubeconfig"), "--secure-port=0",
		"--node-monitor-grace-period=2s", "--default-unreachable-toleration-seconds=1", "--default-not-ready-toleration-seconds=1",
		"--leader-elect-lease-duration=3s", "--leader-elect-renew-deadline=2s", "--leader-elect-retry-period=500ms",
		"--node-fence-period=4s", "--horizontal-pod-autoscaler-sync-period=500ms", "-v=2",
		"--cluster-signing-cert-file=" + filepath.Join(data, "pki/ca.crt"), "--cluster-signing-key-file=" + filepath.Join(data, "pki/ca.key"),
		"--service-account-private-key-file=" + filepath.Join(data, "pki/sa.key"),
	}}
	if err := testbed.manager.Start(); err != nil {
		return err
	}
	testbed.hollow, err = newHollow(testbed.client, "node1", "node2", "node3")
	return err
}

// eventually fails the test unless f returns nil within the time, and returns
// how long that took.
func eventually(t *testing.T, within time.Duration, f func() error) time.Duration {
	t.Helper()
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	if err := daemons.Until(ctx, f); err != nil {
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
