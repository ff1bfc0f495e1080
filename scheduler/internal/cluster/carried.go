package cluster

import "slices"

// Stance is how a pod that is on a node already sees the pods that a term of
// its affinity means.
type Stance int

// The stances.
const (
	Refuses Stance = iota // required anti-affinity
	Needs                 // required affinity
	Wishes                // preferred; to be away has a negative weight
)

// Carried is in which places there are pods with a certain term of affinity,
// and how many.
type Carried struct {
	Stance Stance
	Weight int32

	id       carriedID
	matcher  *matcher
	topology *topology
	counts   []int32 // by place
	pods     int     // that carry it, in a place or not
}

// carriedID tells terms apart.
type carriedID struct {
	stance     Stance
	weight     int32
	match, key string
}

// carry has all terms of p's affinity counted.
func (c *Cluster) carry(p *Pod) []*Carried {
	near := &p.Near
	if len(near.Required)+len(near.Anti)+len(near.Wishes) == 0 {
		return nil
	}
	list := make([]*Carried, 0, len(near.Required)+len(near.Anti)+len(near.Wishes))
	for i := range near.Anti {
		list = append(list, c.carriedTerm(Refuses, &near.Anti[i], 0))
	}
	for i := range near.Required {
		list = append(list, c.carriedTerm(Needs, &near.Required[i], 0))
	}
	for i := range near.Wishes {
		w := &near.Wishes[i]
		list = append(list, c.carriedTerm(Wishes, &w.Term, w.Weight))
	}
	for _, t := range list {
		t.pods++
	}
	return list
}

func (c *Cluster) carriedTerm(s Stance, t *Term, weight int32) *Carried {
	id := carriedID{s, weight, t.Who.key, t.Key}
	if x := c.carried[id]; x != nil {
		return x
	}
	x := &Carried{Stance: s, Weight: weight, id: id, matcher: c.matcher(&t.Who), topology: c.topology(t.Key)}
	x.matcher.carried = append(x.matcher.carried, x)
	c.carried[id] = x
	return x
}

// drop takes back what carry did; terms that no pod has any more are forgotten.
func (c *Cluster) drop(list []*Carried) {
	for _, t := range list {
		if t.pods--; t.pods > 0 {
			continue
		}
		delete(c.carried, t.id)
		t.matcher.carried = slices.DeleteFunc(t.matcher.carried, func(x *Carried) bool { return x == t })
		c.release(t.matcher)
		c.forgo(t.topology)
	}
}

// add counts pods on n.
func (t *Carried) add(n *Node, pods int32) {
	if n.Slot < 0 {
		return
	}
	place := t.topology.of[n.Slot]
	if place < 0 {
		return
	}
	for int(place) >= len(t.counts) {
		t.counts = append(t.counts, 0)
	}
	t.counts[place] += pods
}

// On is how many pods in n's place have the term.
func (t *Carried) On(n *Node) int32 {
	place := t.topology.of[n.Slot]
	if place < 0 || int(place) >= len(t.counts) {
		return 0
	}
	return t.counts[place]
}

// About are the terms of pods on nodes that mean p.
func (c *Cluster) About(p *Pod) []*Carried {
	if len(c.carried) == 0 {
		return nil
	}
	var list []*Carried
	for _, m := range c.meaningPod(p) {
		list = append(list, m.carried...)
	}
	return list
}
