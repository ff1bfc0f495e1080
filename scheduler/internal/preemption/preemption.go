// Package preemption finds out whose pods must go so that a pod of a higher
// priority gets a node: as few as will do, those that matter least, and none
// that a disruption budget protects if there is another way.
//
// candidate.go tries one node out, choose.go compares nodes, budget.go knows
// the budgets. Nothing is carried out here.
package preemption

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
	"github.com/pilothouse/pilothouse/scheduler/internal/filter"
	"github.com/pilothouse/pilothouse/scheduler/internal/placement"
)

// Reason is the reason of the condition DisruptionTarget of victims.
const Reason = "PreemptionByScheduler"

// Victims are the pods that must leave a node.
type Victims struct {
	Node *cluster.Node
	// Pods are in the order of their importance.
	Pods []*cluster.Pod
	// Violations is how many of them a budget protects.
	Violations int
}

// Search looks for a node for a pod that fits on none.
type Search struct {
	Pod     *cluster.Pod
	Chooser *placement.Chooser
	Cluster *cluster.Cluster
	Budgets *Budgets
	// Leaving says which pods are on their way out already, by whatever cause:
	// they need not be told, and their room is counted as free.
	Leaving func(uid meta.UID) bool
}

// Words for users, by what speaks against a node.
const (
	noHelp    = "Preemption is not helpful for scheduling"
	noVictims = "No preemption victims found for incoming pod"
)

// Of so many nodes that might do all are tried; of more a part.
const (
	fewestCandidates  = 100
	candidatePercents = 10
)

// Find is the best node and whom to push out of it, or nil and how many nodes
// say why not.
func (s *Search) Find() (*Victims, map[string]int) {
	cycle := s.Chooser.Begin(s.Pod, s.Cluster)
	why := map[string]int{}
	var help []*cluster.Node
	for _, n := range s.Cluster.Nodes {
		if r := cycle.Check(n); r == nil || !r.Lasting {
			help = append(help, n)
		} else {
			why[noHelp]++
		}
	}
	enough := max(len(help)*candidatePercents/100, fewestCandidates)
	var best []*Victims
	start := 0
	if len(help) > 0 {
		start = s.Chooser.Rand.IntN(len(help))
	}
	for i := range help {
		n := help[(start+i)%len(help)]
		v, refused := s.try(n)
		if v == nil {
			for _, reason := range refused {
				why[reason]++
			}
			continue
		}
		if best = append(best, v); len(best) >= enough {
			break
		}
	}
	if len(best) == 0 {
		return nil, why
	}
	return choose(best), nil
}

// Eligible says whether p may push others out, and if not why.
func Eligible(p *cluster.Pod) (bool, string) {
	if policy := p.Spec.PreemptionPolicy; policy != nil && *policy == core.PreemptNever {
		return false, "not eligible due to preemptionPolicy=Never."
	}
	return true, ""
}

// further are the filters that look at more than a node.
func further(filters []filter.Filter) []filter.Filter {
	var out []filter.Filter
	for _, f := range filters {
		if f.Prepare != nil {
			out = append(out, f)
		}
	}
	return out
}
