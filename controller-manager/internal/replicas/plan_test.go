package replicas

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/ownership"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func setOf(n int) Set {
	rc := &core.ReplicationController{}
	rc.Namespace, rc.Name, rc.UID, rc.Generation = "default", "nginx", "rc-uid", 3
	t := &core.PodTemplateSpec{}
	t.Labels = map[string]string{"app": "nginx", "tier": "web"}
	return Set{Object: rc, Selector: selector.FromMap(map[string]string{"app": "nginx"}), Template: t, Replicas: n}
}

// podOf is a running, ready pod controlled by set; edit changes it.
func podOf(set Set, name string, edit ...func(*core.Pod)) *core.Pod {
	p := &core.Pod{}
	p.Namespace, p.Name, p.UID = "default", name, meta.UID(name)
	p.CreationTimestamp = meta.NewTime(start.Add(-time.Hour))
	p.Labels = map[string]string{"app": "nginx", "tier": "web"}
	p.OwnerReferences = []meta.OwnerReference{ownership.Reference(set.Object)}
	p.Spec.NodeName = "node1"
	p.Status.Phase = core.PodRunning
	p.Status.Conditions = []core.PodCondition{{Type: core.PodReady, Status: core.ConditionTrue, LastTransitionTime: meta.NewTime(start.Add(-time.Hour))}}
	for _, e := range edit {
		e(p)
	}
	return p
}

func unready(p *core.Pod)    { p.Status.Conditions[0].Status = core.ConditionFalse }
func unassigned(p *core.Pod) { p.Spec.NodeName = ""; p.Status.Phase = core.PodPending; unready(p) }
func pending(p *core.Pod)    { p.Status.Phase = core.PodPending; unready(p) }
func ending(p *core.Pod)     { t := meta.NewTime(start); p.DeletionTimestamp = &t }
func failed(p *core.Pod)     { p.Status.Phase = core.PodFailed; unready(p) }
func free(p *core.Pod)       { p.OwnerReferences = nil }
func stranger(p *core.Pod)   { p.Labels = map[string]string{"app": "other"} }
func onNode(n string) func(*core.Pod) {
	return func(p *core.Pod) { p.Spec.NodeName = n }
}
func readyFor(d time.Duration) func(*core.Pod) {
	return func(p *core.Pod) { p.Status.Conditions[0].LastTransitionTime = meta.NewTime(start.Add(-d)) }
}
func costing(n string) func(*core.Pod) {
	return func(p *core.Pod) { p.Annotations = map[string]string{core.AnnotationPodDeletionCost: n} }
}
func restarted(n int32) func(*core.Pod) {
	return func(p *core.Pod) { p.Status.ContainerStatuses = []core.ContainerStatus{{RestartCount: n}} }
}

func names(pods []*core.Pod) []string {
	out := []string{}
	for _, p := range pods {
		out = append(out, p.Name)
	}
	return out
}

func TestPlanCounts(t *testing.T) {
	set := setOf(2)
	other := setOf(1)
	other.Object.GetObjectMeta().UID = "other-uid"
	for _, c := range []struct {
		name            string
		pods            []*core.Pod
		create          int
		remove          []string
		adopt, released []string
	}{
		{name: "none yet", create: 2},
		{name: "at rest", pods: []*core.Pod{podOf(set, "a"), podOf(set, "b")}},
		{name: "ended pods do not count", pods: []*core.Pod{podOf(set, "a", failed), podOf(set, "b")}, create: 1},
		{name: "pods that are ending do not count", pods: []*core.Pod{podOf(set, "a", ending), podOf(set, "b")}, create: 1},
		{name: "free pods are adopted", pods: []*core.Pod{podOf(set, "a", free), podOf(set, "b")}, adopt: []string{"a"}},
		{name: "free pods that ended are not", pods: []*core.Pod{podOf(set, "a", free, failed), podOf(set, "b")}, create: 1},
		{name: "relabelled pods are released", pods: []*core.Pod{podOf(set, "a", stranger), podOf(set, "b")}, create: 1, released: []string{"a"}},
		{name: "another's pods are left alone", pods: []*core.Pod{podOf(other, "a"), podOf(set, "b")}, create: 1},
		{name: "one too many", pods: []*core.Pod{podOf(set, "a"), podOf(set, "b"), podOf(set, "c", unready)}, remove: []string{"c"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := plan(set, c.pods, nil, nil, start)
			if s.create != c.create {
				t.Errorf("create = %d, want %d", s.create, c.create)
			}
			for _, list := range []struct {
				what      string
				got, want []string
			}{{"delete", names(s.delete), c.remove}, {"adopt", names(s.adopt), c.adopt}, {"release", names(s.release), c.released}} {
				if !slices.Equal(list.got, append([]string{}, list.want...)) {
					t.Errorf("%s = %v, want %v", list.what, list.got, list.want)
				}
			}
		})
	}
}

func TestPlanLeavesPodsOfADyingController(t *testing.T) {
	set := setOf(2)
	now := meta.NewTime(start)
	set.Object.GetObjectMeta().DeletionTimestamp = &now
	s := plan(set, []*core.Pod{podOf(set, "a"), podOf(set, "b", free), podOf(set, "c", stranger)}, nil, nil, start)
	if s.create != 0 || len(s.delete)+len(s.adopt)+len(s.release) != 0 {
		t.Fatalf("plan = %+v, want nothing to do", s)
	}
}

func TestDeletionOrder(t *testing.T) {
	set := setOf(0)
	// Each pod should go before the ones after it.
	pods := []*core.Pod{
		podOf(set, "unassigned", unassigned),
		podOf(set, "pending", pending),
		podOf(set, "not-ready", unready),
		podOf(set, "cheap", costing("-5")),
		podOf(set, "crowded", onNode("crowd"), readyFor(2*time.Hour)),
		podOf(set, "crowded-too", onNode("crowd"), readyFor(20*time.Hour)),
		podOf(set, "young", onNode("n3"), readyFor(time.Minute)),
		podOf(set, "restarted", onNode("n4"), restarted(4)),
		podOf(set, "plain", onNode("n5")),
		podOf(set, "dear", onNode("n6"), costing("100")),
	}
	want := names(pods)
	rand.Shuffle(len(pods), func(i, j int) { pods[i], pods[j] = pods[j], pods[i] })
	got := names(plan(set, pods, nil, nil, start).delete)
	if !slices.Equal(got, want) {
		t.Fatalf("order of deletion\n got %v\nwant %v", got, want)
	}
}

func TestStatus(t *testing.T) {
	set := setOf(4)
	set.MinReady = 30 * time.Second
	s := plan(set, []*core.Pod{
		podOf(set, "old"),
		podOf(set, "new", readyFor(10*time.Second)),
		podOf(set, "not-ready", unready),
		podOf(set, "half-labelled", func(p *core.Pod) { delete(p.Labels, "tier") }),
	}, nil, nil, start)
	st := s.status
	if st.Replicas != 4 || st.Ready != 3 || st.Available != 2 || st.FullyLabeled != 3 || st.ObservedGeneration != 3 {
		t.Errorf("status = %+v", st)
	}
	if s.again != 20*time.Second {
		t.Errorf("again = %v, want 20s, when the new pod becomes available", s.again)
	}
}

func TestConditionOfFailure(t *testing.T) {
	st := Status{}
	st.Conditions = conditionsAfter(st.Conditions, failure{reason: "FailedCreate", message: "no"}, start)
	if len(st.Conditions) != 1 || st.Conditions[0].Reason != "FailedCreate" || st.Conditions[0].Status != core.ConditionTrue {
		t.Fatalf("conditions = %+v", st.Conditions)
	}
	later := conditionsAfter(st.Conditions, failure{reason: "FailedCreate", message: "no"}, start.Add(time.Hour))
	if !later[0].LastTransitionTime.Equal(start) {
		t.Errorf("a condition that stays moved its transition to %v", later[0].LastTransitionTime)
	}
	if left := conditionsAfter(st.Conditions, failure{}, start); len(left) != 0 {
		t.Errorf("conditions after success = %+v, want none", left)
	}
}

// world is a namespace that obeys: what the plan says, happens.
type world struct {
	set    Set
	pods   []*core.Pod
	made   int
	random *rand.Rand
}

// apply carries out the first n actions of s and tells how many it had.
func (w *world) apply(s step, n int) int {
	total := 0
	do := func(f func()) {
		if total++; total <= n {
			f()
		}
	}
	for _, p := range s.adopt {
		do(func() { p.OwnerReferences = []meta.OwnerReference{ownership.Reference(w.set.Object)} })
	}
	for _, p := range s.release {
		do(func() { p.OwnerReferences = nil })
	}
	for range s.create {
		do(func() {
			w.made++
			w.pods = append(w.pods, podOf(w.set, fmt.Sprintf("made-%d", w.made), unassigned))
		})
	}
	for _, p := range s.delete {
		do(func() { ending(p) })
	}
	return total
}

// TestConverges runs random namespaces to rest, with a crash after a random
// prefix of each step, and asks: is the count right, and is the next plan
// empty?
func TestConverges(t *testing.T) {
	for seed := range uint64(500) {
		random := rand.New(rand.NewPCG(seed, 1))
		set := setOf(random.IntN(20))
		w := &world{set: set, random: random}
		edits := []func(*core.Pod){unready, unassigned, pending, ending, failed, free, stranger, func(*core.Pod) {}}
		for i := range random.IntN(30) {
			w.pods = append(w.pods, podOf(set, fmt.Sprintf("p%d", i), edits[random.IntN(len(edits))], edits[random.IntN(len(edits))]))
		}
		rounds := 0
		for ; rounds < 200; rounds++ {
			s := plan(set, w.pods, nil, nil, start)
			if w.apply(s, random.IntN(6)) == 0 {
				break
			}
		}
		if rounds == 200 {
			t.Fatalf("seed %d: does not come to rest", seed)
		}
		if n := plan(set, w.pods, nil, nil, start).status.Replicas; n != int32(set.Replicas) {
			t.Fatalf("seed %d: at rest with %d replicas, want %d", seed, n, int32(set.Replicas))
		}
	}
}

// A pod whose deletion this process has asked for is gone to the plan even
// while the cache still shows it: no second victim is picked in its stead.
func TestStaleCacheNamesNoSecondVictim(t *testing.T) {
	set := setOf(1)
	pods := []*core.Pod{podOf(set, "a", unready), podOf(set, "b")}
	first := plan(set, pods, nil, nil, start).delete
	if !slices.Equal(names(first), []string{"a"}) {
		t.Fatalf("first victim = %v, want a", names(first))
	}
	s := plan(set, pods, nil, map[meta.UID]bool{"a": true}, start)
	if len(s.delete) != 0 || s.create != 0 {
		t.Fatalf("second plan = %+v, want nothing to do", s)
	}
}

// Where the answer to a deletion was lost, the same pod is deleted again before
// any other, though another one would come first by now.
func TestUnansweredDeletionIsAskedAgain(t *testing.T) {
	set := setOf(2)
	pods := []*core.Pod{podOf(set, "a"), podOf(set, "b"), podOf(set, "c"), podOf(set, "d", unready)}
	doubt := map[meta.UID]bool{"d": true, "b": false}
	if got := names(plan(set, pods, nil, doubt, start).delete); !slices.Equal(got, []string{"b"}) {
		t.Fatalf("victims = %v, want b, which may be gone", got)
	}
	set = setOf(1)
	got := names(plan(set, pods, nil, doubt, start).delete)
	if len(got) != 2 || got[0] != "b" {
		t.Fatalf("victims = %v, want b and another", got)
	}
}
