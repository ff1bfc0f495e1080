package cluster

import (
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
)

// Constraint is how pods should be spread over the places that a label of
// nodes makes.
type Constraint struct {
	Key     string
	MaxSkew int32
	// MinDomains is how many places there should be, 1 when nobody cares.
	MinDomains int32
	// Hard constraints must be met, others are wishes.
	Hard bool
	// Who are the pods that count.
	Who Match
	// Scope is which nodes count.
	Scope Scope
}

// Scope is which nodes count for a constraint.
type Scope struct {
	// Keys are the labels that nodes must have.
	Keys []string
	// Wanted has only nodes count that the pod's selector and affinity allow,
	// Tolerated only those whose taints it tolerates.
	Wanted, Tolerated bool
	spec              *core.PodSpec
	key               string
}

// holds says whether a node counts.
func (s *Scope) holds(n *core.Node) bool {
	for _, k := range s.Keys {
		if _, ok := n.Labels[k]; !ok {
			return false
		}
	}
	if s.Wanted && !s.spec.Wants(n) {
		return false
	}
	if s.Tolerated {
		for i := range n.Spec.Taints {
			t := &n.Spec.Taints[i]
			if t.Effect != core.TaintEffectPreferNoSchedule && !t.Tolerated(s.spec.Tolerations) {
				return false
			}
		}
	}
	return true
}

// finish writes the scope down.
func (s *Scope) finish(spec *core.PodSpec) {
	s.spec = spec
	var b strings.Builder
	b.WriteString(strings.Join(s.Keys, ","))
	hasAffinity := spec.Affinity != nil && spec.Affinity.NodeAffinity != nil &&
		spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution != nil
	s.Wanted = s.Wanted && (len(spec.NodeSelector) > 0 || hasAffinity)
	if s.Wanted {
		b.WriteByte('w')
		writeMap(&b, spec.NodeSelector)
		if hasAffinity {
			writeJSON(&b, spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution)
		}
	}
	if s.Tolerated {
		b.WriteByte('t')
		writeJSON(&b, spec.Tolerations)
	}
	s.key = b.String()
}

// spreadOf reads a pod's constraints.
func spreadOf(p *core.Pod) []Constraint {
	list := p.Spec.TopologySpreadConstraints
	if len(list) == 0 {
		return nil
	}
	var hard, soft []string
	for i := range list {
		if list[i].WhenUnsatisfiable == core.ScheduleAnyway {
			soft = append(soft, list[i].TopologyKey)
		} else {
			hard = append(hard, list[i].TopologyKey)
		}
	}
	out := make([]Constraint, len(list))
	for i := range list {
		t := &list[i]
		c := Constraint{Key: t.TopologyKey, MaxSkew: t.MaxSkew, MinDomains: 1, Hard: t.WhenUnsatisfiable != core.ScheduleAnyway}
		if t.MinDomains != nil {
			c.MinDomains = *t.MinDomains
		}
		who := condition{namespaces: []string{p.Namespace}, alive: true}
		var nothing bool
		who.labels, nothing = labelsOf(t.LabelSelector, t.MatchLabelKeys, nil, p.Labels)
		c.Who = Match{who.key(nothing), []condition{who}}
		c.Scope.Keys = soft
		if c.Hard {
			c.Scope.Keys = hard
		}
		c.Scope.Wanted = t.NodeAffinityPolicy == nil || *t.NodeAffinityPolicy == core.NodeInclusionPolicyHonor
		c.Scope.Tolerated = t.NodeTaintsPolicy != nil && *t.NodeTaintsPolicy == core.NodeInclusionPolicyHonor
		c.Scope.finish(&p.Spec)
		out[i] = c
	}
	return out
}

// NodeItself is a topology key of our own: every node is a place.
const NodeItself = ""
