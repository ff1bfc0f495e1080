package filter

import (
	"fmt"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

// checkTaints keeps pods off nodes with a taint that they do not tolerate.
// Nodes that are not ready, unreachable or under pressure carry one.
func checkTaints(p *cluster.Pod, n *cluster.Node) *Refusal {
	for i := range n.Object.Spec.Taints {
		t := &n.Object.Spec.Taints[i]
		if t.Effect == core.TaintEffectPreferNoSchedule || t.Tolerated(p.Spec.Tolerations) {
			continue
		}
		return &Refusal{Taints, []string{fmt.Sprintf("node(s) had untolerated taint {%s: %s}", t.Key, t.Value)}, true}
	}
	return nil
}
