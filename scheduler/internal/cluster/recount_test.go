package cluster

import (
	"fmt"
	"slices"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/scheduler/internal/random"
)

// world is what a cluster was told, to tell another the same.
type world struct {
	nodes      map[string]*core.Node
	pods       map[meta.UID]*core.Pod
	on         map[meta.UID]string
	namespaces map[string]map[string]string
}

// again is a cluster that is told everything at once, in a sound order.
func (w *world) again() *Cluster {
	c := New()
	for name, labels := range w.namespaces {
		c.SetNamespace(name, labels)
	}
	for _, n := range w.nodes {
		c.SetNode(n)
	}
	for uid, p := range w.pods {
		c.SetPod(NewPod(p), w.on[uid])
	}
	return c
}

// TestCountsFollowEveryChange: whatever happens in whatever order, every count
// is what counting anew gives.
func TestCountsFollowEveryChange(t *testing.T) {
	for seed := range uint64(30) {
		m := random.New(seed)
		w := &world{map[string]*core.Node{}, map[meta.UID]*core.Pod{}, map[meta.UID]string{}, map[string]map[string]string{}}
		c := New()
		var asked []*Pod
		for step := range 400 {
			w.change(m, c)
			if m.IntN(5) == 0 {
				p := NewPod(m.Pod())
				ask(c, p)
				asked = append(asked, p)
			}
			if step%20 != 19 {
				continue
			}
			other := w.again()
			for _, p := range asked {
				ask(other, p)
			}
			compare(t, fmt.Sprintf("seed %d, step %d", seed, step), c, other)
			if t.Failed() {
				return
			}
		}
		for uid := range w.pods {
			c.RemovePod(uid)
		}
		for name := range w.nodes {
			c.RemoveNode(name)
		}
		c.tallyCells = mostCells + 1
		for len(c.tallies) > 1 {
			c.forgetTallies()
		}
		if left := len(c.groups.byKey) + len(c.groups.byNamespace) + len(c.carried) + len(c.pods) + len(c.byName) + len(c.images); left > 0 {
			t.Errorf("seed %d: %d things are left of an empty cluster", seed, left)
		}
		if len(c.matchers.byKey) > len(c.tallies) || len(c.topologies) > len(c.tallies) || len(c.scopes) > len(c.tallies) {
			t.Errorf("seed %d: %d matchers, %d topologies and %d scopes for %d tallies", seed,
				len(c.matchers.byKey), len(c.topologies), len(c.scopes), len(c.tallies))
		}
	}
}

// change does one thing to a cluster.
func (w *world) change(m *random.Maker, c *Cluster) {
	name := fmt.Sprintf("n%d", m.IntN(12))
	switch m.IntN(10) {
	case 0, 1:
		n := m.Node(0)
		n.Name = name
		if _, ok := n.Labels[core.LabelHostname]; ok {
			n.Labels[core.LabelHostname] = name
		}
		w.nodes[name] = n
		c.SetNode(n)
	case 2:
		delete(w.nodes, name)
		c.RemoveNode(name)
	case 3:
		ns := random.Namespaces[m.IntN(len(random.Namespaces))]
		if m.IntN(4) == 0 {
			delete(w.namespaces, ns)
			c.SetNamespace(ns, nil)
		} else {
			w.namespaces[ns] = m.NamespaceLabels()
			c.SetNamespace(ns, w.namespaces[ns])
		}
	case 4, 5:
		for uid := range w.pods {
			delete(w.pods, uid)
			delete(w.on, uid)
			c.RemovePod(uid)
			break
		}
	case 6:
		for uid, p := range w.pods { // one is relabelled, or on its way out
			changed := m.Pod()
			changed.Namespace, changed.Name, changed.UID = p.Namespace, p.Name, uid
			w.pods[uid] = changed
			c.SetPod(NewPod(changed), w.on[uid])
			break
		}
	default:
		p := m.Pod()
		w.pods[p.UID], w.on[p.UID] = p, name
		c.SetPod(NewPod(p), name)
	}
}

// ask has everything counted that p asks for.
func ask(c *Cluster, p *Pod) {
	for i := range p.Spread {
		c.Tally(&p.Spread[i].Who, p.Spread[i].Key, &p.Spread[i].Scope)
	}
	for _, s := range c.DefaultSpread(p) {
		c.Tally(&s.Who, s.Key, nil)
	}
	for _, terms := range [][]Term{p.Near.Required, p.Near.Anti} {
		for i := range terms {
			c.Tally(&terms[i].Who, terms[i].Key, nil)
		}
	}
	for i := range p.Near.Required {
		c.Tally(&p.Near.All, p.Near.Required[i].Key, nil)
	}
	for i := range p.Near.Wishes {
		c.Tally(&p.Near.Wishes[i].Who, p.Near.Wishes[i].Key, nil)
	}
}

// compare checks that two clusters count alike, node by node.
func compare(t *testing.T, when string, got, want *Cluster) {
	t.Helper()
	for id, x := range want.tallies {
		y := got.tallies[id]
		if y == nil {
			t.Errorf("%s: no tally %v", when, id)
			continue
		}
		if x.Total != y.Total {
			t.Errorf("%s: %v: %d pods in all, want %d", when, id, y.Total, x.Total)
		}
		if x.scope != nil {
			a, b := fmt.Sprint(x.Least()), fmt.Sprint(y.Least())
			if a != b {
				t.Errorf("%s: %v: least and places are %s, want %s", when, id, b, a)
			}
		}
		for _, n := range want.Nodes {
			other := got.Node(n.Name)
			a, b := fmt.Sprint(x.On(n)), fmt.Sprint(y.On(other))
			if a != b || x.InScope(n) != y.InScope(other) {
				t.Errorf("%s: %v: at %s are %s, want %s", when, id, n.Name, b, a)
			}
		}
	}
	if len(got.carried) != len(want.carried) {
		t.Errorf("%s: %d terms are carried, want %d", when, len(got.carried), len(want.carried))
	}
	for id, x := range want.carried {
		for _, n := range want.Nodes {
			if a, b := x.On(n), got.carried[id].On(got.Node(n.Name)); a != b {
				t.Errorf("%s: %v: at %s are %d, want %d", when, id, n.Name, b, a)
			}
		}
	}
	for key, x := range want.groups.byKey {
		a, b := names(x.matchers), names(got.groups.byKey[key].matchers)
		if !slices.Equal(a, b) {
			t.Errorf("%s: %q is meant by %q, want %q", when, key, b, a)
		}
	}
	for _, n := range want.Nodes {
		o := got.Node(n.Name)
		if o.Requested.MilliCPU != n.Requested.MilliCPU || o.Scored.Memory != n.Scored.Memory || len(o.Ports) != len(n.Ports) || len(o.Pods) != len(n.Pods) {
			t.Errorf("%s: %s has %+v taken by %d pods, want %+v by %d", when, n.Name, o.Requested, len(o.Pods), n.Requested, len(n.Pods))
		}
	}
}

func names(list []*matcher) []string {
	var out []string
	for _, m := range list {
		out = append(out, m.key)
	}
	slices.Sort(out)
	return out
}
