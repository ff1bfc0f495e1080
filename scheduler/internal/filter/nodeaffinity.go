package filter

import (
	"slices"
	"strconv"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

var otherAffinity = &Refusal{NodeAffinity, []string{"node(s) didn't match Pod's node affinity/selector"}, true}

// checkNodeAffinity wants every label of the pod's nodeSelector and one of the
// terms of its required node affinity.
func checkNodeAffinity(p *cluster.Pod, n *cluster.Node) *Refusal {
	for k, v := range p.Spec.NodeSelector {
		if got, ok := n.Object.Labels[k]; !ok || got != v {
			return otherAffinity
		}
	}
	if a := p.Spec.Affinity; a != nil && a.NodeAffinity != nil {
		required := a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
		if required != nil && !matchesSelector(required, n.Object) {
			return otherAffinity
		}
	}
	return nil
}

// matchesSelector says whether one of the terms fits.
func matchesSelector(s *core.NodeSelector, n *core.Node) bool {
	return slices.ContainsFunc(s.NodeSelectorTerms, func(t core.NodeSelectorTerm) bool { return MatchesTerm(&t, n) })
}

// MatchesTerm says whether a node fulfils every requirement of a term. A term
// without any fits no node.
func MatchesTerm(t *core.NodeSelectorTerm, n *core.Node) bool {
	if len(t.MatchExpressions) == 0 && len(t.MatchFields) == 0 {
		return false
	}
	for i := range t.MatchExpressions {
		r := &t.MatchExpressions[i]
		value, ok := n.Labels[r.Key]
		if !meets(r, value, ok) {
			return false
		}
	}
	for i := range t.MatchFields {
		r := &t.MatchFields[i]
		if r.Key != "metadata.name" || !meets(r, n.Name, true) {
			return false
		}
	}
	return true
}

// meets says whether a value, if there is one, is what r asks for.
func meets(r *core.NodeSelectorRequirement, value string, there bool) bool {
	switch r.Operator {
	case core.NodeSelectorOpIn:
		return there && slices.Contains(r.Values, value)
	case core.NodeSelectorOpNotIn:
		return !there || !slices.Contains(r.Values, value)
	case core.NodeSelectorOpExists:
		return there
	case core.NodeSelectorOpDoesNotExist:
		return !there
	case core.NodeSelectorOpGt, core.NodeSelectorOpLt:
		return there && len(r.Values) == 1 && compares(r.Operator, value, r.Values[0])
	}
	return false
}

// compares two whole numbers; what is none compares as false.
func compares(op core.NodeSelectorOperator, value, limit string) bool {
	v, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return false
	}
	l, err := strconv.ParseInt(limit, 10, 64)
	if err != nil {
		return false
	}
	if op == core.NodeSelectorOpGt {
		return v > l
	}
	return v < l
}
