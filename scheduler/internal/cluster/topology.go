package cluster

// topology is the places that the values of one label of nodes make. Places
// are numbered, so that counting by place is indexing a slice.
type topology struct {
	key    string
	places map[string]int32 // by value
	nodes  []int32          // how many nodes are in each place
	values []string         // of each place
	free   []int32          // numbers that are not in use
	// of is the place of each node, by slot; -1 for none.
	of   []int32
	refs int // the tallies and carried terms that count by it
}

// topology is the one of a key, made when nobody counts by it yet. Whoever
// asks must forgo it one day.
func (c *Cluster) topology(key string) *topology {
	t := c.topologies[key]
	if t == nil {
		t = &topology{key: key, places: map[string]int32{}}
		c.topologies[key] = t
		for _, n := range c.Nodes {
			t.enter(n)
		}
	}
	t.refs++
	return t
}

// forgo says that one of those who asked for t has no more use for it.
func (c *Cluster) forgo(t *topology) {
	if t.refs--; t.refs == 0 {
		delete(c.topologies, t.key)
	}
}

// value is what makes n's place.
func (t *topology) value(n *Node) (string, bool) {
	if t.key == NodeItself {
		return n.Name, true
	}
	v, ok := n.Object.Labels[t.key]
	return v, ok
}

// enter finds the place of a node.
func (t *topology) enter(n *Node) {
	for len(t.of) <= n.Slot {
		t.of = append(t.of, -1)
	}
	t.of[n.Slot] = -1
	v, ok := t.value(n)
	if !ok {
		return
	}
	place, known := t.places[v]
	if !known {
		place = t.number()
		t.places[v] = place
		t.values[place] = v
	}
	t.nodes[place]++
	t.of[n.Slot] = place
}

// number is one that is not in use.
func (t *topology) number() int32 {
	if last := len(t.free) - 1; last >= 0 {
		place := t.free[last]
		t.free = t.free[:last]
		return place
	}
	t.nodes, t.values = append(t.nodes, 0), append(t.values, "")
	return int32(len(t.nodes) - 1)
}

// leave takes a node out of its place. Nothing may be counted there for it any
// more.
func (t *topology) leave(n *Node) {
	place := t.of[n.Slot]
	t.of[n.Slot] = -1
	if place < 0 {
		return
	}
	if t.nodes[place]--; t.nodes[place] == 0 {
		delete(t.places, t.values[place])
		t.values[place] = ""
		t.free = append(t.free, place)
	}
}

// scope is which nodes count, worked out for each.
type scope struct {
	Scope
	has     []bool // by slot
	tallies map[*Tally]bool
}

// scope is the one that s describes, made when no tally counts in it yet.
func (c *Cluster) scope(s *Scope) *scope {
	if x := c.scopes[s.key]; x != nil {
		return x
	}
	x := &scope{Scope: *s, tallies: map[*Tally]bool{}, has: make([]bool, len(c.Nodes))}
	for i, n := range c.Nodes {
		x.has[i] = x.holds(n.Object)
	}
	c.scopes[s.key] = x
	return x
}

// enter finds the places of a node and counts its pods there.
func (c *Cluster) enter(n *Node) {
	for _, t := range c.topologies {
		t.enter(n)
	}
	for _, s := range c.scopes {
		for len(s.has) <= n.Slot {
			s.has = append(s.has, false)
		}
		s.has[n.Slot] = s.holds(n.Object)
		for t := range s.tallies {
			t.addNode(n, 1)
		}
	}
	for _, p := range n.Pods {
		c.tell(p, n, 1)
	}
}

// leave undoes enter, before anything about the node changes.
func (c *Cluster) leave(n *Node) {
	for _, p := range n.Pods {
		c.tell(p, n, -1)
	}
	for _, s := range c.scopes {
		for t := range s.tallies {
			t.addNode(n, -1)
		}
		s.has[n.Slot] = false
	}
	for _, t := range c.topologies {
		t.leave(n)
	}
}

// moveSlot has what is kept by slot follow a node to a slot that is free.
func (c *Cluster) moveSlot(from, to int) {
	for _, t := range c.topologies {
		t.of[to], t.of[from] = t.of[from], -1
	}
	for _, s := range c.scopes {
		s.has[to], s.has[from] = s.has[from], false
	}
}
