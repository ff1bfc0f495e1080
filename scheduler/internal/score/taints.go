package score

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

// preferredTaints counts the taints that ask pods to stay away if they can,
// and that this one does not tolerate.
func preferredTaints(p *cluster.Pod, n *cluster.Node) int64 {
	var count int64
	for i := range n.Object.Spec.Taints {
		t := &n.Object.Spec.Taints[i]
		if t.Effect == core.TaintEffectPreferNoSchedule && !t.Tolerated(p.Spec.Tolerations) {
			count++
		}
	}
	return count
}
