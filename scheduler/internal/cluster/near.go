package cluster

import (
	"github.com/pilothouse/pilothouse/proto/core"
)

// Near is what a pod says about other pods.
type Near struct {
	// Required must each have a pod in the node's place, and Anti none.
	Required, Anti []Term
	// Wishes are the preferences; those to be away have a negative weight.
	Wishes []Wish
	// All is met by pods that every one of Required means: only these count
	// for them.
	All Match
}

// Term means pods, and nodes that are near them: those with the same value of
// a label.
type Term struct {
	Who Match
	Key string
}

// Wish is a term that counts for so much.
type Wish struct {
	Term
	Weight int32
}

func nearOf(p *core.Pod) Near {
	var n Near
	if p.Spec.Affinity == nil {
		return n
	}
	if a := p.Spec.Affinity.PodAffinity; a != nil {
		n.Required = termsOf(a.RequiredDuringSchedulingIgnoredDuringExecution, p)
		n.wish(a.PreferredDuringSchedulingIgnoredDuringExecution, 1, p)
	}
	if a := p.Spec.Affinity.PodAntiAffinity; a != nil {
		n.Anti = termsOf(a.RequiredDuringSchedulingIgnoredDuringExecution, p)
		n.wish(a.PreferredDuringSchedulingIgnoredDuringExecution, -1, p)
	}
	if len(n.Required) > 0 {
		matches := make([]Match, len(n.Required))
		for i := range n.Required {
			matches[i] = n.Required[i].Who
		}
		n.All = both(matches)
	}
	return n
}

func termsOf(terms []core.PodAffinityTerm, p *core.Pod) []Term {
	if len(terms) == 0 {
		return nil
	}
	list := make([]Term, len(terms))
	for i := range terms {
		list[i] = Term{matchOf(&terms[i], p), terms[i].TopologyKey}
	}
	return list
}

func (n *Near) wish(terms []core.WeightedPodAffinityTerm, sign int32, p *core.Pod) {
	for i := range terms {
		t := &terms[i]
		n.Wishes = append(n.Wishes, Wish{Term{matchOf(&t.PodAffinityTerm, p), t.PodAffinityTerm.TopologyKey}, sign * t.Weight})
	}
}
