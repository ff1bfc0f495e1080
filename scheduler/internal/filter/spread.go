package filter

import (
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

var (
	skewed = &Refusal{Spread, []string{"node(s) didn't match pod topology spread constraints"}, false}
	noSuch = &Refusal{Spread, []string{"node(s) didn't match pod topology spread constraints (missing required label)"}, true}
)

// spreading is one constraint with its counts.
type spreading struct {
	tally *cluster.Tally
	// most is how many pods a place may have before this one comes.
	most int32
}

// prepareSpread keeps a pod from places that have too many of its like.
func prepareSpread(p *cluster.Pod, c *cluster.Cluster) Prepared {
	var list []spreading
	for i := range p.Spread {
		s := &p.Spread[i]
		if !s.Hard {
			continue
		}
		t := c.Tally(&s.Who, s.Key, &s.Scope)
		least, places := t.Least()
		if places < int(s.MinDomains) {
			least = 0
		}
		most := least + s.MaxSkew
		if c.Means(&s.Who, p) {
			most--
		}
		list = append(list, spreading{t, most})
	}
	if len(list) == 0 {
		return Prepared{}
	}
	return Prepared{Check: func(n *cluster.Node) *Refusal {
		for i := range list {
			pods, there := list[i].tally.On(n)
			if !there {
				return noSuch
			}
			if pods > list[i].most {
				return skewed
			}
		}
		return nil
	}}
}

// concernsSpread leaves out pods that do not count.
func concernsSpread(p *cluster.Pod, e *cluster.Event, c *cluster.Cluster) bool {
	if e.Pod == nil {
		return true
	}
	for i := range p.Spread {
		s := &p.Spread[i]
		if s.Hard && (c.Means(&s.Who, e.Pod) || e.Old != nil && c.Means(&s.Who, e.Old)) {
			return true
		}
	}
	return false
}
