// Package placement chooses a node for a pod: filters leave out the nodes that
// will not do, scores rank the others.
//
// In a large cluster not every node is looked at. Once a part of the nodes has
// been found to do, the best of these is taken; the search begins at a random
// node, so that all get their share.
//
// What was found out about a single node is kept for all pods of the same
// shape until the node changes (shapes.go), and why a pod fits nowhere for all
// of its class until anything does: most pods are one of many from a template.
// What is kept changes no decision, only what it costs.
package placement

import (
	"math/rand/v2"

	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
	"github.com/pilothouse/pilothouse/scheduler/internal/filter"
	"github.com/pilothouse/pilothouse/scheduler/internal/score"
)

// Profile is the rules by which nodes are chosen.
type Profile struct {
	Filters []filter.Filter
	Scores  []score.Score
	// Percentage of the nodes that must do before the search ends; 0 picks one
	// by the size of the cluster.
	Percentage int
}

// DefaultProfile has all filters and scores.
func DefaultProfile() Profile {
	return Profile{Filters: filter.All, Scores: score.All(score.DefaultArgs())}
}

// Chooser chooses nodes by one profile. It keeps buffers and findings between
// choices, so each goroutine and each cluster needs its own.
type Chooser struct {
	Profile
	// Rand decides where a search begins and among equals.
	Rand *rand.Rand
	// Forgetful looks at every node anew for each pod.
	Forgetful bool

	shapes   shapes
	failures map[string]*Failure // by class, of one version of the cluster
	version  uint64
	feasible []*cluster.Node
	totals   []int64
	marks    []int64
}

// New makes a chooser.
func New(p Profile) *Chooser {
	return &Chooser{Profile: p, Rand: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())), failures: map[string]*Failure{}}
}

// Choose is the best node for p, or nil and why none does.
func (c *Chooser) Choose(p *cluster.Pod, in *cluster.Cluster) (*cluster.Node, *Failure) {
	if f := c.known(p, in); f != nil {
		return nil, f
	}
	cycle := c.Begin(p, in)
	c.search(cycle)
	switch len(c.feasible) {
	case 0:
		cycle.failure.finish(len(in.Nodes))
		c.remember(p, in, &cycle.failure)
		return nil, &cycle.failure
	case 1:
		return c.feasible[0], nil
	}
	c.rank(cycle)
	return c.feasible[c.highest()], nil
}

// search finds the nodes that will do, or enough of them.
func (c *Chooser) search(cycle *Cycle) {
	c.feasible = c.feasible[:0]
	nodes := cycle.nodes
	if cycle.refused != nil || len(nodes) == 0 {
		return
	}
	enough := wanted(len(nodes), c.Percentage)
	start := c.Rand.IntN(len(nodes))
	for i := range nodes {
		at := start + i
		if at >= len(nodes) {
			at -= len(nodes)
		}
		n := nodes[at]
		if r := cycle.Check(n); r != nil {
			cycle.failure.add(r)
			continue
		}
		if c.feasible = append(c.feasible, n); len(c.feasible) == enough {
			break
		}
	}
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

// rank adds up the marks of the feasible nodes.
func (c *Chooser) rank(cycle *Cycle) {
	nodes := c.feasible
	c.totals, c.marks = resize(c.totals, len(nodes)), resize(c.marks, len(nodes))
	clear(c.totals)
	own := 0 // the number of the score among those of single nodes
	for i := range c.Scores {
		s := &c.Scores[i]
		if s.Mark != nil {
			own++
		}
		if s.Wanted != nil && !s.Wanted(cycle.Pod) {
			continue
		}
		switch {
		case s.Mark != nil:
			cycle.markOwn(s, own-1, nodes, c.marks)
		default:
			mark := s.Prepare(cycle.Pod, cycle.in, nodes)
			if mark == nil {
				continue
			}
			for j, n := range nodes {
				c.marks[j] = mark(n)
			}
		}
		if s.Scale != nil {
			s.Scale(c.marks)
		}
		for j, m := range c.marks {
			c.totals[j] += s.Weight * m
		}
	}
}

func resize(s []int64, n int) []int64 {
	if cap(s) < n {
		return make([]int64, n)
	}
	return s[:n]
}

// highest is the index of the largest total; among equals each is as likely.
func (c *Chooser) highest() int {
	best, ties := 0, 1
	for i := 1; i < len(c.totals); i++ {
		switch {
		case c.totals[i] > c.totals[best]:
			best, ties = i, 1
		case c.totals[i] == c.totals[best]:
			ties++
			if c.Rand.IntN(ties) == 0 {
				best = i
			}
		}
	}
	return best
}
