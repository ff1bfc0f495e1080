package scenarios

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/e2e/testbed"
)

// route is what a host knows of the way to a network; empty when nothing.
func route(t *testing.T, host *testbed.Host, network string) string {
	t.Helper()
	out, err := host.Output(t.Context(), "ip", "route", "show", network)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out)
}

// podCIDR is the pods' network of a node.
func podCIDR(t *testing.T, node string) string {
	t.Helper()
	return kubectl(t, "get", "node", node, "-o", "jsonpath={.spec.podCIDR}")
}

// Somebody deletes a route of the pods' network: it is back at once. Routes of
// other people stay as they are.
func TestDeletedRouteComesBack(t *testing.T) {
	here, there := cluster.Nodes[0], cluster.Nodes[1]
	network := podCIDR(t, there.Name)
	want := route(t, here, network)
	if !strings.Contains(want, "via "+there.Address+" ") {
		t.Fatalf("the route to %s is %q, want one via %s", network, want, there.Address)
	}
	ip := func(args ...string) {
		t.Helper()
		if out, err := here.Output(t.Context(), "ip", append([]string{"route"}, args...)...); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	const foreign = "192.0.2.0/24"
	ip("add", foreign, "via", there.Address)
	t.Cleanup(func() { _ = here.Command(context.Background(), "ip", "route", "del", foreign).Run() })
	for range 3 {
		ip("del", network)
		eventually(t, 2*time.Second, func() error {
			if got := route(t, here, network); got != want {
				return fmt.Errorf("the route is %q, was %q", got, want)
			}
			return nil
		})
	}
	if got := route(t, here, foreign); !strings.Contains(got, "via "+there.Address) {
		t.Errorf("the other program's route is %q now", got)
	}
	ip("del", foreign)
	if got := route(t, here, foreign); got != "" {
		t.Errorf("a route that is not ours came back: %q", got)
	}
}

// A node that is taken away for good: its routes go everywhere, its pods are
// replaced, and those that nobody replaces are removed. Powered on again it joins
// as before, and gets its daemons.
func TestNodeTakenAwayAndBack(t *testing.T) {
	ns := namespace(t)
	kubectl(t, "create", "-n", ns, "-f", file(t, controller("web", 4)))
	before := waitPods(t, ns, "app=web", 4)
	last := cluster.Nodes[len(cluster.Nodes)-1]
	kubectl(t, "create", "-n", ns, "-f", file(t, strings.NewReplacer("kind: Deployment", "kind: DaemonSet", "replicas: 0\n  ", "").Replace(deployment("agent", 0, ""))))
	create(t, ns, "alone", "\n  nodeName: "+last.Name+"\n  containers: [{name: c, image: \"busybox:1.35\", command: [sleep, \"3600\"]}]\n")
	waitPods(t, ns, "app=agent", len(cluster.Nodes))
	waitPods(t, ns, "app=alone", 1)
	if !slices.ContainsFunc(before, func(p pod) bool { return p.Spec.NodeName == last.Name }) {
		t.Fatalf("no pod runs on %s", last.Name)
	}
	network := podCIDR(t, last.Name)
	if err := last.PowerOff(); err != nil {
		t.Fatal(err)
	}
	on := false
	powerOn := func() error {
		if on {
			return nil
		}
		on = true
		if err := last.PowerOn(t.Context()); err != nil {
			return err
		}
		return cluster.StartNode(t.Context(), last)
	}
	defer func() {
		if err := powerOn(); err != nil {
			t.Error(err)
		}
	}()
	kubectl(t, "delete", "node", last.Name)
	off := time.Now()
	for _, n := range cluster.Nodes[:len(cluster.Nodes)-1] {
		eventually(t, 5*time.Second, func() error {
			if got := route(t, n, network); got != "" {
				return fmt.Errorf("%s still has the route %q", n.Name, got)
			}
			return nil
		})
	}
	for _, p := range waitPods(t, ns, "app=web", 4) {
		if p.Spec.NodeName == last.Name {
			t.Errorf("%s is on the node that is gone", p.Metadata.Name)
		}
	}
	t.Logf("4 pods Ready on the other nodes %.1f s after the node was deleted", time.Since(off).Seconds())
	waitPods(t, ns, "app=agent", len(cluster.Nodes)-1)
	eventually(t, 20*time.Second, func() error {
		if out := kubectl(t, "get", "pod", "alone", "-n", ns, "--ignore-not-found"); out != "" {
			return fmt.Errorf("its pod that nobody replaces is still there: %s", out)
		}
		return nil
	})

	if err := powerOn(); err != nil {
		t.Fatal(err)
	}
	if err := cluster.WaitNodes(t.Context(), 60*time.Second); err != nil {
		t.Fatal(err)
	}
	network = podCIDR(t, last.Name)
	for _, n := range cluster.Nodes[:len(cluster.Nodes)-1] {
		eventually(t, 10*time.Second, func() error {
			if got := route(t, n, network); !strings.Contains(got, "via "+last.Address+" ") {
				return fmt.Errorf("%s's route to %s is %q", n.Name, network, got)
			}
			return nil
		})
	}
	if agents := waitPods(t, ns, "app=agent", len(cluster.Nodes)); !slices.ContainsFunc(agents, func(p pod) bool { return p.Spec.NodeName == last.Name }) {
		t.Errorf("no daemon runs on %s", last.Name)
	}
	// It works: a new pod there is reached from another node.
	kubectl(t, "scale", "-n", ns, "rc", "web", "--replicas=6")
	var fresh *pod
	for _, p := range waitPods(t, ns, "app=web", 6) {
		if p.Spec.NodeName == last.Name {
			fresh = &p
		}
	}
	if fresh == nil {
		t.Fatalf("no new pod runs on %s", last.Name)
	}
	if _, err := testbed.Page(t.Context(), cluster.Nodes[0], "http://"+fresh.Status.PodIP+"/", 10*time.Second); err != nil {
		t.Error(err)
	}
	eventually(t, 60*time.Second, func() error {
		out, err := last.Output(t.Context(), "ctr", "-n", "k8s.io", "containers", "list")
		for _, p := range before {
			if p.Spec.NodeName == last.Name && err == nil && strings.Contains(out, container(p)) {
				err = errors.New("a container from before the power cut is still there")
			}
		}
		return err
	})
}
