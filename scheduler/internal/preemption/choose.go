package preemption

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

// choose is the node whose loss of pods hurts least: the fewest that a budget
// protects, then the least important of the most important ones, then the
// smallest sum of priorities, then the fewest, then those that have run for the
// shortest time.
func choose(all []*Victims) *Victims {
	return slices.MinFunc(all, func(a, b *Victims) int {
		return cmp.Or(
			cmp.Compare(a.Violations, b.Violations),
			cmp.Compare(a.highest(), b.highest()),
			cmp.Compare(a.sum(), b.sum()),
			cmp.Compare(len(a.Pods), len(b.Pods)),
			b.earliest().Compare(a.earliest()))
	})
}

// highest is the priority of the most important victim.
func (v *Victims) highest() int32 {
	if len(v.Pods) == 0 {
		return math.MinInt32
	}
	return v.Pods[0].Priority
}

// sum adds up the priorities, each made positive first: more pods of negative
// priority are not better than fewer.
func (v *Victims) sum() (sum int64) {
	for _, p := range v.Pods {
		sum += int64(p.Priority) + math.MaxInt32 + 1
	}
	return sum
}

// earliest is when the first of the most important victims started.
func (v *Victims) earliest() time.Time {
	var first time.Time
	for _, p := range v.Pods {
		if p.Priority == v.highest() && (first.IsZero() || started(p).Before(first)) {
			first = started(p)
		}
	}
	return first
}

// unstarted is later than any pod has started.
var unstarted = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// started is when a pod began to run; one that has not is the youngest.
func started(p *cluster.Pod) time.Time {
	if t := p.Status.StartTime; t != nil {
		return t.Time
	}
	return unstarted
}
