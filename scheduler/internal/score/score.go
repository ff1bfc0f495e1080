// Package score says which of the nodes that a pod may go to is best. Each
// score is a row of the table below and a small file of its own.
//
// As with filters there are two kinds: marks that depend on the pod's shape
// and the one node, which hold until that node changes, and those that look
// further.
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
	// Mark is the node's mark; larger is better. It sees the node alone, and
	// may read of the pod only what is part of its Shape.
	Mark func(p *cluster.Pod, n *cluster.Node) int64
	// Prepare looks further: it is called once the nodes are known that will
	// do. A nil function cannot tell them apart.
	Prepare func(p *cluster.Pod, c *cluster.Cluster, nodes []*cluster.Node) func(n *cluster.Node) int64
	// Scale, when set, brings the marks of all nodes into 0..Best once they
	// are known; otherwise the marks are such numbers themselves.
	Scale func(marks []int64)
	// Wanted, when set, says whether the score can tell nodes apart for this
	// pod at all.
	Wanted func(p *cluster.Pod) bool
}

// Args are what scores can be told.
type Args struct {
	// MostAllocated has nodes filled up one after the other, instead of all
	// alike.
	MostAllocated bool
	// HardWeight is how much the required affinity counts of a pod that is on
	// a node already.
	HardWeight int32
	// NoDefaultSpread has pods without constraints spread by nothing.
	NoDefaultSpread bool
}

// DefaultArgs are upstream's.
func DefaultArgs() Args { return Args{HardWeight: 1} }

// All are the scores, with upstream's weights.
func All(a Args) []Score {
	room := leastAllocated
	if a.MostAllocated {
		room = mostAllocated
	}
	return []Score{
		{Name: "NodeResourcesFit", Weight: 1, Mark: room},
		{Name: "NodeResourcesBalancedAllocation", Weight: 1, Mark: balanced, Wanted: asksForMuch},
		{Name: "TaintToleration", Weight: 3, Mark: preferredTaints, Scale: fewest},
		{Name: "NodeAffinity", Weight: 2, Mark: preferredAffinity, Scale: most, Wanted: hasPreferredAffinity},
		{Name: "PodTopologySpread", Weight: 2, Prepare: spread(!a.NoDefaultSpread), Scale: evenly},
		{Name: "InterPodAffinity", Weight: 2, Prepare: nearness(a.HardWeight), Scale: between},
		{Name: "ImageLocality", Weight: 1, Prepare: imagesHere},
	}
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
		marks[i] = Best - Best*m/top
	}
}

// between scales so that the largest mark is Best and the smallest 0.
func between(marks []int64) {
	low, high := marks[0], marks[0]
	for _, m := range marks {
		low, high = min(low, m), max(high, m)
	}
	for i, m := range marks {
		if low == high {
			marks[i] = 0
			continue
		}
		marks[i] = int64(float64(Best) * (float64(m-low) / float64(high-low)))
	}
}

func largest(marks []int64) int64 {
	var top int64
	for _, m := range marks {
		top = max(top, m)
	}
	return top
}
