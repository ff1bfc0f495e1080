package filter

import (
	"slices"

	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

var (
	notNear    = &Refusal{PodAffinity, []string{"node(s) didn't match pod affinity rules"}, true}
	tooNear    = &Refusal{PodAffinity, []string{"node(s) didn't match pod anti-affinity rules"}, false}
	notWelcome = &Refusal{PodAffinity, []string{"node(s) didn't satisfy existing pods anti-affinity rules"}, false}
)

// prepareAffinity keeps a pod near the pods that it needs and away from those
// that it does not bear, or that do not bear it.
func prepareAffinity(p *cluster.Pod, c *cluster.Cluster) Prepared {
	near := &p.Near
	// The tallies are asked for first: making one may reorder nothing that was
	// found before.
	needed := make([]*cluster.Tally, len(near.Required))
	for i := range near.Required {
		needed[i] = c.Tally(&near.All, near.Required[i].Key, nil)
	}
	unborne := make([]*cluster.Tally, len(near.Anti))
	for i := range near.Anti {
		unborne[i] = c.Tally(&near.Anti[i].Who, near.Anti[i].Key, nil)
	}
	var refusing []*cluster.Carried
	for _, t := range c.About(p) {
		if t.Stance == cluster.Refuses {
			refusing = append(refusing, t)
		}
	}
	if len(needed)+len(unborne)+len(refusing) == 0 {
		return Prepared{}
	}
	first := len(needed) > 0 && isFirst(p, needed, c)
	return Prepared{Check: func(n *cluster.Node) *Refusal {
		if !allNear(needed, n, first) {
			return notNear
		}
		for _, t := range unborne {
			if pods, _ := t.On(n); pods > 0 {
				return tooNear
			}
		}
		for _, t := range refusing {
			if t.On(n) > 0 {
				return notWelcome
			}
		}
		return nil
	}}
}

// isFirst says whether no pod is there yet that p needs, and p is one itself:
// the first of pods that want to be together may go anywhere.
func isFirst(p *cluster.Pod, needed []*cluster.Tally, c *cluster.Cluster) bool {
	for _, t := range needed {
		if t.Total > 0 {
			return false
		}
	}
	return c.Means(&p.Near.All, p)
}

// allNear says whether there is a pod in each of n's places, or merely the
// places when there need not be one.
func allNear(needed []*cluster.Tally, n *cluster.Node, first bool) bool {
	for _, t := range needed {
		pods, there := t.On(n)
		if !there || pods == 0 && !first {
			return false
		}
	}
	return true
}

// concernsAffinity leaves out pods that p says nothing about, and that say
// nothing about p.
func concernsAffinity(p *cluster.Pod, e *cluster.Event, c *cluster.Cluster) bool {
	if e.Pod == nil {
		return true
	}
	means := func(terms []cluster.Term, q *cluster.Pod) bool {
		return slices.ContainsFunc(terms, func(t cluster.Term) bool { return c.Means(&t.Who, q) })
	}
	for _, q := range []*cluster.Pod{e.Pod, e.Old} {
		if q != nil && (means(p.Near.Required, q) || means(p.Near.Anti, q) || means(q.Near.Anti, p)) {
			return true
		}
	}
	return false
}
