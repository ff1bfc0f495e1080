package preemption

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/policy"
	"github.com/pilothouse/pilothouse/proto/quantity"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
	"github.com/pilothouse/pilothouse/scheduler/internal/placement"
)

func newNode(name string, cpu int) *core.Node {
	n := &core.Node{ObjectMeta: meta.ObjectMeta{Name: name, Labels: map[string]string{core.LabelHostname: name}}}
	n.Status.Allocatable = core.ResourceList{core.ResourceCPU: quantity.FromInt(int64(cpu), quantity.DecimalSI), core.ResourcePods: quantity.MustParse("110")}
	return n
}

func newPod(name string, cpu int, priority int32, with ...func(*core.Pod)) *cluster.Pod {
	p := &core.Pod{ObjectMeta: meta.ObjectMeta{Namespace: "ns", Name: name, UID: meta.UID(name), Labels: map[string]string{}}}
	p.Spec.Priority = &priority
	p.Spec.Containers = []core.Container{{Name: "c"}}
	p.Spec.Containers[0].Resources.Requests = core.ResourceList{core.ResourceCPU: quantity.FromInt(int64(cpu), quantity.DecimalSI)}
	for _, f := range with {
		f(p)
	}
	return cluster.NewPod(p)
}

func labelled(app string) func(*core.Pod) { return func(p *core.Pod) { p.Labels["app"] = app } }

func since(minute int) func(*core.Pod) {
	return func(p *core.Pod) { t := meta.NewTime(time.Unix(int64(minute)*60, 0)); p.Status.StartTime = &t }
}

func awayFrom(app string) func(*core.Pod) {
	return func(p *core.Pod) {
		p.Spec.Affinity = &core.Affinity{PodAntiAffinity: &core.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: []core.PodAffinityTerm{
			{TopologyKey: core.LabelHostname, LabelSelector: &meta.LabelSelector{MatchLabels: map[string]string{"app": app}}}}}}
	}
}

func newBudget(app string, allowed int32) *policy.PodDisruptionBudget {
	b := &policy.PodDisruptionBudget{ObjectMeta: meta.ObjectMeta{Namespace: "ns", Name: app}}
	b.Spec.Selector = &meta.LabelSelector{MatchLabels: map[string]string{"app": app}}
	b.Status.DisruptionsAllowed = allowed
	return b
}

func searchFor(p *cluster.Pod, c *cluster.Cluster, budgets ...*policy.PodDisruptionBudget) *Search {
	s := &Search{Pod: p, Cluster: c, Chooser: placement.New(placement.DefaultProfile()), Budgets: NewBudgets(), Leaving: func(meta.UID) bool { return false }}
	for _, b := range budgets {
		s.Budgets.Set(meta.KeyOf(b), b)
	}
	return s
}

// said is the outcome as text: the node and the victims' names.
func said(v *Victims) string {
	if v == nil {
		return "nobody"
	}
	out := v.Node.Name + ":"
	for _, p := range v.Pods {
		out += " " + p.Name
	}
	return out
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		name    string
		pod     *cluster.Pod
		nodes   map[string][]*cluster.Pod // each of 4 cores
		budgets []*policy.PodDisruptionBudget
		want    string
		why     string
	}{
		{"only what is needed goes", newPod("p", 2, 9), map[string][]*cluster.Pod{"a": {newPod("x", 1, 1), newPod("y", 2, 0), newPod("z", 1, 2)}}, nil, "a: y", ""},
		{"the least important go", newPod("p", 2, 9), map[string][]*cluster.Pod{"a": {newPod("x", 1, 1), newPod("y", 1, 3), newPod("z", 1, 2), newPod("w", 1, 4)}}, nil, "a: z x", ""},
		{"equals are left alone", newPod("p", 2, 3), map[string][]*cluster.Pod{"a": {newPod("x", 4, 3)}, "b": {newPod("y", 4, 5)}}, nil, "nobody", noVictims},
		{"not enough even without all of them", newPod("p", 4, 3), map[string][]*cluster.Pod{"a": {newPod("x", 3, 1), newPod("y", 1, 5)}}, nil, "nobody", "Insufficient cpu"},
		{"larger than the node", newPod("p", 5, 3), map[string][]*cluster.Pod{"a": {newPod("x", 3, 1)}}, nil, "nobody", noHelp},
		{"no budget is broken if there is another way", newPod("p", 4, 9),
			map[string][]*cluster.Pod{"a": {newPod("x", 4, 1, labelled("kept"))}, "b": {newPod("y", 4, 5)}},
			[]*policy.PodDisruptionBudget{newBudget("kept", 0)}, "b: y", ""},
		{"on one node too", newPod("p", 2, 9),
			map[string][]*cluster.Pod{"a": {newPod("x", 2, 1, labelled("kept")), newPod("y", 2, 5)}},
			[]*policy.PodDisruptionBudget{newBudget("kept", 0)}, "a: y", ""},
		{"a budget with room", newPod("p", 2, 9),
			map[string][]*cluster.Pod{"a": {newPod("x", 2, 1, labelled("kept")), newPod("y", 2, 5)}},
			[]*policy.PodDisruptionBudget{newBudget("kept", 1)}, "a: x", ""},
		{"a budget is broken when nothing else helps", newPod("p", 4, 9),
			map[string][]*cluster.Pod{"a": {newPod("x", 4, 1, labelled("kept"))}},
			[]*policy.PodDisruptionBudget{newBudget("kept", 0)}, "a: x", ""},
		{"the node whose most important victim matters least", newPod("p", 4, 9),
			map[string][]*cluster.Pod{"a": {newPod("x", 4, 5)}, "b": {newPod("y", 2, 4), newPod("z", 2, 4)}}, nil, "b: y z", ""},
		{"then the smallest sum, so the fewest", newPod("p", 4, 9),
			map[string][]*cluster.Pod{"a": {newPod("x", 4, -5)}, "b": {newPod("y", 2, -5), newPod("z", 2, -9)}}, nil, "a: x", ""},
		{"then those that run for the shortest time", newPod("p", 4, 9),
			map[string][]*cluster.Pod{"a": {newPod("x", 4, 1, since(1))}, "b": {newPod("y", 4, 1, since(2))}}, nil, "b: y", ""},
		{"of equals the youngest goes", newPod("p", 1, 9),
			map[string][]*cluster.Pod{"a": {newPod("x", 2, 1, since(1)), newPod("y", 2, 1, since(2))}}, nil, "a: y", ""},
		{"whom it cannot bear", newPod("p", 1, 9, awayFrom("loud")),
			map[string][]*cluster.Pod{"a": {newPod("x", 1, 1, labelled("loud")), newPod("y", 1, 0)}}, nil, "a: x", ""},
		{"whom it cannot bear and cannot push out", newPod("p", 1, 9, awayFrom("loud")),
			map[string][]*cluster.Pod{"a": {newPod("x", 1, 9, labelled("loud")), newPod("y", 1, 0)}}, nil, "nobody", filterText()},
		{"one that goes already is enough", newPod("p", 1, 9), map[string][]*cluster.Pod{"a": {newPod("x", 2, 1), newPod("y", 2, 1, func(p *core.Pod) { t := meta.NewTime(time.Unix(1, 0)); p.DeletionTimestamp = &t })}}, nil, "a:", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := cluster.New()
			for name, pods := range c.nodes {
				in.SetNode(newNode(name, 4))
				for _, p := range pods {
					in.SetPod(p, name)
				}
			}
			v, why := searchFor(c.pod, in, c.budgets...).Find()
			if got := said(v); got != c.want || c.why != "" && why[c.why] == 0 {
				t.Errorf("got %s (%v), want %s (%s)", got, why, c.want, c.why)
			}
		})
	}
}

func filterText() string { return "node(s) didn't match pod anti-affinity rules" }

// TestVictims asks of random full clusters: never a victim of equal or higher
// priority, the pod fits when the victims are gone, none of them could have
// stayed, a budget is broken only where it had to be, and the cluster is left
// as it was.
func TestVictims(t *testing.T) {
	found, broken, shared := 0, 0, 0
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 2))
		in := cluster.New()
		for n := range 1 + r.IntN(6) {
			name := fmt.Sprintf("n%d", n)
			in.SetNode(newNode(name, 8))
			for i := range 1 + r.IntN(8) {
				p := newPod(fmt.Sprintf("%s-%d", name, i), 1+r.IntN(3), int32(r.IntN(6)), labelled(fmt.Sprintf("app%d", r.IntN(3))), since(r.IntN(9)))
				if in.SetPod(p, name); in.Node(name).Requested.MilliCPU > 8000 {
					in.RemovePod(p.UID)
				}
			}
		}
		before := describe(in)
		p := newPod("p", 2+r.IntN(5), int32(1+r.IntN(6)))
		if r.IntN(3) == 0 {
			p = newPod("p", 1, int32(1+r.IntN(6)), awayFrom("app0"))
			shared++
		}
		s := searchFor(p, in, newBudget("app1", int32(r.IntN(2))), newBudget("app2", 0))
		if n, _ := s.Chooser.Choose(p, in); n != nil {
			continue
		}
		v, _ := s.Find()
		if after := describe(in); after != before {
			t.Fatalf("seed %d: the cluster was\n%s\nand is\n%s", seed, before, after)
		}
		if v == nil {
			continue
		}
		found++
		fits := func() bool { return s.Chooser.Begin(p, in).Check(v.Node) == nil }
		for _, x := range v.Pods {
			if x.Priority >= p.Priority {
				t.Fatalf("seed %d: %s of priority %d for one of %d", seed, x.Name, x.Priority, p.Priority)
			}
			in.RemovePod(x.UID)
		}
		if !fits() {
			t.Fatalf("seed %d: it does not fit when %s are gone", seed, said(v))
		}
		for _, x := range v.Pods {
			in.SetPod(x, v.Node.Name)
			if fits() {
				t.Fatalf("seed %d: %s of %s could have stayed", seed, x.Name, said(v))
			}
			in.RemovePod(x.UID)
		}
		if v.Violations > 0 {
			broken++
		}
	}
	if found < 100 || broken < 10 || shared < 50 {
		t.Errorf("%d found, %d budgets broken, %d with affinity: the test shows little", found, broken, shared)
	}
}

func describe(c *cluster.Cluster) string {
	var out []string
	for _, n := range c.Nodes {
		for uid := range n.Pods {
			out = append(out, n.Name+"/"+string(uid))
		}
		out = append(out, fmt.Sprint(n.Name, n.Requested))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// TestBudgetsAreSpent: a budget that allows one allows one, although its status
// still says so after the first is gone.
func TestBudgetsAreSpent(t *testing.T) {
	b := NewBudgets()
	o := newBudget("x", 1)
	b.Set(meta.KeyOf(o), o)
	first, second := newPod("a", 1, 0, labelled("x")), newPod("b", 1, 0, labelled("x"))
	if protected, _ := b.split([]*cluster.Pod{first}); len(protected) > 0 {
		t.Error("the first is protected")
	}
	b.Spend(first)
	if protected, _ := b.split([]*cluster.Pod{second}); len(protected) == 0 {
		t.Error("the second is not protected")
	}
	b.Set(meta.KeyOf(o), newBudget("x", 1))
	if protected, _ := b.split([]*cluster.Pod{second}); len(protected) > 0 {
		t.Error("the second is protected although the budget has room again")
	}
}

// BenchmarkFind pushes one pod out of 1,000 full nodes with 30 pods each.
func BenchmarkFind(b *testing.B) {
	for _, kind := range []string{"plain", "anti-affinity"} {
		b.Run(kind, func(b *testing.B) {
			in := cluster.New()
			for n := range 1000 {
				name := fmt.Sprintf("n%d", n)
				in.SetNode(newNode(name, 30))
				for i := range 30 {
					in.SetPod(newPod(fmt.Sprintf("%s-%d", name, i), 1, int32(i%5), since(i)), name)
				}
			}
			p := newPod("p", 3, 9)
			if kind != "plain" {
				p = newPod("p", 3, 9, awayFrom("loud"))
			}
			s := searchFor(p, in, newBudget("x", 1))
			for b.Loop() {
				if v, _ := s.Find(); v == nil || len(v.Pods) != 3 {
					b.Fatal("found nothing")
				}
			}
		})
	}
}
