package horizontalpodautoscaler

import (
	"math"
	"slices"
	"time"

	v2 "github.com/pilothouse/pilothouse/proto/autoscalingv2"
)

// history is what is remembered of one autoscaler: the numbers that its metrics
// asked for, and the changes that it made. It is lost with the process; then the
// number of pods that there is counts as the first wish, so nothing shrinks
// before the time for that has passed.
type history struct {
	wishes   []wish
	up, down []change
}

// wish is a number of pods that was once asked for.
type wish struct {
	at time.Time
	n  int32
}

// change is by how many pods the target was changed once.
type change struct {
	at time.Time
	by int32
}

// since sums up the changes after a time.
func since(changes []change, cut time.Time) (sum int32) {
	for _, c := range changes {
		if c.at.After(cut) {
			sum += c.by
		}
	}
	return sum
}

// limit is a number of pods with why it is not what was asked for.
type limit struct {
	n               int32
	reason, message string
}

const (
	upStabilized   = "recent recommendations were lower than current one, applying the lowest recent recommendation"
	downStabilized = "recent recommendations were higher than current one, applying the highest recent recommendation"
	tooFast        = "the desired replica count is increasing faster than the maximum scale rate"
	tooFastDown    = "the desired replica count is decreasing faster than the maximum scale rate"
	tooMany        = "the desired replica count is more than the maximum replica count"
	tooFew         = "the desired replica count is less than the minimum replica count"
)

var within = limit{reason: "DesiredWithinRange", message: "the desired count is within the acceptable range"}

// stabilize takes the wishes of the time past into account: the number follows
// them up only as far as all of them went in the time of growing, and down only
// as far as all of them went in the time of shrinking. Without a time of growing
// it may leave the two.
func (h *history) stabilize(current, wanted int32, up *time.Duration, down time.Duration, now time.Time) limit {
	h.wishes = slices.DeleteFunc(h.wishes, func(w wish) bool {
		longest := down
		if up != nil {
			longest = max(longest, *up)
		}
		return !w.at.After(now.Add(-longest))
	})
	low, high := wanted, wanted
	for _, w := range h.wishes {
		if up != nil && w.at.After(now.Add(-*up)) {
			low = min(low, w.n)
		}
		if w.at.After(now.Add(-down)) {
			high = max(high, w.n)
		}
	}
	h.wishes = append(h.wishes, wish{now, wanted})
	if up == nil {
		return limit{high, "ScaleDownStabilized", downStabilized}
	}
	l := limit{min(max(current, low), high), "ScaleDownStabilized", downStabilized}
	if wanted >= current {
		l.reason, l.message = "ScaleUpStabilized", upStabilized
	}
	return l
}

// bound keeps a number between the bounds of an autoscaler that says nothing of
// how fast it may change: it may double, and grow to four at any time.
func bound(current, wanted, least, most int32) limit {
	if wanted < least {
		return limit{least, "TooFewReplicas", tooFew}
	}
	if fastest := int32(max(min(2*int64(current), math.MaxInt32), 4)); wanted > min(most, fastest) {
		if most > fastest {
			return limit{fastest, "ScaleUpLimit", tooFast}
		}
		return limit{most, "TooManyReplicas", tooMany}
	}
	l := within
	l.n = wanted
	return l
}

// boundBy does it by the rules for growing and shrinking.
func (h *history) boundBy(b *v2.HorizontalPodAutoscalerBehavior, current, wanted, least, most int32, now time.Time) limit {
	switch {
	case wanted > current:
		fastest := max(h.upTo(b.ScaleUp, current, now), current)
		if wanted > min(most, fastest) {
			if most > fastest {
				return limit{fastest, "ScaleUpLimit", tooFast}
			}
			return limit{most, "TooManyReplicas", tooMany}
		}
	case wanted < current:
		fastest := min(h.downTo(b.ScaleDown, current, now), current)
		if wanted < max(least, fastest) {
			if least < fastest {
				return limit{fastest, "ScaleDownLimit", tooFastDown}
			}
			return limit{least, "TooFewReplicas", tooFew}
		}
	}
	l := within
	l.n = wanted
	return l
}

// upTo is the greatest number that the rules allow now.
func (h *history) upTo(r *v2.HPAScalingRules, current int32, now time.Time) int32 {
	return h.reach(r, current, now, 1)
}

// downTo is the least number that the rules allow now.
func (h *history) downTo(r *v2.HPAScalingRules, current int32, now time.Time) int32 {
	return h.reach(r, current, now, -1)
}

// reach is how far the rules allow to go in a direction. Each policy counts from
// the number that there was when its period began.
func (h *history) reach(r *v2.HPAScalingRules, current int32, now time.Time, direction int64) int32 {
	if *r.SelectPolicy == v2.DisabledPolicySelect {
		return current
	}
	// The policy that allows the most goes the furthest in the direction.
	furthest := (*r.SelectPolicy == v2.MaxChangePolicySelect) == (direction > 0)
	var out int64
	for i, p := range r.Policies {
		cut := now.Add(-time.Duration(p.PeriodSeconds) * time.Second)
		start := int64(current) - int64(since(h.up, cut)) + int64(since(h.down, cut))
		n := start + direction*int64(p.Value)
		if p.Type == v2.PercentScalingPolicy {
			share := float64(start) * (1 + float64(direction)*float64(p.Value)/100)
			if n = int64(share); direction > 0 { // Rounded up, or few pods would never become more.
				n = int64(math.Ceil(share))
			}
		}
		if i == 0 || furthest == (n > out) {
			out = n
		}
	}
	return int32(max(min(out, math.MaxInt32), math.MinInt32))
}

// changed notes a change that was made, and forgets those that no period of the
// rules reaches back to.
func (h *history) changed(b *v2.HorizontalPodAutoscalerBehavior, from, to int32, now time.Time) {
	if b == nil {
		return
	}
	longest := time.Duration(0)
	for _, r := range []*v2.HPAScalingRules{b.ScaleUp, b.ScaleDown} {
		if r == nil {
			continue
		}
		for _, p := range r.Policies {
			longest = max(longest, time.Duration(p.PeriodSeconds)*time.Second)
		}
	}
	old := func(c change) bool { return !c.at.After(now.Add(-longest)) }
	h.up, h.down = slices.DeleteFunc(h.up, old), slices.DeleteFunc(h.down, old)
	if to > from {
		h.up = append(h.up, change{now, to - from})
	} else {
		h.down = append(h.down, change{now, from - to})
	}
}
