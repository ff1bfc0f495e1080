package placement

import (
	"fmt"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

func node(name, cpu string, taints ...core.Taint) *core.Node {
	n := &core.Node{ObjectMeta: meta.ObjectMeta{Name: name}}
	n.Spec.Taints = taints
	n.Status.Allocatable = core.ResourceList{
		core.ResourceCPU: quantity.MustParse(cpu), core.ResourceMemory: quantity.MustParse("32Gi"), core.ResourcePods: quantity.MustParse("110"),
	}
	return n
}

func pod(name, cpu string, owner meta.UID) *cluster.Pod {
	p := &core.Pod{ObjectMeta: meta.ObjectMeta{Namespace: "default", Name: name, UID: meta.UID(name)}}
	if owner != "" {
		yes := true
		p.OwnerReferences = []meta.OwnerReference{{UID: owner, Controller: &yes}}
		p.Labels = map[string]string{"of": string(owner)}
	}
	p.Spec.Containers = []core.Container{{Name: "c", Image: "nginx:1.22"}}
	p.Spec.Containers[0].Resources.Requests = core.ResourceList{
		core.ResourceCPU: quantity.MustParse(cpu), core.ResourceMemory: quantity.MustParse("64Mi"),
	}
	return cluster.NewPod(p)
}

func TestFailureMessage(t *testing.T) {
	never := core.PreemptNever
	tests := []struct {
		name  string
		nodes []*core.Node
		pod   func(*cluster.Pod)
		want  string
	}{
		{name: "no nodes", want: "no nodes available to schedule pods"},
		{
			name: "full and tainted",
			nodes: []*core.Node{
				node("a", "4"),
				node("b", "4", core.Taint{Key: "dedicated", Value: "db", Effect: core.TaintEffectNoSchedule}),
				node("c", "4", core.Taint{Key: "dedicated", Value: "db", Effect: core.TaintEffectNoExecute}),
			},
			want: "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {dedicated: db}. " +
				"preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
		},
		{
			name:  "larger than any node",
			nodes: []*core.Node{node("a", "1"), node("b", "2")},
			want: "0/2 nodes are available: 2 Insufficient cpu. " +
				"preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
		},
		{
			name:  "selector, and never preempting",
			nodes: []*core.Node{node("a", "4")},
			pod: func(p *cluster.Pod) {
				p.Spec.NodeSelector = map[string]string{"disk": "ssd"}
				p.Spec.PreemptionPolicy = &never
			},
			want: "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. " +
				"preemption: not eligible due to preemptionPolicy=Never.",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := cluster.New()
			for _, n := range tt.nodes {
				c.SetNode(n)
				c.SetPod(pod("on-"+n.Name, "1", ""), n.Name)
			}
			p := pod("new", "3500m", "")
			if tt.pod != nil {
				tt.pod(p)
			}
			got, failure := New(DefaultProfile()).Choose(p, c)
			if failure == nil {
				t.Fatalf("chose %s, want a failure", got.Name)
			}
			if got := failure.Message + failure.Preemption(p); got != tt.want {
				t.Errorf("message:\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestReplicasSpread: the pods of one controller go to as many nodes as there
// are before any node gets another.
func TestReplicasSpread(t *testing.T) {
	c := cluster.New()
	for i := range 5 {
		c.SetNode(node(fmt.Sprintf("n%d", i), "16"))
	}
	c.SetController("rc", "default", &meta.LabelSelector{MatchLabels: map[string]string{"of": "rc"}})
	chooser := New(DefaultProfile())
	for i := range 10 {
		p := pod(fmt.Sprintf("web-%d", i), "100m", "rc")
		n, failure := chooser.Choose(p, c)
		if failure != nil {
			t.Fatal(failure.Message)
		}
		c.SetPod(p, n.Name)
	}
	for _, n := range c.Nodes {
		if got := len(n.Pods); got != 2 {
			t.Errorf("node %s has %d of the 10 replicas, want 2", n.Name, got)
		}
	}
}

// TestNothingIsOvercommitted fills a cluster to the brim and checks that the
// next pod is refused, and fits once one has gone.
func TestNothingIsOvercommitted(t *testing.T) {
	c := cluster.New()
	for i := range 3 {
		c.SetNode(node(fmt.Sprintf("n%d", i), "2"))
	}
	chooser := New(DefaultProfile())
	for i := range 6 {
		p := pod(fmt.Sprintf("p%d", i), "1", "")
		n, failure := chooser.Choose(p, c)
		if failure != nil {
			t.Fatalf("pod %d: %s", i, failure.Message)
		}
		c.SetPod(p, n.Name)
	}
	last := pod("last", "1", "")
	if n, failure := chooser.Choose(last, c); failure == nil {
		t.Fatalf("a seventh pod of 1 CPU was put on %s; 6 fit", n.Name)
	}
	was, _ := c.RemovePod("p3")
	n, failure := chooser.Choose(last, c)
	if failure != nil || n.Name != was {
		t.Fatalf("after p3 left %s: chose %v, %v", was, n, failure)
	}
}

// TestTiesAreBroken: equal nodes all get pods.
func TestTiesAreBroken(t *testing.T) {
	c := cluster.New()
	for i := range 4 {
		c.SetNode(node(fmt.Sprintf("n%d", i), "4"))
	}
	chooser := New(DefaultProfile())
	seen := map[string]bool{}
	for range 400 {
		n, _ := chooser.Choose(pod("p", "100m", ""), c)
		seen[n.Name] = true
	}
	if len(seen) != 4 {
		t.Errorf("in 400 choices among 4 equal nodes only %d were ever taken", len(seen))
	}
}

func TestWanted(t *testing.T) {
	tests := []struct{ nodes, percentage, want int }{
		{3, 0, 3}, {99, 0, 99}, {100, 0, 100}, {1000, 0, 420}, {5000, 0, 500}, {10000, 0, 500}, {1000, 100, 1000}, {1000, 5, 100}, {0, 0, 0},
	}
	for _, tt := range tests {
		if got := wanted(tt.nodes, tt.percentage); got != tt.want {
			t.Errorf("wanted(%d, %d) = %d, want %d", tt.nodes, tt.percentage, got, tt.want)
		}
	}
}

// BenchmarkSchedule10000 puts 10,000 pods of 100 controllers on 1,000 nodes.
func BenchmarkSchedule10000(b *testing.B) {
	pods := make([]*core.Pod, 10000)
	for i := range pods {
		pods[i] = pod(fmt.Sprintf("p%d", i), "100m", meta.UID(fmt.Sprintf("rc%d", i%100))).Pod
	}
	nodes := make([]*core.Node, 1000)
	for i := range nodes {
		nodes[i] = node(fmt.Sprintf("n%d", i), "16")
	}
	b.ReportAllocs()
	for b.Loop() {
		c := cluster.New()
		for _, n := range nodes {
			c.SetNode(n)
		}
		chooser := New(DefaultProfile())
		for _, o := range pods {
			p := cluster.NewPod(o)
			n, failure := chooser.Choose(p, c)
			if failure != nil {
				b.Fatal(failure.Message)
			}
			c.SetPod(p, n.Name)
		}
	}
	b.ReportMetric(float64(len(pods)*b.N)/b.Elapsed().Seconds(), "pods/s")
}
