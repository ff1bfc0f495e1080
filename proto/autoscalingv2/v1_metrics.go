package autoscalingv2

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// metricV1 is a metric, wanted or current, as the annotations of version 1
// write it. One struct stands for all kinds of both: their fields never meet.
type metricV1 struct {
	Type              MetricSourceType `json:"type"`
	Object            *metricValueV1   `json:"object,omitempty"`
	Pods              *metricValueV1   `json:"pods,omitempty"`
	Resource          *metricValueV1   `json:"resource,omitempty"`
	ContainerResource *metricValueV1   `json:"containerResource,omitempty"`
	External          *metricValueV1   `json:"external,omitempty"`
}

type metricValueV1 struct {
	Target                    *CrossVersionObjectReference `json:"target,omitempty"`
	Name                      core.ResourceName            `json:"name,omitempty"`
	MetricName                string                       `json:"metricName,omitempty"`
	MetricSelector            *meta.LabelSelector          `json:"metricSelector,omitempty"`
	TargetAverageUtilization  *int32                       `json:"targetAverageUtilization,omitempty"`
	TargetValue               *quantity.Quantity           `json:"targetValue,omitempty"`
	TargetAverageValue        *quantity.Quantity           `json:"targetAverageValue,omitempty"`
	CurrentAverageUtilization *int32                       `json:"currentAverageUtilization,omitempty"`
	CurrentValue              *quantity.Quantity           `json:"currentValue,omitempty"`
	CurrentAverageValue       *quantity.Quantity           `json:"currentAverageValue,omitempty"`
	Container                 string                       `json:"container,omitempty"`
	Selector                  *meta.LabelSelector          `json:"selector,omitempty"`
	AverageValue              *quantity.Quantity           `json:"averageValue,omitempty"`
}

// orZero is a required amount: version 1 always writes one.
func orZero(q *quantity.Quantity) *quantity.Quantity {
	if q == nil {
		return &quantity.Quantity{}
	}
	return q
}

// unlessZero takes back what orZero put there.
func unlessZero(q *quantity.Quantity) *quantity.Quantity {
	if q == nil || q.Sign() == 0 {
		return nil
	}
	return q
}

func metricToV1(m *MetricSpec) metricV1 {
	out := metricV1{Type: m.Type}
	if o := m.Object; o != nil {
		out.Object = &metricValueV1{Target: &o.DescribedObject, MetricName: o.Metric.Name, TargetValue: orZero(o.Target.Value),
			Selector: o.Metric.Selector, AverageValue: o.Target.AverageValue}
	}
	if p := m.Pods; p != nil {
		out.Pods = &metricValueV1{MetricName: p.Metric.Name, TargetAverageValue: orZero(p.Target.AverageValue), Selector: p.Metric.Selector}
	}
	if r := m.Resource; r != nil {
		out.Resource = &metricValueV1{Name: r.Name, TargetAverageUtilization: r.Target.AverageUtilization, TargetAverageValue: r.Target.AverageValue}
	}
	if r := m.ContainerResource; r != nil {
		out.ContainerResource = &metricValueV1{Name: r.Name, Container: r.Container,
			TargetAverageUtilization: r.Target.AverageUtilization, TargetAverageValue: r.Target.AverageValue}
	}
	if e := m.External; e != nil {
		out.External = &metricValueV1{MetricName: e.Metric.Name, MetricSelector: e.Metric.Selector,
			TargetValue: e.Target.Value, TargetAverageValue: e.Target.AverageValue}
	}
	return out
}

func metricFromV1(m *metricV1) MetricSpec {
	out := MetricSpec{Type: m.Type}
	if o := m.Object; o != nil {
		out.Object = &ObjectMetricSource{Metric: MetricIdentifier{o.MetricName, o.Selector}, Target: target(nil, unlessZero(o.TargetValue), o.AverageValue)}
		if o.Target != nil {
			out.Object.DescribedObject = *o.Target
		}
	}
	if p := m.Pods; p != nil {
		out.Pods = &PodsMetricSource{Metric: MetricIdentifier{p.MetricName, p.Selector}, Target: target(nil, nil, p.TargetAverageValue)}
	}
	if r := m.Resource; r != nil {
		out.Resource = &ResourceMetricSource{Name: r.Name, Target: target(r.TargetAverageUtilization, nil, r.TargetAverageValue)}
	}
	if r := m.ContainerResource; r != nil {
		out.ContainerResource = &ContainerResourceMetricSource{Name: r.Name, Container: r.Container,
			Target: target(r.TargetAverageUtilization, nil, r.TargetAverageValue)}
	}
	if e := m.External; e != nil {
		out.External = &ExternalMetricSource{Metric: MetricIdentifier{e.MetricName, e.MetricSelector}, Target: target(nil, e.TargetValue, e.TargetAverageValue)}
	}
	return out
}

// target is a target whose type follows from what it has.
func target(utilization *int32, value, average *quantity.Quantity) MetricTarget {
	t := MetricTarget{Type: AverageValueMetricType, Value: value, AverageValue: average, AverageUtilization: utilization}
	switch {
	case utilization != nil:
		t.Type = UtilizationMetricType
	case value != nil && average == nil:
		t.Type = ValueMetricType
	}
	return t
}

func statusToV1(m *MetricStatus) metricV1 {
	out := metricV1{Type: m.Type}
	if o := m.Object; o != nil {
		out.Object = &metricValueV1{Target: &o.DescribedObject, MetricName: o.Metric.Name, CurrentValue: orZero(o.Current.Value),
			Selector: o.Metric.Selector, AverageValue: o.Current.AverageValue}
	}
	if p := m.Pods; p != nil {
		out.Pods = &metricValueV1{MetricName: p.Metric.Name, CurrentAverageValue: orZero(p.Current.AverageValue), Selector: p.Metric.Selector}
	}
	if r := m.Resource; r != nil {
		out.Resource = &metricValueV1{Name: r.Name, CurrentAverageUtilization: r.Current.AverageUtilization, CurrentAverageValue: orZero(r.Current.AverageValue)}
	}
	if r := m.ContainerResource; r != nil {
		out.ContainerResource = &metricValueV1{Name: r.Name, Container: r.Container,
			CurrentAverageUtilization: r.Current.AverageUtilization, CurrentAverageValue: orZero(r.Current.AverageValue)}
	}
	if e := m.External; e != nil {
		out.External = &metricValueV1{MetricName: e.Metric.Name, MetricSelector: e.Metric.Selector,
			CurrentValue: orZero(e.Current.Value), CurrentAverageValue: e.Current.AverageValue}
	}
	return out
}

func statusFromV1(m *metricV1) MetricStatus {
	out := MetricStatus{Type: m.Type}
	if o := m.Object; o != nil {
		out.Object = &ObjectMetricStatus{Metric: MetricIdentifier{o.MetricName, o.Selector}, Current: MetricValueStatus{Value: o.CurrentValue, AverageValue: o.AverageValue}}
		if o.Target != nil {
			out.Object.DescribedObject = *o.Target
		}
	}
	if p := m.Pods; p != nil {
		out.Pods = &PodsMetricStatus{Metric: MetricIdentifier{p.MetricName, p.Selector}, Current: MetricValueStatus{AverageValue: p.CurrentAverageValue}}
	}
	if r := m.Resource; r != nil {
		out.Resource = &ResourceMetricStatus{Name: r.Name, Current: MetricValueStatus{AverageValue: r.CurrentAverageValue, AverageUtilization: r.CurrentAverageUtilization}}
	}
	if r := m.ContainerResource; r != nil {
		out.ContainerResource = &ContainerResourceMetricStatus{Name: r.Name, Container: r.Container,
			Current: MetricValueStatus{AverageValue: r.CurrentAverageValue, AverageUtilization: r.CurrentAverageUtilization}}
	}
	if e := m.External; e != nil {
		out.External = &ExternalMetricStatus{Metric: MetricIdentifier{e.MetricName, e.MetricSelector},
			Current: MetricValueStatus{Value: e.CurrentValue, AverageValue: e.CurrentAverageValue}}
	}
	return out
}

// behaviorV1 is a behavior as its annotation writes it: with the names of the
// fields in capitals.
type behaviorV1 struct {
	ScaleUp   *scalingRulesV1
	ScaleDown *scalingRulesV1
}

type scalingRulesV1 struct {
	StabilizationWindowSeconds *int32
	SelectPolicy               *ScalingPolicySelect
	Policies                   []scalingPolicyV1
	Tolerance                  *quantity.Quantity `json:",omitempty"`
}

type scalingPolicyV1 struct {
	Type          HPAScalingPolicyType
	Value         int32
	PeriodSeconds int32
}

func behaviorToV1(b *HorizontalPodAutoscalerBehavior) behaviorV1 {
	rules := func(r *HPAScalingRules) *scalingRulesV1 {
		if r == nil {
			return nil
		}
		out := &scalingRulesV1{StabilizationWindowSeconds: r.StabilizationWindowSeconds, SelectPolicy: r.SelectPolicy, Tolerance: r.Tolerance}
		for _, p := range r.Policies {
			out.Policies = append(out.Policies, scalingPolicyV1(p))
		}
		return out
	}
	return behaviorV1{rules(b.ScaleUp), rules(b.ScaleDown)}
}

func behaviorFromV1(b *behaviorV1) *HorizontalPodAutoscalerBehavior {
	rules := func(r *scalingRulesV1) *HPAScalingRules {
		if r == nil {
			return nil
		}
		out := &HPAScalingRules{StabilizationWindowSeconds: r.StabilizationWindowSeconds, SelectPolicy: r.SelectPolicy, Tolerance: r.Tolerance}
		for _, p := range r.Policies {
			out.Policies = append(out.Policies, HPAScalingPolicy(p))
		}
		return out
	}
	return &HorizontalPodAutoscalerBehavior{rules(b.ScaleUp), rules(b.ScaleDown)}
}
