package filter

import (
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

var otherAffinity = &Refusal{NodeAffinity, []string{"node(s) didn't match Pod's node affinity/selector"}, true}

// checkNodeAffinity wants every label of the pod's nodeSelector and one of the
// terms of its required node affinity.
func checkNodeAffinity(p *cluster.Pod, n *cluster.Node) *Refusal {
	if !p.Spec.Wants(n.Object) {
		return otherAffinity
	}
	return nil
}
