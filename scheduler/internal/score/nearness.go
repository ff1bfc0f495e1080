package score

import (
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

// nearness adds up, for the pods in a node's places, the weights of what this
// pod wishes of them and of what they wish of it. The required affinity of a
// pod that is there counts as a wish of hardWeight.
func nearness(hardWeight int32) func(*cluster.Pod, *cluster.Cluster, []*cluster.Node) func(*cluster.Node) int64 {
	return func(p *cluster.Pod, c *cluster.Cluster, _ []*cluster.Node) func(*cluster.Node) int64 {
		wishes := p.Near.Wishes
		own := make([]*cluster.Tally, len(wishes))
		for i := range wishes {
			own[i] = c.Tally(&wishes[i].Who, wishes[i].Key, nil)
		}
		var theirs []*cluster.Carried
		var weights []int64
		for _, t := range c.About(p) {
			switch {
			case t.Stance == cluster.Wishes:
				theirs, weights = append(theirs, t), append(weights, int64(t.Weight))
			case t.Stance == cluster.Needs && hardWeight > 0:
				theirs, weights = append(theirs, t), append(weights, int64(hardWeight))
			}
		}
		if len(own)+len(theirs) == 0 {
			return nil
		}
		return func(n *cluster.Node) int64 {
			var sum int64
			for i, t := range own {
				pods, _ := t.On(n)
				sum += int64(wishes[i].Weight) * int64(pods)
			}
			for i, t := range theirs {
				sum += weights[i] * int64(t.On(n))
			}
			return sum
		}
	}
}
