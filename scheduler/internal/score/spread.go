package score

import (
	"math"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

// missing marks a node that lacks a label of the constraints; evenly knows it.
const missing = -1

// spreading is one constraint with its counts.
type spreading struct {
	tally *cluster.Tally
	// weight makes up for places being many or few.
	weight float64
	skew   float64
}

// spread counts the pods that are in a node's places already: fewer is better,
// so that one dead node or zone takes few of them. Pods of services and
// controllers that have no constraints are spread by default, if that is on.
func spread(byDefault bool) func(*cluster.Pod, *cluster.Cluster, []*cluster.Node) func(*cluster.Node) int64 {
	return func(p *cluster.Pod, c *cluster.Cluster, nodes []*cluster.Node) func(*cluster.Node) int64 {
		constraints, mustHave := p.Spread, true
		if len(constraints) == 0 && byDefault {
			constraints, mustHave = c.DefaultSpread(p), false
		}
		var list []spreading
		for i := range constraints {
			s := &constraints[i]
			if s.Hard {
				continue
			}
			var scope *cluster.Scope
			if mustHave || s.Scope.Wanted {
				scope = &s.Scope
			}
			list = append(list, spreading{tally: c.Tally(&s.Who, s.Key, scope), skew: float64(s.MaxSkew - 1)})
			last := &list[len(list)-1]
			last.weight = weigh(last.tally, s.Key, nodes)
		}
		if len(list) == 0 {
			return nil
		}
		return func(n *cluster.Node) int64 { return crowd(list, n, mustHave) }
	}
}

// weigh grows with the number of places that nodes are in.
func weigh(t *cluster.Tally, key string, nodes []*cluster.Node) float64 {
	size := 0
	if key == core.LabelHostname || key == cluster.NodeItself {
		for _, n := range nodes {
			if t.Place(n) >= 0 {
				size++
			}
		}
	} else {
		seen := make([]bool, t.Places())
		for _, n := range nodes {
			if place := t.Place(n); place >= 0 && !seen[place] {
				seen[place] = true
				size++
			}
		}
	}
	return math.Log(float64(size + 2))
}

// crowd is how crowded n's places are.
func crowd(list []spreading, n *cluster.Node, mustHave bool) int64 {
	var sum float64
	for i := range list {
		s := &list[i]
		pods, there := s.tally.On(n)
		switch {
		case there:
			sum += float64(pods)*s.weight + s.skew
		case mustHave:
			return missing
		}
	}
	return int64(math.Round(sum))
}

// evenly scales so that the smallest crowd is Best; nodes that lack a label
// are worst.
func evenly(marks []int64) {
	low, high := int64(math.MaxInt64), int64(0)
	for _, m := range marks {
		if m != missing {
			low, high = min(low, m), max(high, m)
		}
	}
	for i, m := range marks {
		switch {
		case m == missing:
			marks[i] = 0
		case high == 0:
			marks[i] = Best
		default:
			marks[i] = Best * (high + low - m) / high
		}
	}
}
