// Package score says which of the nodes that a pod may go to is best. Each
// score is a pure function in a file of its own.
package score

import (
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

// Best is the highest mark of a single score.
const Best = 100

// Score is one point of view.
type Score struct {
	// Name is upstream's.
	Name string
	// Weight is how much it counts beside the others.
	Weight int64
	// Mark is the node's mark; larger is better.
	Mark func(p *cluster.Pod, n *cluster.Node) int64
	// Scale, when set, brings the marks of all nodes into 0..Best once they
	// are known; otherwise Mark returns such a number itself.
	Scale func(marks []int64)
	// Wanted, when set, says whether the score can tell nodes apart for this
	// pod at all.
	Wanted func(p *cluster.Pod) bool
}

// All are the scores.
var All = []Score{
	{Name: "LeastAllocated", Weight: 1, Mark: leastAllocated},
	{Name: "NodeResourcesBalancedAllocation", Weight: 1, Mark: balanced},
	{Name: "TaintToleration", Weight: 3, Mark: preferredTaints, Scale: fewest},
	{Name: "NodeAffinity", Weight: 2, Mark: preferredAffinity, Scale: most, Wanted: hasPreferredAffinity},
	{Name: "OwnerSpread", Weight: 2, Mark: ownedHere, Scale: fewest, Wanted: hasOwner},
	{Name: "ImageLocality", Weight: 1, Mark: imagesHere},
}

// Rank adds up the marks of nodes for p; totals is reused when it is large
// enough, and so is scratch.
func Rank(p *cluster.Pod, nodes []*cluster.Node, totals, scratch []int64) []int64 {
	totals, scratch = resize(totals, len(nodes)), resize(scratch, len(nodes))
	clear(totals)
	for i := range All {
		s := &All[i]
		if s.Wanted != nil && !s.Wanted(p) {
			continue
		}
		for j, n := range nodes {
			scratch[j] = s.Mark(p, n)
		}
		if s.Scale != nil {
			s.Scale(scratch)
		}
		for j, m := range scratch {
			totals[j] += s.Weight * m
		}
	}
	return totals
}

func resize(s []int64, n int) []int64 {
	if cap(s) < n {
		return make([]int64, n)
	}
	return s[:n]
}

// most scales so that the largest mark is Best.
func most(marks []int64) {
	top := largest(marks)
	for i, m := range marks {
		if top == 0 {
			marks[i] = 0
			continue
		}
		marks[i] = Best * m / top
	}
}

// fewest scales so that none is Best and the largest count is 0.
func fewest(marks []int64) {
	top := largest(marks)
	for i, m := range marks {
		if top == 0 {
			marks[i] = Best
			continue
		}
		marks[i] = Best * (top - m) / top
	}
}

func largest(marks []int64) int64 {
	var top int64
	for _, m := range marks {
		top = max(top, m)
	}
	return top
}
