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
		if t.Effect == core.TaintEffectPreferNoSchedule || Tolerated(p.Spec.Tolerations, t) {
			continue
		}
		return &Refusal{Taints, []string{fmt.Sprintf("node(s) had untolerated taint {%s: %s}", t.Key, t.Value)}, true}
	}
	return nil
}

// Tolerated says whether one of the tolerations is for t.
func Tolerated(tolerations []core.Toleration, t *core.Taint) bool {
	for i := range tolerations {
		if tolerates(&tolerations[i], t) {
			return true
		}
	}
	return false
}

// tolerates: an empty effect is any effect, an empty key with Exists any key.
func tolerates(o *core.Toleration, t *core.Taint) bool {
	if o.Effect != "" && o.Effect != t.Effect {
		return false
	}
	if o.Key != "" && o.Key != t.Key {
		return false
	}
	switch o.Operator {
	case core.TolerationOpExists:
		return true
	case core.TolerationOpEqual, "":
		return o.Key != "" && o.Value == t.Value
	}
	return false
}
