package horizontalpodautoscaler

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	v2 "github.com/pilothouse/pilothouse/proto/autoscalingv2"
	"github.com/pilothouse/pilothouse/proto/core"
)

// scaler keeps pods at half of the CPU that they ask for.
func scaler(least, most int32, edit ...func(*v2.HorizontalPodAutoscaler)) *v2.HorizontalPodAutoscaler {
	h := &v2.HorizontalPodAutoscaler{}
	h.Namespace, h.Name = "default", "web"
	h.Spec.MinReplicas, h.Spec.MaxReplicas = &least, most
	h.Spec.Metrics = []v2.MetricSpec{cpuAt(50)}
	for _, e := range edit {
		e(h)
	}
	return h
}

func cpuAt(percent int32) v2.MetricSpec {
	return v2.MetricSpec{Type: v2.ResourceMetricSourceType, Resource: &v2.ResourceMetricSource{Name: "cpu", Target: v2.MetricTarget{Type: v2.UtilizationMetricType, AverageUtilization: &percent}}}
}

// load is a look at n pods, each of which uses so many percent of a processor.
func load(n int, percent int64, after time.Duration) input {
	t := newTarget(pods(n, nil))
	t.now = noon.Add(after)
	s := samples{}
	for _, p := range t.pods {
		s[p.Name] = sample{t.now, 15 * time.Second, percent * 10}
	}
	return input{target: *t, readings: []reading{{pods: s}}}
}

// told are the conditions of a step, in short.
func told(s step) string {
	var out []string
	for _, c := range s.status.Conditions {
		out = append(out, fmt.Sprintf("%s=%s:%s", c.Type, c.Status, c.Reason))
	}
	for _, e := range s.events {
		out = append(out, e.reason)
	}
	return strings.Join(out, " ")
}

func TestPlan(t *testing.T) {
	unread := func(n int) input {
		in := load(n, 0, 0)
		in.readings = []reading{{err: errors.New("X")}}
		return in
	}
	for _, c := range []struct {
		name string
		h    *v2.HorizontalPodAutoscaler
		in   input
		want int32
		why  string
		told string
	}{
		{"up", scaler(1, 10), load(3, 100, 0), 6, "cpu resource utilization (percentage of request) above target",
			"AbleToScale=True:ReadyForNewScale ScalingActive=True:ValidMetricFound ScalingLimited=False:DesiredWithinRange"},
		{"not faster than double", scaler(1, 100), load(3, 400, 0), 6, "cpu resource utilization (percentage of request) above target",
			"AbleToScale=True:ReadyForNewScale ScalingActive=True:ValidMetricFound ScalingLimited=True:ScaleUpLimit"},
		{"but to four at once", scaler(1, 100), load(1, 400, 0), 4, "cpu resource utilization (percentage of request) above target",
			"AbleToScale=True:ReadyForNewScale ScalingActive=True:ValidMetricFound ScalingLimited=True:ScaleUpLimit"},
		{"not above the greatest", scaler(1, 5), load(3, 400, 0), 5, "cpu resource utilization (percentage of request) above target",
			"AbleToScale=True:ReadyForNewScale ScalingActive=True:ValidMetricFound ScalingLimited=True:TooManyReplicas"},
		{"down waits", scaler(1, 5), load(3, 10, 0), 3, "",
			"AbleToScale=True:ScaleDownStabilized ScalingActive=True:ValidMetricFound ScalingLimited=False:DesiredWithinRange"},
		{"as wanted", scaler(1, 5), load(3, 50, 0), 3, "",
			"AbleToScale=True:ReadyForNewScale ScalingActive=True:ValidMetricFound ScalingLimited=False:DesiredWithinRange"},
		{"too many already", scaler(1, 2), load(3, 50, 0), 2, "Current number of replicas above Spec.MaxReplicas", "AbleToScale=True:SucceededGetScale"},
		{"too few already", scaler(4, 5), load(3, 50, 0), 4, "Current number of replicas below Spec.MinReplicas", "AbleToScale=True:SucceededGetScale"},
		{"switched off", scaler(1, 5), load(0, 0, 0), 0, "", "AbleToScale=True:SucceededGetScale ScalingActive=False:ScalingDisabled"},
		{"unreadable", scaler(1, 5), unread(3), 3, "",
			"AbleToScale=True:SucceededGetScale ScalingActive=False:FailedGetResourceMetric FailedGetResourceMetric FailedComputeMetricsReplicas"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := plan(c.h, c.in, &history{})
			got, why := c.in.specReplicas, ""
			if s.scale {
				got, why = s.replicas, s.reason
			}
			if got != c.want || why != c.why || told(s) != c.told {
				t.Errorf("%d pods because %q, %s", got, why, told(s))
			}
			if s.status.CurrentReplicas != c.in.specReplicas || s.scale && s.status.DesiredReplicas != c.want {
				t.Errorf("status: %d now, %d wanted", s.status.CurrentReplicas, s.status.DesiredReplicas)
			}
		})
	}
}

// TestSeveralMetrics: the one that wants the most pods decides, and while one of
// them is unknown nothing shrinks.
func TestSeveralMetrics(t *testing.T) {
	two := func(h *v2.HorizontalPodAutoscaler) { h.Spec.Metrics = append(h.Spec.Metrics, cpuAt(25)) }
	in := load(3, 50, 0)
	in.readings = append(in.readings, in.readings[0])
	if s := plan(scaler(1, 10, two), in, &history{}); s.replicas != 6 {
		t.Errorf("two metrics: %d pods", s.replicas)
	}
	in.readings[0] = reading{err: errors.New("X")}
	s := plan(scaler(1, 10, two), in, &history{})
	if s.replicas != 6 || told(s) != "AbleToScale=True:ReadyForNewScale ScalingActive=True:ValidMetricFound ScalingLimited=False:DesiredWithinRange FailedGetResourceMetric" {
		t.Errorf("one unknown, on the way up: %d pods, %s", s.replicas, told(s))
	}
	in = load(3, 5, 0)
	in.readings = append([]reading{{err: errors.New("X")}}, in.readings...)
	s = plan(scaler(1, 10, two), in, &history{})
	want := "invalid metrics (1 invalid out of 2), first error is: failed to get cpu resource metric value: failed to get cpu utilization: X"
	if s.scale || s.events[1].message != want || len(s.status.CurrentMetrics) != 2 || s.status.CurrentMetrics[0].Type != "" {
		t.Errorf("one unknown, on the way down: %+v", s)
	}
}

func TestProblemsOfTheTarget(t *testing.T) {
	in := load(3, 50, 0)
	in.problem = &problem{event: "SelectorRequired", condition: "InvalidSelector", message: "the HPA target's scale is missing a selector", cause: "selector is required"}
	s := plan(scaler(1, 5), in, &history{})
	if told(s) != "AbleToScale=True:SucceededGetScale ScalingActive=False:InvalidSelector SelectorRequired FailedComputeMetricsReplicas" || s.events[1].message != "selector is required" {
		t.Errorf("%+v", s)
	}
	s = noScale(scaler(1, 5), errors.New(`deployments/scale.apps "web" not found`), noon)
	if told(s) != "AbleToScale=False:FailedGetScale FailedGetScale" || s.status.Conditions[0].Message != `the HPA controller was unable to get the target's current scale: deployments/scale.apps "web" not found` {
		t.Errorf("%+v", s)
	}
}

// TestTransitions: a condition keeps its time until its status changes.
func TestTransitions(t *testing.T) {
	h, past := scaler(1, 10), &history{}
	h.Status = plan(h, load(3, 50, 0), past).status
	first := h.Status.Conditions[1].LastTransitionTime
	h.Status = plan(h, load(3, 50, time.Minute), past).status
	if !h.Status.Conditions[1].LastTransitionTime.Equal(first.Time) {
		t.Errorf("changed without a change: %v, %v", first, h.Status.Conditions[1].LastTransitionTime)
	}
	in := load(3, 0, 2*time.Minute)
	in.readings[0].err = errors.New("X")
	h.Status = plan(h, in, past).status
	if c := h.Status.Conditions[1]; c.Status != core.ConditionFalse || !c.LastTransitionTime.Equal(noon.Add(2*time.Minute)) {
		t.Errorf("%+v", c)
	}
}

// run lets an autoscaler act on a load given in percent of a processor for all
// pods together, one look every 15 seconds, and tells the numbers of pods.
func run(h *v2.HorizontalPodAutoscaler, n int, loads ...int64) string {
	past := &history{}
	var out []string
	for i, l := range loads {
		in := load(n, l/int64(max(n, 1)), time.Duration(i)*15*time.Second)
		s := plan(h, in, past)
		if s.scale {
			past.changed(h.Spec.Behavior, int32(n), s.replicas, in.now)
			n = int(s.replicas)
		}
		out = append(out, fmt.Sprint(n))
	}
	return strings.Join(out, " ")
}

func repeat(l int64, times int) []int64 {
	out := make([]int64, times)
	for i := range out {
		out[i] = l
	}
	return out
}

func TestPace(t *testing.T) {
	behavior := func(up, down *v2.HPAScalingRules) func(*v2.HorizontalPodAutoscaler) {
		return func(h *v2.HorizontalPodAutoscaler) {
			h.Spec.Behavior = &v2.HorizontalPodAutoscalerBehavior{ScaleUp: up, ScaleDown: down}
			v2.SetHorizontalPodAutoscalerDefaults(h)
		}
	}
	policy := func(kind v2.HPAScalingPolicyType, value, period int32) v2.HPAScalingPolicy {
		return v2.HPAScalingPolicy{Type: kind, Value: value, PeriodSeconds: period}
	}
	slow := func(sel v2.ScalingPolicySelect, ps ...v2.HPAScalingPolicy) *v2.HPAScalingRules {
		return &v2.HPAScalingRules{StabilizationWindowSeconds: ptr(int32(0)), SelectPolicy: &sel, Policies: ps}
	}
	const pod, percent = v2.PodsScalingPolicy, v2.PercentScalingPolicy
	for _, c := range []struct {
		name  string
		h     *v2.HorizontalPodAutoscaler
		n     int
		loads []int64
		want  string
	}{
		{"without rules", scaler(1, 40), 1, repeat(2000, 6), "4 8 16 32 40 40"},
		{"five minutes to shrink", scaler(1, 40), 8, append(repeat(400, 1), repeat(100, 21)...), strings.Repeat("8 ", 20) + "2 2"},
		{"rules' defaults", scaler(1, 40, behavior(nil, nil)), 1, repeat(2000, 6), "5 10 20 40 40 40"},
		{"one pod a minute up", scaler(1, 40, behavior(slow(v2.MaxChangePolicySelect, policy(pod, 1, 60)), nil)), 1, repeat(2000, 10), "2 2 2 2 3 3 3 3 4 4"},
		{"half again a minute up, rounded up", scaler(1, 40, behavior(slow(v2.MaxChangePolicySelect, policy(percent, 50, 60)), nil)), 3, repeat(2000, 6), "5 5 5 5 8 8"},
		{"the slower of two", scaler(1, 40, behavior(slow(v2.MinChangePolicySelect, policy(pod, 4, 15), policy(percent, 100, 15)), nil)), 1, repeat(2000, 5), "2 4 8 12 16"},
		{"not up at all", scaler(1, 40, behavior(slow(v2.DisabledPolicySelect, policy(pod, 4, 15)), nil)), 2, repeat(2000, 3), "2 2 2"},
		{"up only when it lasts", scaler(1, 40, behavior(&v2.HPAScalingRules{StabilizationWindowSeconds: ptr(int32(30))}, nil)), 2, []int64{100, 200, 200, 200}, "2 2 4 4"},
		{"down at once", scaler(1, 40, behavior(nil, &v2.HPAScalingRules{StabilizationWindowSeconds: ptr(int32(0))})), 10, repeat(100, 2), "2 2"},
		{"two pods a minute down", scaler(1, 40, behavior(nil, slow(v2.MaxChangePolicySelect, policy(pod, 2, 60)))), 10, repeat(100, 9), "8 8 8 8 6 6 6 6 4"},
		{"the faster of two down", scaler(1, 40, behavior(nil, slow(v2.MaxChangePolicySelect, policy(pod, 2, 15), policy(percent, 50, 15)))), 10, repeat(50, 4), "5 2 1 1"},
		{"the slower of two down", scaler(1, 40, behavior(nil, slow(v2.MinChangePolicySelect, policy(pod, 2, 15), policy(percent, 50, 15)))), 10, repeat(50, 5), "8 6 4 2 1"},
		{"not down at all", scaler(1, 40, behavior(nil, slow(v2.DisabledPolicySelect, policy(pod, 4, 15)))), 10, repeat(100, 3), "10 10 10"},
		{"half a minute to shrink", scaler(1, 40, behavior(nil, &v2.HPAScalingRules{StabilizationWindowSeconds: ptr(int32(30))})), 4, []int64{50, 50, 50, 50}, "4 4 1 1"},
		{"what grew in the period counts for shrinking", scaler(1, 40, behavior(nil, slow(v2.MaxChangePolicySelect, policy(pod, 1, 60)))), 4, []int64{400, 50, 50, 50, 50, 50}, "8 3 3 3 3 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := run(c.h, c.n, c.loads...); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestForgotten: after a restart nothing shrinks before the window has passed.
func TestForgotten(t *testing.T) {
	past := &history{}
	for i := range 20 {
		if s := plan(scaler(1, 10), load(8, 5, time.Duration(i)*15*time.Second), past); s.scale {
			t.Fatalf("%d pods after %d looks", s.replicas, i+1)
		}
	}
	if s := plan(scaler(1, 10), load(8, 5, 300*time.Second), past); s.replicas != 1 {
		t.Errorf("%d pods after five minutes", s.replicas)
	}
	if len(past.wishes) > 21 {
		t.Errorf("%d wishes are remembered", len(past.wishes))
	}
}
