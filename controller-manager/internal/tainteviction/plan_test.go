package tainteviction

import (
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/controller-manager/internal/podstate"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

var tolerance = Tolerance{NotReady: 5 * time.Second, Unreachable: 6 * time.Second, Fence: 20 * time.Second}

func at(d time.Duration) *meta.Time { t := meta.NewTime(start.Add(d)); return &t }

func toleration(key string, seconds ...int64) core.Toleration {
	t := core.Toleration{Key: key, Operator: core.TolerationOpExists, Effect: core.TaintEffectNoExecute}
	if len(seconds) > 0 {
		t.TolerationSeconds = &seconds[0]
	}
	return t
}

func TestPlan(t *testing.T) {
	unreachable := core.Taint{Key: core.TaintNodeUnreachable, Effect: core.TaintEffectNoExecute, TimeAdded: at(0)}
	notReady := core.Taint{Key: core.TaintNodeNotReady, Effect: core.TaintEffectNoExecute, TimeAdded: at(0)}
	byHand := core.Taint{Key: "gpu", Value: "yes", Effect: core.TaintEffectNoExecute}
	never := time.Duration(-1)
	for _, c := range []struct {
		name    string
		taints  []core.Taint
		tol     []core.Toleration
		edit    func(*core.Pod)
		want    time.Duration // after start
		forced  bool
		earlier time.Duration // NotBefore, after start
	}{
		{name: "no taint", want: never},
		{name: "a NoSchedule taint drives nobody away", taints: []core.Taint{{Key: "gpu", Effect: core.TaintEffectNoSchedule}}, want: never},
		{name: "no toleration of a person's taint", taints: []core.Taint{byHand}, want: 0},
		{name: "a toleration of it for a time counts from when it was seen", taints: []core.Taint{byHand}, tol: []core.Toleration{toleration("gpu", 30)}, want: 30 * time.Second},
		{name: "another value", taints: []core.Taint{byHand}, tol: []core.Toleration{{Key: "gpu", Value: "no"}}, want: 0},
		{name: "the same value", taints: []core.Taint{byHand}, tol: []core.Toleration{{Key: "gpu", Value: "yes"}}, want: never},
		{name: "everything is borne", taints: []core.Taint{byHand, unreachable}, tol: []core.Toleration{{Operator: core.TolerationOpExists}}, want: never},
		{name: "unreachable, by default", taints: []core.Taint{unreachable}, want: 6 * time.Second},
		{name: "not ready, by default", taints: []core.Taint{notReady}, want: 5 * time.Second},
		{name: "the first deadline counts", taints: []core.Taint{unreachable, notReady}, want: 5 * time.Second},
		{name: "the pod's own word", taints: []core.Taint{unreachable}, tol: []core.Toleration{toleration(core.TaintNodeUnreachable, 300)}, want: 300 * time.Second},
		{name: "the shortest of two", taints: []core.Taint{unreachable}, tol: []core.Toleration{toleration(core.TaintNodeUnreachable, 300), toleration(core.TaintNodeUnreachable, 3)}, want: 3 * time.Second},
		{name: "for ever", taints: []core.Taint{unreachable}, tol: []core.Toleration{toleration(core.TaintNodeUnreachable)}, want: never},
		{name: "less than no time", taints: []core.Taint{unreachable}, tol: []core.Toleration{toleration(core.TaintNodeUnreachable, -3)}, want: 0},
		{name: "a pod that came later", taints: []core.Taint{unreachable}, edit: func(p *core.Pod) { p.CreationTimestamp = *at(time.Minute) }, want: 66 * time.Second},
		{name: "must not run twice", taints: []core.Taint{unreachable}, edit: func(p *core.Pod) {
			p.Annotations = map[string]string{podstate.AtMostOneAnnotation: "true"}
			p.Spec.TerminationGracePeriodSeconds = new(int64)
		}, want: 20 * time.Second, forced: true},
		{name: "of a stateful set", taints: []core.Taint{unreachable}, edit: statefulSet, want: 50 * time.Second, forced: true},
		{name: "of a stateful set, where a kubelet still confirms", taints: []core.Taint{notReady}, edit: statefulSet, want: 5 * time.Second},
		{name: "a process that has just started waits", taints: []core.Taint{notReady}, earlier: 9 * time.Second, want: 9 * time.Second},
		{name: "but not for a person's taint", taints: []core.Taint{byHand}, earlier: 9 * time.Second, want: 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, n := &core.Pod{}, &core.Node{}
			p.Spec.Tolerations, n.Spec.Taints = c.tol, c.taints
			if c.edit != nil {
				c.edit(p)
			}
			tol := tolerance
			if c.earlier > 0 {
				tol.NotBefore = start.Add(c.earlier)
			}
			v := plan(p, n, map[taintID]time.Time{idOf(&byHand): start}, tol)
			want := time.Time{}
			if c.want != never {
				want = start.Add(c.want)
			}
			if !v.at.Equal(want) || v.force != c.forced {
				t.Errorf("plan = %v (force %v), want %v (force %v)", v.at, v.force, want, c.forced)
			}
		})
	}
}

func statefulSet(p *core.Pod) {
	yes := true
	p.OwnerReferences = []meta.OwnerReference{{Kind: "StatefulSet", Controller: &yes}}
}
