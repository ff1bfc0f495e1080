package filter

import (
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

var otherName = &Refusal{NodeName, []string{"node(s) didn't match the requested node name"}, true}

// checkNodeName holds a pod that names its node to that one.
func checkNodeName(p *cluster.Pod, n *cluster.Node) *Refusal {
	if p.Spec.NodeName == "" || p.Spec.NodeName == n.Name {
		return nil
	}
	return otherName
}
