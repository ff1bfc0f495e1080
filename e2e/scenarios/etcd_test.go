package scenarios

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/testbed"
)

// With an etcd cluster of three members beside the API server, one member may
// die and come back while the cluster is written to.
func TestEtcdMemberKilled(t *testing.T) {
	c := config(cluster.Name+"e", strings.TrimSuffix(cluster.Subnet, ".0")+".1", 1, 3)
	say := func(format string, args ...any) { t.Logf(format, args...) }
	cl, err := testbed.Up(t.Context(), c, say)
	t.Cleanup(func() {
		if t.Failed() {
			keep(c)
		}
		if err := testbed.Down(context.Background(), c); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := cl.WaitNodes(t.Context(), 90*time.Second); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) {
		t.Helper()
		if out, err := cl.Kubectl(t.Context(), args...); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	run("create", "-f", file(t, controller("web", 2)))
	if err := cl.WaitPods(t.Context(), "default", "app=web", 2, 90*time.Second); err != nil {
		t.Fatal(err)
	}
	for i, member := range cl.Etcds {
		if err := member.Kill("etcd"); err != nil {
			t.Fatal(err)
		}
		// The member that dies may be the leader: writes wait for the election.
		name := fmt.Sprintf("during-%d", i)
		if err := testbed.Eventually(t.Context(), 30*time.Second, func() error {
			_, err := cl.Kubectl(t.Context(), "create", "configmap", name, "--from-literal=member="+member.Name)
			if err != nil {
				if _, there := cl.Kubectl(t.Context(), "get", "configmap", name); there == nil {
					return nil // an earlier try was stored, its answer was lost
				}
			}
			return err
		}); err != nil {
			t.Fatalf("no write without %s: %v", member.Name, err)
		}
		if err := member.Restart(t.Context(), "etcd"); err != nil {
			t.Fatal(err)
		}
	}
	for i := range cl.Etcds {
		run("get", "configmap", fmt.Sprintf("during-%d", i))
	}
	run("scale", "rc", "web", "--replicas=3")
	if err := cl.WaitPods(t.Context(), "default", "app=web", 3, 90*time.Second); err != nil {
		t.Fatal(err)
	}
}
