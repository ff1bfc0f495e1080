package score

import (
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

func hasPreferredAffinity(p *cluster.Pod) bool {
	a := p.Spec.Affinity
	return a != nil && a.NodeAffinity != nil && len(a.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution) > 0
}

// preferredAffinity adds up the weights of the preferred terms that a node
// fulfils.
func preferredAffinity(p *cluster.Pod, n *cluster.Node) int64 {
	var sum int64
	terms := p.Spec.Affinity.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution
	for i := range terms {
		if terms[i].Preference.Matches(n.Object) {
			sum += int64(terms[i].Weight)
		}
	}
	return sum
}
