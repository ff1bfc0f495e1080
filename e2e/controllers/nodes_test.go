package controllers

import (
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
)

func getNode(t *testing.T, name string) *core.Node {
	t.Helper()
	return must(client.Of[*core.Node](testbed.client).Get(t.Context(), "", name))(t)
}

// healthy is nil when the node is ready and carries no taint.
func healthy(t *testing.T, name string) error {
	t.Helper()
	if n := getNode(t, name); !ready(n) || len(n.Spec.Taints) > 0 {
		return fmt.Errorf("node %s: ready %v, taints %+v", name, ready(n), n.Spec.Taints)
	}
	return nil
}

// unreachable is nil when the node is Unknown and tainted for it.
func unreachable(t *testing.T, name string) error {
	t.Helper()
	n := getNode(t, name)
	i := slices.IndexFunc(n.Status.Conditions, func(c core.NodeCondition) bool { return c.Type == core.NodeReady })
	if i < 0 || n.Status.Conditions[i].Status != core.ConditionUnknown || n.Status.Conditions[i].Reason != "NodeStatusUnknown" {
		return fmt.Errorf("conditions of node %s: %+v", name, n.Status.Conditions)
	}
	effects := 0
	for _, taint := range n.Spec.Taints {
		if taint.Key == core.TaintNodeUnreachable {
			effects++
		}
	}
	if effects != 2 {
		return fmt.Errorf("taints of node %s: %+v", name, n.Spec.Taints)
	}
	return nil
}

func on(pods []*core.Pod, node string) (out []*core.Pod) {
	for _, p := range pods {
		if p.Spec.NodeName == node {
			out = append(out, p)
		}
	}
	return out
}

func TestEveryNodeHasItsOwnRange(t *testing.T) {
	seen := map[string]string{}
	for _, name := range []string{"node1", "node2", "node3"} {
		eventually(t, 10*time.Second, func() error {
			if n := getNode(t, name); n.Spec.PodCIDR == "" || len(n.Spec.PodCIDRs) != 1 {
				return fmt.Errorf("node %s has ranges %q %v", name, n.Spec.PodCIDR, n.Spec.PodCIDRs)
			}
			return nil
		})
		cidr := getNode(t, name).Spec.PodCIDR
		if other := seen[cidr]; other != "" {
			t.Errorf("nodes %s and %s both have %s", name, other, cidr)
		}
		seen[cidr] = name
	}
}

// A node falls silent: its pods leave the service at once and are replaced
// elsewhere; it comes back, and its old pods go.
func TestSilentNode(t *testing.T) {
	ns := namespace(t)
	for _, n := range []string{"node1", "node2", "node3"} {
		eventually(t, 10*time.Second, func() error { return healthy(t, n) })
	}
	expose(t, ns, "web")
	replicate(t, ns, "web", 6)
	eventually(t, 15*time.Second, func() error { return serving(t, ns, "web", 6) })
	lost := on(podsOf(t, ns, "web"), "node2")
	if len(lost) == 0 {
		t.Fatal("no pod is on node2")
	}

	t.Cleanup(func() { testbed.hollow.cut("node2", false) })
	testbed.hollow.cut("node2", true)
	out := eventually(t, 15*time.Second, func() error {
		if _, other, _, _ := endpoints(t, ns, "web"); other < len(lost) {
			if ready, _, sliceReady, _ := endpoints(t, ns, "web"); ready > 6-len(lost) && sliceReady > 6-len(lost) {
				return fmt.Errorf("%d addresses still serve", ready)
			}
		}
		return nil
	})
	eventually(t, 15*time.Second, func() error { return unreachable(t, "node2") })
	replaced := eventually(t, 20*time.Second, func() error {
		if err := serving(t, ns, "web", 6); err != nil {
			return err
		}
		if left := on(podsOf(t, ns, "web"), "node2"); len(left) > 0 {
			return fmt.Errorf("%d pods still count on node2", len(left))
		}
		return nil
	})
	t.Logf("with a grace period of 2 s and a toleration of 1 s: out of the service after %v, replaced after %v", out, replaced)
	eventually(t, 5*time.Second, func() error {
		return said(t, ns, lost[0].Name, "TaintManagerEviction: Marking for deletion Pod "+ns+"/"+lost[0].Name)
	})
	eventually(t, 5*time.Second, func() error {
		return said(t, core.NamespaceDefault, "node2", "NodeNotReady: Node node2 status is now: NodeNotReady")
	})

	testbed.hollow.cut("node2", false)
	eventually(t, 15*time.Second, func() error { return healthy(t, "node2") })
	eventually(t, 15*time.Second, func() error {
		list := must(client.Of[*core.Pod](testbed.client).List(t.Context(), ns, client.ListOptions{}))(t)
		if len(list.Items) != 6 {
			return fmt.Errorf("%d pods, want 6", len(list.Items))
		}
		return nil
	})
}

func TestTolerationForATime(t *testing.T) {
	ns := namespace(t)
	eventually(t, 10*time.Second, func() error { return healthy(t, "node3") })
	pods := client.Of[*core.Pod](testbed.client)
	long := int64(3600)
	p := &core.Pod{}
	p.Namespace, p.Name = ns, "stays"
	p.Spec.NodeName = "node3"
	p.Spec.Containers = []core.Container{{Name: "c", Image: "nginx:1.22"}}
	p.Spec.Tolerations = []core.Toleration{{Key: "test", Operator: core.TolerationOpExists, Effect: core.TaintEffectNoExecute, TolerationSeconds: &long}}
	must(pods.Create(t.Context(), p))(t)
	goes := p.DeepCopy()
	goes.Name, goes.Spec.Tolerations = "goes", nil
	must(pods.Create(t.Context(), goes))(t)
	nodes := client.Of[*core.Node](testbed.client)
	t.Cleanup(func() { untaint(t, "node3") })
	must(nodes.Patch(t.Context(), "", "node3", client.MergePatch, []byte(`{"spec":{"taints":[{"key":"test","effect":"NoExecute"}]}}`)))(t)
	eventually(t, 10*time.Second, func() error {
		_, err := pods.Get(t.Context(), ns, "goes")
		return gone("the pod without a toleration", err)
	})
	if p := must(pods.Get(t.Context(), ns, "stays"))(t); p.DeletionTimestamp != nil {
		t.Error("the pod that tolerates the taint for an hour is being deleted")
	}
	untaint(t, "node3")
	eventually(t, 10*time.Second, func() error {
		return said(t, ns, "stays", "TaintManagerEviction: Cancelling deletion of Pod "+ns+"/stays")
	})
}

func untaint(t *testing.T, node string) {
	_, _ = client.Of[*core.Node](testbed.client).Patch(t.Context(), "", node, client.MergePatch, []byte(`{"spec":{"taints":null}}`))
}

// While the API server is frozen nobody can renew; when it wakes, no node is
// taken for dead.
func TestFrozenServerBlamesNobody(t *testing.T) {
	ns := namespace(t)
	replicate(t, ns, "web", 3)
	eventually(t, 15*time.Second, func() error { return settled(t, ns, "web", 3) })
	before := podsOf(t, ns, "web")
	if err := syscall.Kill(testbed.server.PID(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	frozen := time.NewTimer(8 * time.Second) // four times the grace period
	<-frozen.C
	if err := syscall.Kill(testbed.server.PID(), syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	awake := time.NewTimer(4 * time.Second)
	<-awake.C
	for _, n := range []string{"node1", "node2", "node3"} {
		if err := healthy(t, n); err != nil {
			t.Error(err)
		}
	}
	names := func(pods []*core.Pod) (out []string) {
		for _, p := range pods {
			out = append(out, p.Name)
		}
		slices.Sort(out)
		return out
	}
	if a, b := names(before), names(podsOf(t, ns, "web")); !slices.Equal(a, b) {
		t.Errorf("the pods are %v, were %v", b, a)
	}
}

func TestPodsOfADeletedNodeGo(t *testing.T) {
	ns := namespace(t)
	ctx := t.Context()
	nodes, pods := client.Of[*core.Node](testbed.client), client.Of[*core.Pod](testbed.client)
	n := &core.Node{}
	n.Name = "short-lived"
	must(nodes.Create(ctx, n))(t)
	p := &core.Pod{}
	p.Namespace, p.Name = ns, "left-behind"
	p.Spec.NodeName = "short-lived"
	p.Spec.Containers = []core.Container{{Name: "c", Image: "nginx:1.22"}}
	must(pods.Create(ctx, p))(t)
	if err := nodes.Delete(ctx, "", "short-lived"); err != nil {
		t.Fatal(err)
	}
	eventually(t, 10*time.Second, func() error {
		_, err := pods.Get(ctx, ns, "left-behind")
		return gone("the pod of a node that is gone", err)
	})
}

// When every node falls silent it is more likely we who are cut off: nobody
// loses a pod, and all is well once they are heard again.
func TestAllNodesSilentLosesNothing(t *testing.T) {
	ns := namespace(t)
	all := []string{"node1", "node2", "node3"}
	for _, n := range all {
		eventually(t, 10*time.Second, func() error { return healthy(t, n) })
	}
	replicate(t, ns, "web", 3)
	eventually(t, 15*time.Second, func() error { return settled(t, ns, "web", 3) })
	for _, n := range all {
		t.Cleanup(func() { testbed.hollow.cut(n, false) })
		testbed.hollow.cut(n, true)
	}
	for _, name := range all {
		eventually(t, 15*time.Second, func() error {
			n := getNode(t, name)
			if ready(n) || len(n.Spec.Taints) != 1 || n.Spec.Taints[0].Effect != core.TaintEffectNoSchedule {
				return fmt.Errorf("node %s: ready %v, taints %+v, want only NoSchedule", name, ready(n), n.Spec.Taints)
			}
			return nil
		})
	}
	patience := time.NewTimer(3 * time.Second) // three times the toleration
	<-patience.C
	if n := len(podsOf(t, ns, "web")); n != 3 {
		t.Errorf("%d pods are left, want 3", n)
	}
	for _, n := range all {
		testbed.hollow.cut(n, false)
	}
	for _, n := range all {
		eventually(t, 15*time.Second, func() error { return healthy(t, n) })
	}
	eventually(t, 15*time.Second, func() error { return settled(t, ns, "web", 3) })
}

// A pod that must not run twice stays until its silent node has stopped it by
// itself, and is then removed outright, so that it can be made again.
func TestAtMostOneWaitsForTheFence(t *testing.T) {
	ns := namespace(t)
	eventually(t, 10*time.Second, func() error { return healthy(t, "node2") })
	pods := client.Of[*core.Pod](testbed.client)
	p := &core.Pod{}
	p.Namespace, p.Name, p.Spec.NodeName = ns, "only", "node2"
	p.Annotations = map[string]string{"pilothouse.io/at-most-one": "true"}
	p.Spec.TerminationGracePeriodSeconds = new(int64)
	p.Spec.Containers = []core.Container{{Name: "c", Image: "nginx:1.22"}}
	must(pods.Create(t.Context(), p))(t)
	other := p.DeepCopy()
	other.Name, other.Annotations = "other", nil
	other.Spec.TerminationGracePeriodSeconds = nil
	must(pods.Create(t.Context(), other))(t)

	t.Cleanup(func() { testbed.hollow.cut("node2", false) })
	testbed.hollow.cut("node2", true)
	eventually(t, 15*time.Second, func() error {
		if o := must(pods.Get(t.Context(), ns, "other"))(t); o.DeletionTimestamp == nil {
			return fmt.Errorf("the other pod is not being deleted")
		}
		return nil
	})
	if o := must(pods.Get(t.Context(), ns, "only"))(t); o.DeletionTimestamp != nil {
		t.Error("the pod that must not run twice is deleted before the fence")
	}
	took := eventually(t, 15*time.Second, func() error {
		_, err := pods.Get(t.Context(), ns, "only")
		return gone("the pod that must not run twice", err)
	})
	t.Logf("removed %v after the others were marked", took)
	if _, err := pods.Get(t.Context(), ns, "other"); err != nil {
		t.Errorf("the other pod, whose end nobody has confirmed: %v", err)
	}
}
