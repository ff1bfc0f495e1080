package cluster

import (
	"maps"
	"slices"
)

// group is pods that no selector can tell from each other: which matches mean
// them is worked out once for all of them.
type group struct {
	key       string
	namespace string
	labels    map[string]string
	ending    bool
	matchers  []*matcher
	nodes     map[*Node]int32
	pods      int
}

// groups are those of the pods that are on nodes.
type groups struct {
	byKey       map[string]*group
	byNamespace map[string]map[*group]bool
}

// matcher is a match that somebody counts by.
type matcher struct {
	Match
	tallies []*Tally
	carried []*Carried
}

// matchers are those in use. A matcher that can mean pods of one namespace
// only is found by that.
type matchers struct {
	byKey       map[string]*matcher
	byNamespace map[string]map[*matcher]bool
	everywhere  map[*matcher]bool
}

// groupOf describes p's group without its pods.
func groupOf(p *Pod) *group {
	return &group{key: p.kind, namespace: p.Namespace, labels: p.Labels, ending: p.DeletionTimestamp != nil}
}

// join counts p into its group.
func (c *Cluster) join(p *Pod, n *Node) *group {
	g := c.groups.byKey[p.kind]
	if g == nil {
		g = groupOf(p)
		g.nodes = map[*Node]int32{}
		g.matchers = c.meaning(g)
		c.groups.byKey[g.key] = g
		if c.groups.byNamespace[g.namespace] == nil {
			c.groups.byNamespace[g.namespace] = map[*group]bool{}
		}
		c.groups.byNamespace[g.namespace][g] = true
	}
	g.nodes[n]++
	g.pods++
	return g
}

// quit takes a pod of n out of its group.
func (c *Cluster) quit(g *group, n *Node) {
	if g.nodes[n]--; g.nodes[n] == 0 {
		delete(g.nodes, n)
	}
	if g.pods--; g.pods == 0 {
		delete(c.groups.byKey, g.key)
		delete(c.groups.byNamespace[g.namespace], g)
		if len(c.groups.byNamespace[g.namespace]) == 0 {
			delete(c.groups.byNamespace, g.namespace)
		}
	}
}

// meaning are the matchers that mean the pods of g.
func (c *Cluster) meaning(g *group) []*matcher {
	var list []*matcher
	labels := c.namespaces[g.namespace]
	for _, some := range []map[*matcher]bool{c.matchers.byNamespace[g.namespace], c.matchers.everywhere} {
		for m := range some {
			if m.meets(g, labels) {
				list = append(list, m)
			}
		}
	}
	return list
}

// meaningPod are the matchers that mean p, wherever it is.
func (c *Cluster) meaningPod(p *Pod) []*matcher {
	if p.group != nil {
		return p.group.matchers
	}
	if g := c.groups.byKey[p.kind]; g != nil {
		return g.matchers
	}
	return c.meaning(groupOf(p))
}

// Means says whether m means p.
func (c *Cluster) Means(m *Match, p *Pod) bool {
	g := p.group
	if g == nil {
		g = groupOf(p)
	}
	return m.meets(g, c.namespaces[p.Namespace])
}

// matcher is the one for m, made when nobody counts by it yet.
func (c *Cluster) matcher(m *Match) *matcher {
	if w := c.matchers.byKey[m.key]; w != nil {
		return w
	}
	w := &matcher{Match: *m}
	c.matchers.byKey[m.key] = w
	if namespace, ok := m.namespace(); ok {
		if c.matchers.byNamespace[namespace] == nil {
			c.matchers.byNamespace[namespace] = map[*matcher]bool{}
		}
		c.matchers.byNamespace[namespace][w] = true
	} else {
		c.matchers.everywhere[w] = true
	}
	c.eachGroup(w, func(g *group) {
		if w.meets(g, c.namespaces[g.namespace]) {
			g.matchers = append(g.matchers, w)
		}
	})
	return w
}

// eachGroup calls f for the groups that w may mean.
func (c *Cluster) eachGroup(w *matcher, f func(*group)) {
	if namespace, ok := w.namespace(); ok {
		for g := range c.groups.byNamespace[namespace] {
			f(g)
		}
		return
	}
	for _, g := range c.groups.byKey {
		f(g)
	}
}

// release forgets a matcher that nobody counts by any more.
func (c *Cluster) release(w *matcher) {
	if len(w.tallies)+len(w.carried) > 0 {
		return
	}
	delete(c.matchers.byKey, w.key)
	delete(c.matchers.everywhere, w)
	if namespace, ok := w.namespace(); ok {
		delete(c.matchers.byNamespace[namespace], w)
		if len(c.matchers.byNamespace[namespace]) == 0 {
			delete(c.matchers.byNamespace, namespace)
		}
	}
	c.eachGroup(w, func(g *group) {
		if i := slices.Index(g.matchers, w); i >= 0 {
			g.matchers = slices.Delete(g.matchers, i, i+1)
		}
	})
}

// SetNamespace tells of a namespace's labels, nil for one that is gone, and
// says whether they are new.
func (c *Cluster) SetNamespace(name string, labels map[string]string) bool {
	old, known := c.namespaces[name]
	if known == (labels != nil) && maps.Equal(old, labels) {
		return false
	}
	if labels == nil {
		delete(c.namespaces, name)
	} else {
		c.namespaces[name] = labels
	}
	c.Version++
	if maps.Equal(old, labels) {
		return true
	}
	for g := range c.groups.byNamespace[name] {
		c.recount(g, -1)
		g.matchers = c.meaning(g)
		c.recount(g, 1)
	}
	return true
}

// recount has the tallies that mean g count all its pods, or forget them.
func (c *Cluster) recount(g *group, sign int32) {
	for _, m := range g.matchers {
		for _, t := range m.tallies {
			for n, pods := range g.nodes {
				t.add(n, sign*pods)
			}
		}
	}
}
