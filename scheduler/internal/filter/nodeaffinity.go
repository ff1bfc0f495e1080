package filter

import (
	"slices"

	"github.com/pilothouse/pilothouse/proto/core"
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

// namedNodes finds the nodes that a pod names in every term of its affinity,
// as those of daemon sets do: no others need to be looked at.
func namedNodes(p *cluster.Pod, _ *cluster.Cluster) Prepared {
	a := p.Spec.Affinity
	if a == nil || a.NodeAffinity == nil || a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return Prepared{}
	}
	names := []string{}
	for _, term := range a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms {
		named, some := termNames(&term)
		if !some {
			return Prepared{}
		}
		names = append(names, named...)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	if len(names) == 0 {
		return Prepared{Refused: conflictingNames}
	}
	return Prepared{Only: names}
}

var conflictingNames = &Refusal{NodeAffinity, []string{"pod affinity terms conflict"}, true}

// termNames are the names that all fields of a term agree on; false when it
// names none.
func termNames(t *core.NodeSelectorTerm) (names []string, some bool) {
	for _, f := range t.MatchFields {
		if f.Key != "metadata.name" || f.Operator != core.NodeSelectorOpIn {
			continue
		}
		if !some {
			names, some = slices.Clone(f.Values), true
			continue
		}
		names = slices.DeleteFunc(names, func(n string) bool { return !slices.Contains(f.Values, n) })
	}
	return names, some
}
