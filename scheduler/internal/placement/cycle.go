package placement

import (
	"maps"
	"slices"

	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
	"github.com/pilothouse/pilothouse/scheduler/internal/filter"
	"github.com/pilothouse/pilothouse/scheduler/internal/score"
)

// Cycle is one decision: a pod, and what the filters found out about it before
// they look at nodes. It is good until the cluster changes; whoever tries
// something out, such as what would be without some pods, begins another.
type Cycle struct {
	Pod *cluster.Pod

	in      *cluster.Cluster
	filters []filter.Filter
	checks  []func(*cluster.Node) *filter.Refusal
	nodes   []*cluster.Node // those that are looked at
	refused *filter.Refusal // why none is
	shape   *shape          // nil when nothing is kept
	failure Failure
}

// Begin prepares a decision about p.
func (c *Chooser) Begin(p *cluster.Pod, in *cluster.Cluster) *Cycle {
	cycle := &Cycle{Pod: p, in: in, filters: c.Filters, nodes: in.Nodes}
	var only map[string]bool
	for i := range c.Filters {
		f := &c.Filters[i]
		if f.Prepare == nil {
			continue
		}
		ready := f.Prepare(p, in)
		if ready.Refused != nil {
			cycle.refused, cycle.nodes = ready.Refused, nil
			cycle.failure.addAll(ready.Refused)
			return cycle
		}
		if ready.Check != nil {
			cycle.checks = append(cycle.checks, ready.Check)
		}
		if ready.Only != nil {
			only = narrow(only, ready.Only)
			cycle.failure.absent(f.Name)
		}
	}
	if only != nil {
		cycle.nodes = nil
		for _, name := range slices.Sorted(maps.Keys(only)) {
			if n := in.Node(name); n != nil {
				cycle.nodes = append(cycle.nodes, n)
			}
		}
		return cycle // too few to be worth keeping anything
	}
	if !c.Forgetful {
		cycle.shape = c.shapes.of(p, len(in.Nodes))
	}
	return cycle
}

// narrow is the names in both; a nil set has all.
func narrow(set map[string]bool, names []string) map[string]bool {
	out := make(map[string]bool, len(names))
	for _, n := range names {
		if set == nil || set[n] {
			out[n] = true
		}
	}
	return out
}

// Check asks all filters about n; nil when it will do.
func (cycle *Cycle) Check(n *cluster.Node) *filter.Refusal {
	if cycle.refused != nil {
		return cycle.refused
	}
	if r := cycle.checkOwn(n); r != nil {
		return r
	}
	for _, check := range cycle.checks {
		if r := check(n); r != nil {
			return r
		}
	}
	return nil
}

// checkOwn asks the filters that look at the node alone, unless it is known
// what they say.
func (cycle *Cycle) checkOwn(n *cluster.Node) *filter.Refusal {
	if cycle.shape == nil {
		return filter.CheckNode(cycle.filters, cycle.Pod, n)
	}
	f := cycle.shape.finding(n)
	if f.checked != n.Generation {
		f.refusal = filter.CheckNode(cycle.filters, cycle.Pod, n)
		f.checked = n.Generation
	}
	return f.refusal
}

// markOwn has a score that looks at nodes alone mark them; number is which of
// these scores it is.
func (cycle *Cycle) markOwn(s *score.Score, number int, nodes []*cluster.Node, marks []int64) {
	if cycle.shape == nil || number >= keptMarks {
		for i, n := range nodes {
			marks[i] = s.Mark(cycle.Pod, n)
		}
		return
	}
	for i, n := range nodes {
		f := cycle.shape.finding(n)
		if f.marked[number] != n.Generation {
			f.marks[number] = s.Mark(cycle.Pod, n)
			f.marked[number] = n.Generation
		}
		marks[i] = f.marks[number]
	}
}
