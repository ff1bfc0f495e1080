package core

import (
	"slices"
	"strconv"
)

// What a pod asks of a node, for everybody who places pods: the scheduler, the
// daemon set controller, the kubelet.

// Wants tells whether n has every label of the pod's nodeSelector and fits one
// of the terms of its required node affinity.
func (s *PodSpec) Wants(n *Node) bool {
	for k, v := range s.NodeSelector {
		if got, ok := n.Labels[k]; !ok || got != v {
			return false
		}
	}
	if s.Affinity == nil || s.Affinity.NodeAffinity == nil {
		return true
	}
	required := s.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
	return required == nil || required.Matches(n)
}

// Matches tells whether n fits one of the terms.
func (s *NodeSelector) Matches(n *Node) bool {
	return slices.ContainsFunc(s.NodeSelectorTerms, func(t NodeSelectorTerm) bool { return t.Matches(n) })
}

// Matches tells whether n fulfils every requirement of the term. A term without
// any fits no node.
func (t *NodeSelectorTerm) Matches(n *Node) bool {
	if len(t.MatchExpressions) == 0 && len(t.MatchFields) == 0 {
		return false
	}
	for i := range t.MatchExpressions {
		r := &t.MatchExpressions[i]
		value, ok := n.Labels[r.Key]
		if !r.meets(value, ok) {
			return false
		}
	}
	for i := range t.MatchFields {
		r := &t.MatchFields[i]
		if r.Key != "metadata.name" || !r.meets(n.Name, true) {
			return false
		}
	}
	return true
}

// meets tells whether a value, if there is one, is what r asks for.
func (r *NodeSelectorRequirement) meets(value string, there bool) bool {
	switch r.Operator {
	case NodeSelectorOpIn:
		return there && slices.Contains(r.Values, value)
	case NodeSelectorOpNotIn:
		return !there || !slices.Contains(r.Values, value)
	case NodeSelectorOpExists:
		return there
	case NodeSelectorOpDoesNotExist:
		return !there
	case NodeSelectorOpGt, NodeSelectorOpLt:
		return there && len(r.Values) == 1 && r.compares(value)
	}
	return false
}

// compares two whole numbers; what is none compares as false.
func (r *NodeSelectorRequirement) compares(value string) bool {
	v, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return false
	}
	limit, err := strconv.ParseInt(r.Values[0], 10, 64)
	if err != nil {
		return false
	}
	if r.Operator == NodeSelectorOpGt {
		return v > limit
	}
	return v < limit
}

// Tolerated tells whether one of the tolerations is for the taint.
func (t *Taint) Tolerated(tolerations []Toleration) bool {
	return slices.ContainsFunc(tolerations, func(o Toleration) bool { return o.Tolerates(t) })
}

// Tolerates tells whether the toleration is for t: an empty effect is any
// effect, an empty key with Exists any key.
func (o *Toleration) Tolerates(t *Taint) bool {
	if o.Effect != "" && o.Effect != t.Effect {
		return false
	}
	if o.Key != "" && o.Key != t.Key {
		return false
	}
	switch o.Operator {
	case TolerationOpExists:
		return true
	case TolerationOpEqual, "":
		return o.Key != "" && o.Value == t.Value
	}
	return false
}
