package daemonset

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/revision"
	"github.com/pilothouse/pilothouse/proto/apps"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func node(name string, edit ...func(*core.Node)) *core.Node {
	n := &core.Node{}
	n.Name, n.Labels = name, map[string]string{"kubernetes.io/hostname": name}
	for _, e := range edit {
		e(n)
	}
	return n
}

func taint(key string, effect core.TaintEffect) func(*core.Node) {
	return func(n *core.Node) { n.Spec.Taints = append(n.Spec.Taints, core.Taint{Key: key, Effect: effect}) }
}

func daemonSet() *apps.DaemonSet {
	ds := &apps.DaemonSet{}
	ds.Namespace, ds.Name, ds.UID, ds.Generation = "default", "agent", "ds-uid", 1
	ds.Spec.Selector = &meta.LabelSelector{MatchLabels: map[string]string{"app": "agent"}}
	ds.Spec.Template.Labels = map[string]string{"app": "agent"}
	ds.Spec.UpdateStrategy.Type = apps.RollingUpdateDaemonSetStrategyType
	return ds
}

// podOn is a running, ready pod of ds on a node.
func podOn(ds *apps.DaemonSet, node, hash string, edit ...func(*core.Pod)) *core.Pod {
	p := podFor(ds, node, hash)
	p.Name, p.UID, p.CreationTimestamp = "agent-"+node+"-"+hash, meta.UID(node+hash), meta.NewTime(start)
	p.Spec.NodeName = node
	p.Status.Phase = core.PodRunning
	p.Status.Conditions = []core.PodCondition{{Type: core.PodReady, Status: core.ConditionTrue, LastTransitionTime: meta.NewTime(start)}}
	for _, e := range edit {
		e(p)
	}
	return p
}

func unready(p *core.Pod) { p.Status.Conditions[0].Status = core.ConditionFalse }
func failed(p *core.Pod)  { p.Status.Phase = core.PodFailed; unready(p) }
func ending(p *core.Pod)  { t := meta.NewTime(start); p.DeletionTimestamp = &t }

func stateOf(ds *apps.DaemonSet, nodes []*core.Node, pods ...*core.Pod) *state {
	s := &state{ds: ds, nodes: nodes, pods: map[string][]*core.Pod{}, hash: "new", now: start.Add(time.Hour), ready: func(string) time.Duration { return 0 }}
	for _, p := range pods {
		s.pods[nodeFor(p)] = append(s.pods[nodeFor(p)], p)
	}
	return s
}

func names(pods []*core.Pod) string {
	var out []string
	for _, p := range pods {
		out = append(out, p.Name)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestWhereDaemonsRun(t *testing.T) {
	ds := daemonSet()
	ds.Spec.Template.Spec.NodeSelector = map[string]string{"disk": "ssd"}
	ssd := func(n *core.Node) { n.Labels["disk"] = "ssd" }
	nodes := []*core.Node{
		node("plain"), node("ssd", ssd), node("cordoned", ssd, taint(core.TaintNodeUnschedulable, core.TaintEffectNoSchedule)),
		node("silent", ssd, taint(core.TaintNodeUnreachable, core.TaintEffectNoExecute)),
		node("dedicated", ssd, taint("team", core.TaintEffectNoSchedule)), node("evacuated", ssd, taint("team", core.TaintEffectNoExecute)),
		node("preferred-not", ssd, taint("team", core.TaintEffectPreferNoSchedule)),
	}
	s := plan(stateOf(ds, nodes, podOn(ds, "plain", "new"), podOn(ds, "dedicated", "new"), podOn(ds, "evacuated", "new")))
	if got, want := strings.Join(s.create, " "), "cordoned preferred-not silent ssd"; got != want {
		t.Errorf("create on %q, should be %q", got, want)
	}
	if got, want := names(s.delete), "agent-evacuated-new agent-plain-new"; got != want {
		t.Errorf("delete %q, should be %q", got, want)
	}
	st := s.status
	if st.DesiredNumberScheduled != 4 || st.NumberMisscheduled != 3 || st.CurrentNumberScheduled != 0 || st.NumberUnavailable != 4 {
		t.Errorf("status %+v", st)
	}
}

func TestEndedPodsAreReplaced(t *testing.T) {
	ds := daemonSet()
	nodes := []*core.Node{node("a"), node("b"), node("c")}
	st := stateOf(ds, nodes, podOn(ds, "a", "new", failed), podOn(ds, "b", "new", failed), podOn(ds, "c", "new", ending))
	st.ready = func(node string) time.Duration {
		if node == "b" {
			return time.Minute
		}
		return 0
	}
	s := plan(st)
	if names(s.delete) != "agent-a-new" || names(s.ended) != "agent-a-new" || len(s.create) != 0 || s.again != time.Minute {
		t.Errorf("delete %q, create %v, again %v", names(s.delete), s.create, s.again)
	}
}

func TestOnDeleteWaitsForPeople(t *testing.T) {
	ds := daemonSet()
	ds.Spec.UpdateStrategy.Type = apps.OnDeleteDaemonSetStrategyType
	s := plan(stateOf(ds, []*core.Node{node("a"), node("b")}, podOn(ds, "a", "old"), podOn(ds, "b", "old", ending)))
	if len(s.delete)+len(s.create) != 0 || s.status.UpdatedNumberScheduled != 0 {
		t.Errorf("%+v", s)
	}
}

// TestGoingBackRestartsNothing: a pod that matches the present template
// already stays.
func TestGoingBackRestartsNothing(t *testing.T) {
	ds := daemonSet()
	s := plan(stateOf(ds, []*core.Node{node("a"), node("b")}, podOn(ds, "a", "new"), podOn(ds, "b", "old")))
	if names(s.delete) != "agent-b-old" {
		t.Errorf("delete %q", names(s.delete))
	}
}

// TestRollingKeepsTheBounds rolls daemon sets over random nodes and asks that
// never more nodes are without an available pod than allowed, and never more
// have two than the surge.
func TestRollingKeepsTheBounds(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		ds := daemonSet()
		count := 1 + random.IntN(15)
		unavailable, surge := meta.FromInt(int32(1+random.IntN(4))), meta.FromInt(0)
		if random.IntN(2) == 0 {
			unavailable, surge = meta.FromInt(0), meta.FromInt(int32(1+random.IntN(4)))
		}
		ds.Spec.UpdateStrategy.RollingUpdate = &apps.RollingUpdateDaemonSet{MaxUnavailable: &unavailable, MaxSurge: &surge}
		var nodes []*core.Node
		var pods []*core.Pod
		for i := range count {
			nodes = append(nodes, node(fmt.Sprintf("n%d", i)))
			pods = append(pods, podOn(ds, nodes[i].Name, "old"))
		}
		rounds, made := 0, 0
		for ; rounds < 500; rounds++ {
			s := plan(stateOf(ds, nodes, pods...))
			old := slices.ContainsFunc(pods, func(p *core.Pod) bool { return p.Labels[revision.Label] != "new" })
			if len(s.create)+len(s.delete) == 0 && s.status.NumberAvailable == int32(count) && !old {
				break
			}
			for _, p := range s.delete[:min(len(s.delete), random.IntN(4))] {
				ending(p)
			}
			for _, n := range s.create[:min(len(s.create), random.IntN(4))] {
				made++
				pods = append(pods, podOn(ds, n, "new", unready))
			}
			serving, twice := map[string]bool{}, map[string]int{}
			for _, p := range pods {
				twice[p.Spec.NodeName]++
				if p.DeletionTimestamp == nil && p.Status.Conditions[0].Status == core.ConditionTrue {
					serving[p.Spec.NodeName] = true
				}
			}
			if missing := count - len(serving); missing > int(unavailable.IntVal) {
				t.Fatalf("seed %d: %d nodes without an available pod, %d allowed", seed, missing, unavailable.IntVal)
			}
			doubled := 0
			for _, n := range twice {
				if n > 1 {
					doubled++
				}
			}
			if doubled > int(surge.IntVal) && surge.IntVal == 0 {
				t.Fatalf("seed %d: %d nodes with two pods, %d allowed", seed, doubled, surge.IntVal)
			}
			// Time passes: ending pods go, others become ready.
			pods = slices.DeleteFunc(pods, func(p *core.Pod) bool { return p.DeletionTimestamp != nil && random.IntN(2) == 0 })
			for _, p := range pods {
				if random.IntN(2) == 0 {
					p.Status.Conditions[0].Status = core.ConditionTrue
				}
			}
		}
		if rounds == 500 {
			t.Fatalf("seed %d: does not come to rest", seed)
		}
	}
}

func TestPodFor(t *testing.T) {
	ds := daemonSet()
	ds.Spec.Template.Spec.HostNetwork = true
	p := podFor(ds, "n1", "h")
	if nodeFor(p) != "n1" || p.Labels[revision.Label] != "h" || ds.Spec.Template.Labels[revision.Label] != "" {
		t.Errorf("%+v", p)
	}
	network := core.Taint{Key: core.TaintNodeNetworkUnavailable, Effect: core.TaintEffectNoSchedule}
	if !network.Tolerated(p.Spec.Tolerations) {
		t.Error("a pod on the host's network waits for the pod network")
	}
}

// TestDaemonsTolerate: a daemon pod stays and starts where others must not,
// each thing said once; what the template says itself comes first.
func TestDaemonsTolerate(t *testing.T) {
	ds := daemonSet()
	own := core.Toleration{Key: core.TaintNodeNotReady, Operator: core.TolerationOpExists, Effect: core.TaintEffectNoExecute}
	ds.Spec.Template.Spec.Tolerations = []core.Toleration{{Key: "mine"}, own}
	texts := func() (list []string) {
		for _, o := range podFor(ds, "n1", "h").Spec.Tolerations {
			list = append(list, strings.TrimPrefix(o.Key, "node.kubernetes.io/")+":"+string(o.Effect))
		}
		return list
	}
	want := []string{"mine:", "not-ready:NoExecute", "unreachable:NoExecute", "disk-pressure:NoSchedule", "memory-pressure:NoSchedule",
		"pid-pressure:NoSchedule", "unschedulable:NoSchedule"}
	if got := texts(); !slices.Equal(got, want) {
		t.Errorf("tolerates %v, want %v", got, want)
	}
	ds.Spec.Template.Spec.HostNetwork = true
	if got := texts(); !slices.Equal(got, append(want, "network-unavailable:NoSchedule")) {
		t.Errorf("on the host's network it tolerates %v", got)
	}
}

// TestMinReadySeconds: a pod is available once it has been ready for long
// enough.
func TestMinReadySeconds(t *testing.T) {
	ds := daemonSet()
	ds.Spec.MinReadySeconds = 10
	for _, tt := range []struct {
		after                  time.Duration
		available, unavailable int32
	}{{9 * time.Second, 0, 1}, {10 * time.Second, 1, 0}} {
		s := stateOf(ds, []*core.Node{node("n1")}, podOn(ds, "n1", "new"))
		s.now = start.Add(tt.after)
		got := s.count()
		if got.NumberReady != 1 || got.NumberAvailable != tt.available || got.NumberUnavailable != tt.unavailable {
			t.Errorf("ready for %v: %+v", tt.after, got)
		}
	}
}

// TestSurge: while a pod takes over, the one that goes speaks for its node in the
// status, so that a rollout is done only when it is gone; one that serves nobody
// goes as soon as there is another.
func TestSurge(t *testing.T) {
	later := func(p *core.Pod) { p.CreationTimestamp = meta.NewTime(start.Add(time.Minute)) }
	for _, tt := range []struct {
		name                  string
		pods                  func(*apps.DaemonSet) []*core.Pod
		deleted               string
		updated, ready, avail int32
		created               int
	}{
		{"begins", func(ds *apps.DaemonSet) []*core.Pod { return []*core.Pod{podOn(ds, "a", "old")} }, "", 0, 1, 1, 1},
		{"new one starts", func(ds *apps.DaemonSet) []*core.Pod {
			return []*core.Pod{podOn(ds, "a", "old"), podOn(ds, "a", "new", later, unready)}
		}, "", 0, 1, 1, 0},
		{"new one is ready", func(ds *apps.DaemonSet) []*core.Pod {
			return []*core.Pod{podOn(ds, "a", "old"), podOn(ds, "a", "new", later)}
		}, "agent-a-old", 0, 1, 1, 0},
		{"old one goes", func(ds *apps.DaemonSet) []*core.Pod {
			return []*core.Pod{podOn(ds, "a", "old", ending), podOn(ds, "a", "new", later)}
		}, "", 0, 1, 1, 0},
		{"old one is gone", func(ds *apps.DaemonSet) []*core.Pod { return []*core.Pod{podOn(ds, "a", "new", later)} }, "", 1, 1, 1, 0},
		{"old one is broken", func(ds *apps.DaemonSet) []*core.Pod {
			return []*core.Pod{podOn(ds, "a", "old", unready), podOn(ds, "a", "new", later, unready)}
		}, "agent-a-old", 0, 0, 0, 0},
		{"new one has no node yet", func(ds *apps.DaemonSet) []*core.Pod {
			return []*core.Pod{podOn(ds, "a", "new", unready, func(p *core.Pod) { p.Spec.NodeName = "" }), podOn(ds, "a", "old", later)}
		}, "", 0, 1, 1, 0},
	} {
		ds := daemonSet()
		none, one := meta.FromInt(0), meta.FromInt(1)
		ds.Spec.UpdateStrategy.RollingUpdate = &apps.RollingUpdateDaemonSet{MaxUnavailable: &none, MaxSurge: &one}
		s := plan(stateOf(ds, []*core.Node{node("a")}, tt.pods(ds)...))
		st := s.status
		if names(s.delete) != tt.deleted || len(s.create) != tt.created {
			t.Errorf("%s: delete %q and create %v", tt.name, names(s.delete), s.create)
		}
		if st.UpdatedNumberScheduled != tt.updated || st.NumberReady != tt.ready || st.NumberAvailable != tt.avail || st.CurrentNumberScheduled != 1 {
			t.Errorf("%s: status %+v", tt.name, st)
		}
	}
}
