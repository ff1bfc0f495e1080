package nodelifecycle

import (
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// managed are the taints that this controller puts on and takes off. All
// others are somebody else's.
var managed = map[string]bool{
	core.TaintNodeNotReady: true, core.TaintNodeUnreachable: true, core.TaintNodeUnschedulable: true, core.TaintNodeMemoryPressure: true,
	core.TaintNodeDiskPressure: true, core.TaintNodePIDPressure: true, core.TaintNodeNetworkUnavailable: true,
}

// reported are the conditions that only the kubelet knows; they become
// Unknown when it falls silent.
var reported = []core.NodeConditionType{core.NodeReady, core.NodeMemoryPressure, core.NodeDiskPressure, core.NodePIDPressure}

// Grace says for how long silence is borne.
type Grace struct {
	Monitor time.Duration // of a node that has reported before
	Startup time.Duration // of a node that has never reported
}

// judgement is what one look at one node concludes.
type judgement struct {
	silent     bool                 // the node has been silent for longer than its grace
	conditions []core.NodeCondition // the new conditions; nil when they stay
	again      time.Duration        // when to look again if nothing is heard; 0 for never
}

// judge decides whether node has fallen silent. heard is when this process
// last took in a sign of life, by its own clock: a node whose clock is wrong
// is not dead.
func judge(node *core.Node, heard, now time.Time, grace Grace) judgement {
	ready := condition(node, core.NodeReady)
	limit := grace.Monitor
	if ready == nil {
		limit = grace.Startup
	}
	if left := limit - now.Sub(heard); left > 0 {
		return judgement{again: left}
	}
	return judgement{silent: true, conditions: unknown(node, now)}
}

// unknown is node's conditions with those that the kubelet reports set to
// Unknown, or nil when they already are.
func unknown(node *core.Node, now time.Time) []core.NodeCondition {
	conditions := slices.Clone(node.Status.Conditions)
	changed := false
	for _, t := range reported {
		i := slices.IndexFunc(conditions, func(c core.NodeCondition) bool { return c.Type == t })
		if i < 0 {
			conditions = append(conditions, core.NodeCondition{
				Type: t, Status: core.ConditionUnknown, LastHeartbeatTime: node.CreationTimestamp, LastTransitionTime: meta.NewTime(now),
				Reason: "NodeStatusNeverUpdated", Message: "Kubelet never posted node status.",
			})
			changed = true
			continue
		}
		c := &conditions[i]
		if c.Status == core.ConditionUnknown {
			continue
		}
		c.Status, c.LastTransitionTime = core.ConditionUnknown, meta.NewTime(now)
		c.Reason, c.Message = "NodeStatusUnknown", "Kubelet stopped posting node status."
		changed = true
	}
	if !changed {
		return nil
	}
	return conditions
}

func condition(node *core.Node, t core.NodeConditionType) *core.NodeCondition {
	for i := range node.Status.Conditions {
		if node.Status.Conditions[i].Type == t {
			return &node.Status.Conditions[i]
		}
	}
	return nil
}

// readiness is the status of node's Ready condition, empty when it has none.
func readiness(node *core.Node) core.ConditionStatus {
	if c := condition(node, core.NodeReady); c != nil {
		return c.Status
	}
	return ""
}

// wantedTaints are the taints that node's conditions call for, without times.
// evict tells whether pods may be driven away from an unhealthy node now.
func wantedTaints(node *core.Node, evict bool) []core.Taint {
	var taints []core.Taint
	noSchedule := func(key string) { taints = append(taints, core.Taint{Key: key, Effect: core.TaintEffectNoSchedule}) }
	unhealthy := ""
	switch readiness(node) {
	case core.ConditionTrue:
	case core.ConditionUnknown:
		unhealthy = core.TaintNodeUnreachable
	default:
		unhealthy = core.TaintNodeNotReady
	}
	if unhealthy != "" {
		noSchedule(unhealthy)
		if evict {
			taints = append(taints, core.Taint{Key: unhealthy, Effect: core.TaintEffectNoExecute})
		}
	}
	for _, p := range []struct {
		condition core.NodeConditionType
		taint     string
	}{
		{core.NodeMemoryPressure, core.TaintNodeMemoryPressure},
		{core.NodeDiskPressure, core.TaintNodeDiskPressure},
		{core.NodePIDPressure, core.TaintNodePIDPressure},
		{core.NodeNetworkUnavailable, core.TaintNodeNetworkUnavailable},
	} {
		if c := condition(node, p.condition); c != nil && c.Status == core.ConditionTrue {
			noSchedule(p.taint)
		}
	}
	if node.Spec.Unschedulable {
		noSchedule(core.TaintNodeUnschedulable)
	}
	return taints
}

// retaint is node's taints with the managed ones as wanted: those that are
// there keep their time, new ones get now. changed tells whether they differ
// from what the node has.
func retaint(node *core.Node, wanted []core.Taint, now time.Time) (taints []core.Taint, changed bool) {
	missing := slices.Clone(wanted)
	for _, t := range node.Spec.Taints {
		if !managed[t.Key] || t.Effect == core.TaintEffectPreferNoSchedule {
			taints = append(taints, t)
			continue
		}
		i := slices.IndexFunc(missing, func(w core.Taint) bool { return w.Key == t.Key && w.Effect == t.Effect })
		if i < 0 {
			changed = true
			continue
		}
		missing = slices.Delete(missing, i, i+1)
		taints = append(taints, t)
	}
	for _, w := range missing {
		added := meta.NewTime(now.UTC().Truncate(time.Second))
		w.TimeAdded = &added
		taints = append(taints, w)
		changed = true
	}
	return taints, changed
}

// tainted tells whether node carries key with the effect NoExecute.
func tainted(node *core.Node) bool {
	return slices.ContainsFunc(node.Spec.Taints, func(t core.Taint) bool {
		return t.Effect == core.TaintEffectNoExecute && (t.Key == core.TaintNodeNotReady || t.Key == core.TaintNodeUnreachable)
	})
}
