package horizontalpodautoscaler

import (
	"errors"
	"fmt"
	"maps"
	"math"

	"github.com/pilothouse/pilothouse/proto/core"
)

var (
	errNoPods    = errors.New("no pods returned by selector while calculating replica count")
	errNoMetrics = errors.New("did not receive metrics for targeted pods (pods might be unready)")
)

// tolerance is how far a ratio may be from 1 without any change.
type tolerance struct{ down, up float64 }

func (t tolerance) holds(ratio float64) bool { return 1-t.down <= ratio && ratio <= 1+t.up }

// replicasFor is how many pods there should be by a measure of each pod. ratio
// is of what is measured to what should be; fill is what a pod counts for that
// was not measured, when there seem to be too many pods.
//
// What is not known is taken for what makes the change smaller: pods without a
// sample for busy when there seem to be too many pods, and for idle when there
// seem to be too few, as are pods that are starting.
func replicasFor(current int32, g groups, measured samples, tol tolerance, ratio func(samples) (float64, error), fill func(pod string) int64) (int32, error) {
	first, err := ratio(measured)
	if err != nil {
		return 0, err
	}
	up := len(g.unready) > 0 && first > 1
	if !up && len(g.missing) == 0 {
		if tol.holds(first) {
			return current, nil
		}
		return ceil(first * float64(g.ready)), nil
	}
	all := maps.Clone(measured)
	for _, p := range g.missing {
		if first < 1 {
			all[p] = sample{value: fill(p)}
		} else if first > 1 {
			all[p] = sample{}
		}
	}
	if up {
		for _, p := range g.unready {
			all[p] = sample{}
		}
	}
	second, err := ratio(all)
	if err != nil {
		return 0, err
	}
	if tol.holds(second) || first < 1 && second > 1 || first > 1 && second < 1 {
		return current, nil
	}
	n := ceil(second * float64(len(all)))
	if second < 1 && n > current || second > 1 && n < current {
		return current, nil
	}
	return n, nil
}

// ceil rounds up to a number of pods.
func ceil(v float64) int32 {
	if v >= math.MaxInt32 {
		return math.MaxInt32
	}
	return int32(math.Ceil(v))
}

// counted are the samples that count.
func (g groups) counted(measured samples) (samples, error) {
	out := maps.Clone(measured)
	for _, list := range [][]string{g.ignored, g.unready} {
		for _, p := range list {
			delete(out, p)
		}
	}
	if len(out) == 0 {
		return nil, errNoMetrics
	}
	return out, nil
}

// byUtilization is how many pods there should be for them to use so many percent
// of what they ask for; and how many percent, and how much each, they use now.
func (t *target) byUtilization(measured samples, resource core.ResourceName, container string, percent int32) (n, now int32, each int64, err error) {
	if len(t.pods) == 0 {
		return 0, 0, 0, errNoPods
	}
	g := group(t.pods, measured, resource, t.Settings, t.now)
	if measured, err = g.counted(measured); err != nil {
		return 0, 0, 0, err
	}
	asked, err := requests(t.pods, container, resource)
	if err != nil {
		return 0, 0, 0, err
	}
	if _, now, each, err = utilization(measured, asked, percent); err != nil {
		return 0, 0, 0, err
	}
	n, err = replicasFor(t.specReplicas, g, measured, t.tolerance,
		func(s samples) (float64, error) { r, _, _, err := utilization(s, asked, percent); return r, err },
		func(pod string) int64 { return asked[pod] * int64(max(100, percent)) / 100 })
	return n, now, each, err
}

// utilization is how much pods use of what they ask for: as a ratio to a target
// in percent, in percent, and the amount on average.
func utilization(measured samples, asked map[string]int64, percent int32) (ratio float64, now int32, each int64, err error) {
	var used, sum, n int64
	for pod, s := range measured {
		if r, ok := asked[pod]; ok {
			used, sum, n = used+s.value, sum+r, n+1
		}
	}
	if sum == 0 {
		return 0, 0, 0, errors.New("no metrics returned matched known pods")
	}
	now = int32(min(used*100/sum, math.MaxInt32))
	return float64(now) / float64(percent), now, used / n, nil
}

// byAverage is how many pods there should be for each to have so much on
// average; and how much each has now.
func (t *target) byAverage(measured samples, resource core.ResourceName, wanted int64) (n int32, each int64, err error) {
	if len(t.pods) == 0 {
		return 0, 0, errNoPods
	}
	g := group(t.pods, measured, resource, t.Settings, t.now)
	if measured, err = g.counted(measured); err != nil {
		return 0, 0, err
	}
	average := func(s samples) int64 {
		var sum int64
		for _, v := range s {
			sum += v.value
		}
		return sum / int64(len(s))
	}
	n, err = replicasFor(t.specReplicas, g, measured, t.tolerance,
		func(s samples) (float64, error) { return float64(average(s)) / float64(wanted), nil },
		func(string) int64 { return wanted })
	return n, average(measured), err
}

// byValue is how many pods there should be when what they share is used, and
// should be wanted.
func (t *target) byValue(used, wanted int64) (int32, error) {
	ratio := float64(used) / float64(wanted)
	if t.specReplicas == 0 {
		return ceil(ratio), nil
	}
	if t.tolerance.holds(ratio) {
		return t.specReplicas, nil
	}
	ready, err := readyPods(t.pods)
	if err != nil {
		return 0, fmt.Errorf("unable to calculate ready pods: %s", err)
	}
	return ceil(ratio * float64(ready)), nil
}

// byShare is how many pods there should be when what they share is used, and
// each should have wanted of it; and how much each has now.
func (t *target) byShare(used, wanted int64) (n int32, each int64) {
	n = t.statusReplicas
	if ratio := float64(used) / (float64(wanted) * float64(n)); !t.tolerance.holds(ratio) {
		n = ceil(float64(used) / float64(wanted))
	}
	if t.statusReplicas == 0 {
		return n, 0
	}
	return n, int64(math.Ceil(float64(used) / float64(t.statusReplicas)))
}
