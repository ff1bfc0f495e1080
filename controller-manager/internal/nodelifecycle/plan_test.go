package nodelifecycle

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// node is a node whose Ready condition is as given; none when empty.
func node(ready core.ConditionStatus, edit ...func(*core.Node)) *core.Node {
	n := &core.Node{}
	n.Name = "node1"
	if ready != "" {
		n.Status.Conditions = []core.NodeCondition{{Type: core.NodeReady, Status: ready, Reason: "KubeletReady"}}
	}
	for _, e := range edit {
		e(n)
	}
	return n
}

func condition1(t core.NodeConditionType, s core.ConditionStatus) func(*core.Node) {
	return func(n *core.Node) {
		n.Status.Conditions = append(n.Status.Conditions, core.NodeCondition{Type: t, Status: s})
	}
}

func taint(key string, effect core.TaintEffect) core.Taint {
	return core.Taint{Key: key, Effect: effect}
}

func TestJudge(t *testing.T) {
	grace := Grace{Monitor: 8 * time.Second, Startup: time.Minute}
	for _, c := range []struct {
		name   string
		node   *core.Node
		heard  time.Duration // ago
		silent bool
		again  time.Duration
	}{
		{"just heard", node(core.ConditionTrue), 0, false, 8 * time.Second},
		{"within its grace", node(core.ConditionTrue), 7900 * time.Millisecond, false, 100 * time.Millisecond},
		{"beyond its grace", node(core.ConditionTrue), 8 * time.Second, true, 0},
		{"never reported, still starting", node(""), 10 * time.Second, false, 50 * time.Second},
		{"never reported", node(""), time.Minute, true, 0},
		{"not ready but heard", node(core.ConditionFalse), time.Second, false, 7 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := judge(c.node, start.Add(-c.heard), start, grace)
			if j.silent != c.silent || j.again != c.again || (j.conditions != nil) != c.silent {
				t.Errorf("judge = %+v, want silent %v, again %v", j, c.silent, c.again)
			}
		})
	}
}

func TestSilenceMakesWhatTheKubeletReportsUnknown(t *testing.T) {
	n := node(core.ConditionTrue, condition1(core.NodeDiskPressure, core.ConditionFalse), condition1("CustomFromElsewhere", core.ConditionTrue))
	got := unknown(n, start)
	for _, typ := range reported {
		i := slices.IndexFunc(got, func(c core.NodeCondition) bool { return c.Type == typ })
		if i < 0 || got[i].Status != core.ConditionUnknown || !got[i].LastTransitionTime.Equal(start) {
			t.Errorf("condition %s = %+v, want Unknown since now", typ, got)
		}
	}
	if i := slices.IndexFunc(got, func(c core.NodeCondition) bool { return c.Type == "CustomFromElsewhere" }); got[i].Status != core.ConditionTrue {
		t.Errorf("a condition that is not the kubelet's was changed: %+v", got[i])
	}
	if got[0].Reason != "NodeStatusUnknown" || got[0].Message != "Kubelet stopped posting node status." {
		t.Errorf("Ready = %+v", got[0])
	}
	n.Status.Conditions = got
	if again := unknown(n, start.Add(time.Hour)); again != nil {
		t.Errorf("a second look changes conditions again: %+v", again)
	}
}

func TestTaintsFollowConditions(t *testing.T) {
	const noSchedule, noExecute = core.TaintEffectNoSchedule, core.TaintEffectNoExecute
	for _, c := range []struct {
		name  string
		node  *core.Node
		evict bool
		want  []core.Taint
	}{
		{"ready", node(core.ConditionTrue), true, nil},
		{"not heard of yet", node(""), false, []core.Taint{taint(core.TaintNodeNotReady, noSchedule)}},
		{"not ready", node(core.ConditionFalse), true, []core.Taint{taint(core.TaintNodeNotReady, noSchedule), taint(core.TaintNodeNotReady, noExecute)}},
		{"silent", node(core.ConditionUnknown), true, []core.Taint{taint(core.TaintNodeUnreachable, noSchedule), taint(core.TaintNodeUnreachable, noExecute)}},
		{"silent, evictions held", node(core.ConditionUnknown), false, []core.Taint{taint(core.TaintNodeUnreachable, noSchedule)}},
		{"short of memory", node(core.ConditionTrue, condition1(core.NodeMemoryPressure, core.ConditionTrue)), true, []core.Taint{taint(core.TaintNodeMemoryPressure, noSchedule)}},
		{"short of disk", node(core.ConditionTrue, condition1(core.NodeDiskPressure, core.ConditionTrue)), true, []core.Taint{taint(core.TaintNodeDiskPressure, noSchedule)}},
		{"short of pids", node(core.ConditionTrue, condition1(core.NodePIDPressure, core.ConditionTrue)), true, []core.Taint{taint(core.TaintNodePIDPressure, noSchedule)}},
		{"without network", node(core.ConditionTrue, condition1(core.NodeNetworkUnavailable, core.ConditionTrue)), true, []core.Taint{taint(core.TaintNodeNetworkUnavailable, noSchedule)}},
		{"cordoned", node(core.ConditionTrue, func(n *core.Node) { n.Spec.Unschedulable = true }), true, []core.Taint{taint(core.TaintNodeUnschedulable, noSchedule)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := wantedTaints(c.node, c.evict); !slices.Equal(got, c.want) {
				t.Errorf("taints = %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestRetaintLeavesOthersAlone(t *testing.T) {
	old := meta.NewTime(start.Add(-time.Hour))
	mine := core.Taint{Key: core.TaintNodeUnreachable, Effect: core.TaintEffectNoExecute, TimeAdded: &old}
	theirs := core.Taint{Key: "gpu", Value: "only", Effect: core.TaintEffectNoSchedule}
	n := node(core.ConditionUnknown, func(n *core.Node) {
		n.Spec.Taints = []core.Taint{theirs, mine, taint(core.TaintNodeNotReady, core.TaintEffectNoSchedule)}
	})
	got, changed := retaint(n, wantedTaints(n, true), start)
	if !changed || len(got) != 3 || got[0] != theirs || got[1] != mine {
		t.Fatalf("taints = %+v (changed %v), want the person's and the old one kept, not-ready gone", got, changed)
	}
	if got[2].Key != core.TaintNodeUnreachable || got[2].Effect != core.TaintEffectNoSchedule || got[2].TimeAdded == nil {
		t.Errorf("new taint = %+v", got[2])
	}
	n.Spec.Taints = got
	if _, again := retaint(n, wantedTaints(n, true), start.Add(time.Hour)); again {
		t.Error("a second look changes the taints again")
	}
}

func TestZones(t *testing.T) {
	limits := Limits{UnhealthyThreshold: 0.55, Rate: 1, SecondaryRate: 0.1, LargeCluster: 10}
	for _, c := range []struct {
		name  string
		zones map[string]census
		want  float64
	}{
		{"one of two is down", map[string]census{"a": {ready: 1, unhealthy: 1}}, 1},
		{"two of three are down", map[string]census{"a": {ready: 1, unhealthy: 2}}, 1},
		{"most of a small zone", map[string]census{"a": {ready: 2, unhealthy: 3}}, 0},
		{"most of a large zone", map[string]census{"a": {ready: 8, unhealthy: 12}}, 0.1},
		{"all there is", map[string]census{"a": {unhealthy: 5}}, 0},
		{"the only node", map[string]census{"a": {unhealthy: 1}}, 0},
		{"all of one zone of two", map[string]census{"a": {unhealthy: 5}, "b": {ready: 5}}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := limits.evictionRate("a", c.zones); got != c.want {
				t.Errorf("rate = %v, want %v", got, c.want)
			}
		})
	}
}

func TestCensusCountsNodesThatHaveReported(t *testing.T) {
	zones := countZones([]*core.Node{
		node(core.ConditionTrue), node(core.ConditionFalse), node(core.ConditionUnknown), node(""),
		node(core.ConditionTrue, func(n *core.Node) { n.Labels = map[string]string{core.LabelTopologyZone: "b"} }),
	})
	if zones["/"] != (census{ready: 1, unhealthy: 2}) || zones["/b"] != (census{ready: 1}) {
		t.Errorf("zones = %+v", zones)
	}
}

func TestLimiter(t *testing.T) {
	var l limiter
	got := []string{}
	for _, ms := range []int{0, 0, 400, 500, 900, 1000} {
		ok, wait := l.take(2, start.Add(time.Duration(ms)*time.Millisecond))
		got = append(got, fmt.Sprint(ms, ok, wait.Milliseconds()))
	}
	want := []string{"0 true 0", "0 false 500", "400 false 100", "500 true 0", "900 false 100", "1000 true 0"}
	if !slices.Equal(got, want) {
		t.Errorf("leave at\n%v, want\n%v", got, want)
	}
	if ok, wait := l.take(0, start.Add(time.Hour)); ok || wait != 0 {
		t.Error("leave was given at rate zero")
	}
}

func TestHearingStartsAfreshAfterAnOutage(t *testing.T) {
	h := newHearing(start)
	h.note("node1", start)
	second := func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }
	for n := 1; n <= 5; n++ {
		h.probed(true, second(n))
	}
	if heard, ok := h.last("node1", second(5)); !ok || !heard.Equal(start) {
		t.Fatalf("last = %v, %v, want the time of the note", heard, ok)
	}
	h.probed(false, second(6))
	if _, ok := h.last("node1", second(7)); ok {
		t.Error("a node is judged while the API server is away")
	}
	if !h.probed(true, second(20)) {
		t.Error("the end of the outage was not noticed")
	}
	if heard, ok := h.last("node1", second(21)); !ok || !heard.Equal(second(20)) {
		t.Errorf("last = %v, %v, want a fresh start at the end of the outage", heard, ok)
	}
}

func TestHearingStartsAfreshWhenWeSlept(t *testing.T) {
	h := newHearing(start)
	h.note("node1", start)
	h.probed(true, start.Add(time.Second))
	woken := start.Add(time.Minute)
	if _, ok := h.last("node1", woken); ok {
		t.Error("a node is judged by a process that has just woken up")
	}
	h.probed(true, woken)
	if heard, ok := h.last("node1", woken); !ok || !heard.Equal(woken) {
		t.Errorf("last = %v, %v, want a fresh start", heard, ok)
	}
}
