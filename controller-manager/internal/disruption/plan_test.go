package disruption

import (
	"errors"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/policy"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func budget(min, max any) *policy.PodDisruptionBudget {
	b := &policy.PodDisruptionBudget{}
	b.Name, b.Generation = "web", 2
	b.Spec.MinAvailable, b.Spec.MaxUnavailable = bound(min), bound(max)
	return b
}

func bound(v any) *meta.IntOrString {
	var x meta.IntOrString
	switch v := v.(type) {
	case int:
		x = meta.FromInt(int32(v))
	case string:
		x = meta.FromString(v)
	default:
		return nil
	}
	return &x
}

// pods are ready ones and others.
func pods(ready, others int) (list []*core.Pod) {
	for i := range ready + others {
		p := &core.Pod{}
		p.Name = string(rune('a' + i))
		if i < ready {
			p.Status.Conditions = []core.PodCondition{{Type: core.PodReady, Status: core.ConditionTrue}}
		}
		list = append(list, p)
	}
	return list
}

func TestPlan(t *testing.T) {
	for _, c := range []struct {
		name             string
		min, max         any
		ready, others    int
		expected         int32
		desired, allowed int32
		reason           string
		asks             bool
	}{
		{name: "a number that must stay", min: 2, ready: 3, expected: 3, desired: 2, allowed: 1, reason: policy.SufficientPodsReason},
		{name: "just enough", min: 3, ready: 3, expected: 3, desired: 3, reason: policy.InsufficientPodsReason},
		{name: "too few", min: 3, ready: 1, others: 2, expected: 3, desired: 3, reason: policy.InsufficientPodsReason},
		{name: "a share that must stay, rounded up", min: "50%", ready: 3, expected: 3, desired: 2, allowed: 1, reason: policy.SufficientPodsReason, asks: true},
		{name: "a number that may go", max: 1, ready: 5, expected: 5, desired: 4, allowed: 1, reason: policy.SufficientPodsReason, asks: true},
		{name: "one is missing already", max: 1, ready: 4, others: 1, expected: 5, desired: 4, reason: policy.InsufficientPodsReason, asks: true},
		{name: "a share that may go, rounded up", max: "30%", ready: 5, expected: 5, desired: 3, allowed: 2, reason: policy.SufficientPodsReason, asks: true},
		{name: "no pods", min: 0, expected: 0, reason: policy.InsufficientPodsReason},
		{name: "more than there are may go", max: 9, ready: 2, expected: 2, allowed: 2, reason: policy.SufficientPodsReason, asks: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := budget(c.min, c.max)
			st, again := plan(b, pods(c.ready, c.others), c.expected, start)
			if st.DesiredHealthy != c.desired || st.DisruptionsAllowed != c.allowed || st.CurrentHealthy != int32(c.ready) || st.ObservedGeneration != 2 || again != 0 {
				t.Errorf("status %+v, again %v", st, again)
			}
			if got := st.Conditions[0]; got.Reason != c.reason || got.Status == meta.ConditionTrue != (c.allowed > 0) {
				t.Errorf("condition %+v", got)
			}
			if counted(b) != c.asks {
				t.Errorf("counted = %v", !c.asks)
			}
		})
	}
}

// TestPending: a pod whose eviction was granted counts as gone until it is, or
// until it is clear that nobody went through with it.
func TestPending(t *testing.T) {
	b := budget(1, nil)
	b.Status.DisruptedPods = map[string]meta.Time{
		"a": meta.NewTime(start.Add(-time.Minute)),     // still there
		"b": meta.NewTime(start.Add(-3 * time.Minute)), // never went
		"z": meta.NewTime(start),                       // gone
	}
	st, again := plan(b, pods(3, 0), 3, start)
	if len(st.DisruptedPods) != 1 || st.CurrentHealthy != 2 || st.DisruptionsAllowed != 1 || again != time.Minute {
		t.Errorf("status %+v, again %v", st, again)
	}
}

func TestFailed(t *testing.T) {
	b := budget(1, nil)
	b.Status, _ = plan(b, pods(3, 0), 3, start)
	st := failed(b, errors.New("no"), start.Add(time.Hour))
	if st.DisruptionsAllowed != 0 || len(st.Conditions) != 1 || st.Conditions[0].Reason != policy.SyncFailedReason || st.Conditions[0].Message != "no" {
		t.Errorf("status %+v", st)
	}
}
