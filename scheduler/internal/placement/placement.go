// Package placement chooses a node for a pod: filters leave out the nodes that
// will not do, scores rank the others.
//
// In a large cluster not every node is looked at. Once a part of the nodes has
// been found to do, the best of these is taken; the search begins at a random
// node, so that all get their share.
package placement

import (
	"math/rand/v2"

	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
	"github.com/pilothouse/pilothouse/scheduler/internal/filter"
	"github.com/pilothouse/pilothouse/scheduler/internal/score"
)

// Chooser chooses nodes. It keeps buffers between choices, so each goroutine
// needs its own.
type Chooser struct {
	// Percentage of the nodes that must do before the search ends; 0 picks one
	// by the size of the cluster.
	Percentage int

	feasible        []*cluster.Node
	totals, scratch []int64
}

// Choose is the best node for p, or nil and why none does.
func (c *Chooser) Choose(p *cluster.Pod, in *cluster.Cluster) (*cluster.Node, *Failure) {
	c.feasible = c.feasible[:0]
	enough := wanted(len(in.Nodes), c.Percentage)
	var failure Failure
	if len(in.Nodes) > 0 {
		start := rand.IntN(len(in.Nodes))
		for i := range in.Nodes {
			n := in.Nodes[(start+i)%len(in.Nodes)]
			if r := filter.Check(p, n); r != nil {
				failure.add(r)
				continue
			}
			if c.feasible = append(c.feasible, n); len(c.feasible) == enough {
				break
			}
		}
	}
	switch len(c.feasible) {
	case 0:
		failure.finish(p, len(in.Nodes))
		return nil, &failure
	case 1:
		return c.feasible[0], nil
	}
	c.totals = score.Rank(p, c.feasible, c.totals, c.scratch)
	c.scratch = c.scratch[:0]
	return c.feasible[highest(c.totals)], nil
}

// Limits of the search: below fewest nodes all are looked at.
const (
	fewest        = 100
	leastPercents = 5
)

// wanted is how many nodes must do before the search ends.
func wanted(nodes, percentage int) int {
	if nodes < fewest || percentage >= 100 {
		return nodes
	}
	if percentage <= 0 {
		percentage = max(50-nodes/125, leastPercents)
	}
	return max(nodes*percentage/100, fewest)
}

// highest is the index of the largest total; among equals each is as likely.
func highest(totals []int64) int {
	best, ties := 0, 1
	for i := 1; i < len(totals); i++ {
		switch {
		case totals[i] > totals[best]:
			best, ties = i, 1
		case totals[i] == totals[best]:
			ties++
			if rand.IntN(ties) == 0 {
				best = i
			}
		}
	}
	return best
}
