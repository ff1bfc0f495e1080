package core

import (
	"slices"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// checkNarrowed lets the nodes that a gated pod may go to become fewer only:
// whoever holds the gate has chosen among those that were left.
func checkNarrowed(r *field.Report, s, old *PodSpec) {
	if !narrows(s.NodeSelector, old.NodeSelector) {
		r.Invalid(specPath.Child("nodeSelector"), s.NodeSelector, "only additions to spec.nodeSelector are allowed (no mutations or deletions)")
	}
	was := requiredTerms(old.Affinity)
	if len(was) == 0 {
		return
	}
	p := specPath.Child("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
	is := requiredTerms(s.Affinity)
	if len(is) != len(was) {
		r.Invalid(p, is, "no additions/deletions to non-empty NodeSelectorTerms list are allowed")
		return
	}
	for i := range was {
		if !termNarrows(&is[i], &was[i]) {
			r.Invalid(p.Index(i), is[i], "only additions are allowed (no mutations or deletions)")
		}
	}
}

// requiredTerms are the terms that a node must meet one of.
func requiredTerms(a *Affinity) []NodeSelectorTerm {
	if a == nil || a.NodeAffinity == nil || a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return nil
	}
	return a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms
}

// termNarrows reports whether a term has all of old, and perhaps more. An empty
// term fits no node, so that nothing can be added to it.
func termNarrows(t, old *NodeSelectorTerm) bool {
	if len(old.MatchExpressions) == 0 && len(old.MatchFields) == 0 {
		return len(t.MatchExpressions) == 0 && len(t.MatchFields) == 0
	}
	begins := func(list, old []NodeSelectorRequirement) bool {
		return len(list) >= len(old) && slices.EqualFunc(list[:len(old)], old, func(a, b NodeSelectorRequirement) bool { return meta.Equal(a, b) })
	}
	return begins(t.MatchExpressions, old.MatchExpressions) && begins(t.MatchFields, old.MatchFields)
}

// withNodeAffinityOf is an affinity with the part about nodes that another has.
func withNodeAffinityOf(a, old *Affinity) *Affinity {
	var out Affinity
	if a != nil {
		out = *a
	}
	out.NodeAffinity = nil
	if old != nil {
		out.NodeAffinity = old.NodeAffinity
	}
	if old == nil && meta.Equal(out, Affinity{}) {
		return nil
	}
	return &out
}
