package autoscalingv2

import (
	"cmp"

	"github.com/pilothouse/pilothouse/proto/core"
)

// What an autoscaler does that does not say otherwise: keep pods at four
// fifths of the CPU they ask for, double or add four pods at once when there
// are too few, and take all at once when there are too many.
const (
	defaultUtilization  = 80
	defaultPeriod       = 15
	defaultPodsUp       = 4
	defaultPercentUp    = 100
	defaultPercentDown  = 100
	defaultStabilizesUp = 0
)

// orDefault points at value where there is nothing yet.
func orDefault[T any](p **T, value T) {
	if *p == nil {
		*p = &value
	}
}

// SetHorizontalPodAutoscalerDefaults fills what a manifest may leave out.
func SetHorizontalPodAutoscalerDefaults(h *HorizontalPodAutoscaler) {
	if len(h.Status.CurrentMetrics) == 0 {
		h.Status.CurrentMetrics = nil
	}
	if len(h.Status.CurrentMetrics) == 0 {
		h.Status.CurrentMetrics = nil
	}
	orDefault(&h.Spec.MinReplicas, 1)
	if len(h.Spec.Metrics) == 0 {
		h.Spec.Metrics = []MetricSpec{{Type: ResourceMetricSourceType, Resource: &ResourceMetricSource{
			Name:   core.ResourceCPU,
			Target: MetricTarget{Type: UtilizationMetricType, AverageUtilization: new(int32(defaultUtilization))},
		}}}
	}
	if b := h.Spec.Behavior; b != nil {
		b.ScaleUp = rulesOrDefault(b.ScaleUp, HPAScalingRules{
			StabilizationWindowSeconds: new(int32(defaultStabilizesUp)),
			Policies: []HPAScalingPolicy{
				{Type: PodsScalingPolicy, Value: defaultPodsUp, PeriodSeconds: defaultPeriod},
				{Type: PercentScalingPolicy, Value: defaultPercentUp, PeriodSeconds: defaultPeriod},
			},
		})
		b.ScaleDown = rulesOrDefault(b.ScaleDown, HPAScalingRules{
			Policies: []HPAScalingPolicy{{Type: PercentScalingPolicy, Value: defaultPercentDown, PeriodSeconds: defaultPeriod}},
		})
	}
}

// rulesOrDefault fills in what the rules of one direction leave out.
func rulesOrDefault(r *HPAScalingRules, d HPAScalingRules) *HPAScalingRules {
	if r == nil {
		r = &HPAScalingRules{}
	}
	r.SelectPolicy = cmp.Or(r.SelectPolicy, new(MaxChangePolicySelect))
	r.StabilizationWindowSeconds = cmp.Or(r.StabilizationWindowSeconds, d.StabilizationWindowSeconds)
	r.Tolerance = cmp.Or(r.Tolerance, d.Tolerance)
	if r.Policies == nil { // an empty list is refused
		r.Policies = d.Policies
	}
	return r
}
