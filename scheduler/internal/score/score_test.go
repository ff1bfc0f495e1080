package score

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

func node(change func(*core.Node)) *cluster.Node {
	n := &core.Node{ObjectMeta: meta.ObjectMeta{Name: "n1"}}
	n.Status.Allocatable = core.ResourceList{core.ResourceCPU: quantity.MustParse("4"), core.ResourceMemory: quantity.MustParse("4Gi")}
	if change != nil {
		change(n)
	}
	c := cluster.New()
	c.SetNode(n)
	return c.Node("n1")
}

func pod(cpu, memory string) *cluster.Pod {
	p := &core.Pod{Spec: core.PodSpec{Containers: []core.Container{{Name: "c", Image: "nginx:1.22"}}}}
	p.Spec.Containers[0].Resources.Requests = core.ResourceList{core.ResourceCPU: quantity.MustParse(cpu), core.ResourceMemory: quantity.MustParse(memory)}
	return cluster.NewPod(p)
}

func TestResources(t *testing.T) {
	tests := []struct {
		cpu, memory     string
		least, balanced int64
	}{
		{"0", "0", 100, 100},
		{"2", "2Gi", 50, 100},
		{"4", "4Gi", 0, 100},
		{"4", "0", 50, 50},
		{"1", "3Gi", 50, 75},
		{"8", "8Gi", 0, 100}, // filters keep it away; the marks stay in range
	}
	for _, tt := range tests {
		p, n := pod(tt.cpu, tt.memory), node(nil)
		if got := leastAllocated(p, n); got != tt.least {
			t.Errorf("%s, %s: least allocated %d, want %d", tt.cpu, tt.memory, got, tt.least)
		}
		if got := balanced(p, n); got != tt.balanced {
			t.Errorf("%s, %s: balanced %d, want %d", tt.cpu, tt.memory, got, tt.balanced)
		}
	}
}

func TestScales(t *testing.T) {
	tests := []struct {
		name  string
		scale func([]int64)
		marks []int64
		want  []int64
	}{
		{"fewest", fewest, []int64{0, 1, 2}, []int64{100, 50, 0}},
		{"fewest of none", fewest, []int64{0, 0}, []int64{100, 100}},
		{"most", most, []int64{0, 5, 20}, []int64{0, 25, 100}},
		{"most of none", most, []int64{0, 0}, []int64{0, 0}},
	}
	for _, tt := range tests {
		tt.scale(tt.marks)
		for i := range tt.marks {
			if tt.marks[i] != tt.want[i] {
				t.Errorf("%s: %v, want %v", tt.name, tt.marks, tt.want)
				break
			}
		}
	}
}

func TestPreferences(t *testing.T) {
	p := pod("1", "1Gi")
	p.Spec.Affinity = &core.Affinity{NodeAffinity: &core.NodeAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []core.PreferredSchedulingTerm{
		{Weight: 10, Preference: core.NodeSelectorTerm{MatchExpressions: []core.NodeSelectorRequirement{{Key: "ssd", Operator: core.NodeSelectorOpExists}}}},
		{Weight: 3, Preference: core.NodeSelectorTerm{MatchExpressions: []core.NodeSelectorRequirement{{Key: "gpu", Operator: core.NodeSelectorOpExists}}}},
	}}}
	labelled := node(func(n *core.Node) { n.Labels = map[string]string{"ssd": "", "gpu": ""} })
	if got := preferredAffinity(p, labelled); got != 13 {
		t.Errorf("both terms: %d, want 13", got)
	}
	if got := preferredAffinity(p, node(nil)); got != 0 {
		t.Errorf("no term: %d, want 0", got)
	}
	tainted := node(func(n *core.Node) {
		n.Spec.Taints = []core.Taint{{Key: "a", Effect: core.TaintEffectPreferNoSchedule}, {Key: "b", Effect: core.TaintEffectPreferNoSchedule}}
	})
	p.Spec.Tolerations = []core.Toleration{{Key: "a", Operator: core.TolerationOpExists}}
	if got := preferredTaints(p, tainted); got != 1 {
		t.Errorf("%d taints to avoid, want 1", got)
	}
}

func TestImages(t *testing.T) {
	p := pod("1", "1Gi")
	image := func(name string, size int64) *cluster.Node {
		return node(func(n *core.Node) { n.Status.Images = []core.ContainerImage{{Names: []string{name}, SizeBytes: size}} })
	}
	for _, tt := range []struct {
		node *cluster.Node
		want int64
	}{
		{node(nil), 0},
		{image("docker.io/library/nginx:1.22", 2000<<20), 100},
		{image("docker.io/library/nginx:1.22", 1<<20), 0},
		{image("docker.io/library/nginx:1.25", 2000<<20), 0},
	} {
		c := cluster.New()
		c.SetNode(tt.node.Object)
		var got int64
		if mark := imagesHere(p, c, c.Nodes); mark != nil {
			got = mark(tt.node)
		}
		if got != tt.want {
			t.Errorf("%v: %d, want %d", tt.node.Images, got, tt.want)
		}
	}
}
