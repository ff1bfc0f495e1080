package podgc

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func pod(name, node string, phase core.PodPhase, deleted bool) *core.Pod {
	p := &core.Pod{}
	p.Name, p.Spec.NodeName, p.Status.Phase = name, node, phase
	if deleted {
		t := meta.NewTime(start)
		p.DeletionTimestamp = &t
	}
	return p
}

// single is a pod of a stateful set.
func single(name, node string, phase core.PodPhase) *core.Pod {
	p, yes := pod(name, node, phase, false), true
	p.OwnerReferences = []meta.OwnerReference{{Kind: "StatefulSet", Controller: &yes}}
	return p
}

func nodes(list ...*core.Node) map[string]*core.Node {
	m := map[string]*core.Node{}
	for _, n := range list {
		m[n.Name] = n
	}
	return m
}

func node(name string, ready core.ConditionStatus, taints ...string) *core.Node {
	n := &core.Node{}
	n.Name = name
	n.Status.Conditions = []core.NodeCondition{{Type: core.NodeReady, Status: ready}}
	for _, t := range taints {
		n.Spec.Taints = append(n.Spec.Taints, core.Taint{Key: t})
	}
	return n
}

func TestPlan(t *testing.T) {
	known := nodes(node("n1", core.ConditionTrue), node("dead", core.ConditionUnknown, core.TaintNodeOutOfService), node("alive", core.ConditionTrue, core.TaintNodeOutOfService))
	long, short := start.Add(-time.Hour), start.Add(-10*time.Second)
	for _, c := range []struct {
		name  string
		pod   *core.Pod
		gone  map[string]time.Time
		want  bool
		again time.Duration
	}{
		{name: "running", pod: pod("a", "n1", core.PodRunning, false)},
		{name: "ending on a living node", pod: pod("a", "n1", core.PodRunning, true)},
		{name: "not scheduled", pod: pod("a", "", core.PodPending, false)},
		{name: "deleted before it was scheduled", pod: pod("a", "", core.PodPending, true), want: true},
		{name: "its node is long gone", pod: pod("a", "n2", core.PodRunning, false), gone: map[string]time.Time{"n2": long}, want: true},
		{name: "its node may be about to register", pod: pod("a", "n2", core.PodRunning, false), gone: map[string]time.Time{"n2": short}, again: 30 * time.Second},
		{name: "one of which two must not run, its node just deleted", pod: single("a", "n2", core.PodRunning), gone: map[string]time.Time{"n2": start.Add(-40 * time.Second)}, again: 50 * time.Second},
		{name: "and its kubelet stopped by now", pod: single("a", "n2", core.PodRunning), gone: map[string]time.Time{"n2": start.Add(-90 * time.Second)}, want: true},
		{name: "and ended before", pod: single("a", "n2", core.PodFailed), gone: map[string]time.Time{"n2": start.Add(-40 * time.Second)}, want: true},
		{name: "ending on a node out of service", pod: pod("a", "dead", core.PodRunning, true), want: true},
		{name: "not ending on a node out of service", pod: pod("a", "dead", core.PodRunning, false)},
		{name: "ending on a node that is ready after all", pod: pod("a", "alive", core.PodRunning, true)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, again := plan(observed{pods: []*core.Pod{c.pod}, nodes: known, absent: c.gone}, rules{quarantine: 40 * time.Second, fence: 20 * time.Second}, start)
			if (len(got) == 1) != c.want || again != c.again {
				t.Errorf("plan = %v, again %v, want removal %v, again %v", got, again, c.want, c.again)
			}
		})
	}
}

func TestTheOldestEndedPodsGo(t *testing.T) {
	var pods []*core.Pod
	for i := range 6 {
		p := pod(fmt.Sprint(i), "n1", []core.PodPhase{core.PodSucceeded, core.PodFailed}[i%2], false)
		p.CreationTimestamp = meta.NewTime(start.Add(-time.Duration(i) * time.Minute))
		pods = append(pods, p, pod(fmt.Sprint("running-", i), "n1", core.PodRunning, false))
	}
	o := observed{pods: pods, nodes: nodes(node("n1", core.ConditionTrue))}
	got, _ := plan(o, rules{threshold: 4}, start)
	names := []string{}
	for _, r := range got {
		names = append(names, r.pod.Name)
	}
	if !slices.Equal(names, []string{"5", "4"}) {
		t.Errorf("removed %v, want the two oldest", names)
	}
	if got, _ := plan(o, rules{}, start); len(got) != 0 {
		t.Errorf("without a threshold %d pods are removed", len(got))
	}
}
