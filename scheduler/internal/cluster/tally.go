package cluster

import (
	"cmp"
	"slices"
)

// Tally is how many of the pods that a match means are in each place.
type Tally struct {
	// Total is the sum over all places.
	Total int64

	id       tallyID
	matcher  *matcher
	topology *topology
	scope    *scope  // nil when all nodes count
	counts   []int32 // by place
	nodes    []int32 // nodes in scope, by place; kept with a scope only
	places   int     // that have nodes in scope
	least    int32   // over those; see stale
	stale    bool
	used     uint64
}

// tallyID tells tallies apart: who is counted, by which label, in which scope.
// No scope is "-".
type tallyID struct{ match, key, scope string }

// most cells that tallies may have together: 64 MB.
const mostCells = 16 << 20

// Tally counts the pods that m means by the label key, on the nodes of s; nil
// is all nodes. It is made by looking at all pods when there is none yet, and
// kept by differences from then on.
func (c *Cluster) Tally(m *Match, key string, s *Scope) *Tally {
	id := tallyID{m.key, key, "-"}
	if s != nil {
		id.scope = s.key
	}
	c.clock++
	if t := c.tallies[id]; t != nil {
		t.used = c.clock
		return t
	}
	t := &Tally{id: id, matcher: c.matcher(m), topology: c.topology(key), used: c.clock, stale: true}
	if s != nil {
		t.scope = c.scope(s)
		t.scope.tallies[t] = true
		for _, n := range c.Nodes {
			t.addNode(n, 1)
		}
	}
	c.eachGroup(t.matcher, func(g *group) {
		if !slices.Contains(g.matchers, t.matcher) {
			return
		}
		for n, pods := range g.nodes {
			t.add(n, pods)
		}
	})
	t.matcher.tallies = append(t.matcher.tallies, t)
	c.tallies[id] = t
	if c.tallyCells += len(c.Nodes); c.tallyCells > mostCells {
		c.forgetTallies()
	}
	return t
}

// forgetTallies drops the half that was not used for longest. Those in use by
// the decision that is being taken are the youngest.
func (c *Cluster) forgetTallies() {
	list := make([]*Tally, 0, len(c.tallies))
	for _, t := range c.tallies {
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b *Tally) int { return cmp.Compare(a.used, b.used) })
	for _, t := range list[:len(list)/2] {
		delete(c.tallies, t.id)
		t.matcher.tallies = slices.DeleteFunc(t.matcher.tallies, func(x *Tally) bool { return x == t })
		c.release(t.matcher)
		c.forgo(t.topology)
		if t.scope != nil {
			if delete(t.scope.tallies, t); len(t.scope.tallies) == 0 {
				delete(c.scopes, t.scope.key)
			}
		}
	}
	c.tallyCells = len(c.tallies) * len(c.Nodes)
}

// add counts pods on n.
func (t *Tally) add(n *Node, pods int32) {
	if n.Slot < 0 || t.scope != nil && !t.scope.has[n.Slot] {
		return
	}
	place := t.topology.of[n.Slot]
	if place < 0 {
		return
	}
	t.grow(place)
	was := t.counts[place]
	t.counts[place] += pods
	t.Total += int64(pods)
	if t.scope == nil || t.stale {
		return
	}
	switch {
	case t.counts[place] < t.least:
		t.least = t.counts[place]
	case was == t.least && pods > 0:
		t.stale = true
	}
}

func (t *Tally) grow(place int32) {
	for int(place) >= len(t.counts) {
		t.counts = append(t.counts, 0)
		t.nodes = append(t.nodes, 0)
	}
}

// addNode has a node of the scope count for its place, or no more.
func (t *Tally) addNode(n *Node, sign int32) {
	place := t.topology.of[n.Slot]
	if place < 0 || !t.scope.has[n.Slot] {
		return
	}
	t.grow(place)
	was := t.nodes[place]
	t.nodes[place] += sign
	if was == 0 || t.nodes[place] == 0 {
		t.places += int(sign)
		t.stale = true
	}
}

// On is how many pods are in n's place; false when n has none.
func (t *Tally) On(n *Node) (int32, bool) {
	place := t.topology.of[n.Slot]
	if place < 0 {
		return 0, false
	}
	if int(place) >= len(t.counts) {
		return 0, true
	}
	return t.counts[place], true
}

// Place numbers n's place, -1 for none; Places is more than the largest.
func (t *Tally) Place(n *Node) int32 { return t.topology.of[n.Slot] }

// Places is more than the number of any place.
func (t *Tally) Places() int { return len(t.topology.nodes) }

// InScope says whether n is one of the nodes that count.
func (t *Tally) InScope(n *Node) bool { return t.scope == nil || t.scope.has[n.Slot] }

// Least is the smallest count of the places that have a node in scope, and how
// many places these are.
func (t *Tally) Least() (count int32, places int) {
	if t.stale {
		t.stale = false
		t.least = 0
		first := true
		for place, nodes := range t.nodes {
			if nodes > 0 && (first || t.counts[place] < t.least) {
				t.least, first = t.counts[place], false
			}
		}
	}
	return t.least, t.places
}
