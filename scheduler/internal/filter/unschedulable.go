package filter

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

var unschedulable = &Refusal{Unschedulable, []string{"node(s) were unschedulable"}, true}

// checkUnschedulable keeps pods off cordoned nodes, but for those that
// tolerate the taint of one.
func checkUnschedulable(p *cluster.Pod, n *cluster.Node) *Refusal {
	if !n.Object.Spec.Unschedulable {
		return nil
	}
	taint := core.Taint{Key: core.TaintNodeUnschedulable, Effect: core.TaintEffectNoSchedule}
	if taint.Tolerated(p.Spec.Tolerations) {
		return nil
	}
	return unschedulable
}
