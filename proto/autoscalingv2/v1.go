package autoscalingv2

import (
	"encoding/json"
	"maps"

	"github.com/pilothouse/pilothouse/proto/autoscaling"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Version 1 of an autoscaler knows the use of CPU alone. All else travels in
// these annotations of its objects, so that who reads and writes version 1
// loses nothing.
const (
	annotationMetrics        = "autoscaling.alpha.kubernetes.io/metrics"
	annotationCurrentMetrics = "autoscaling.alpha.kubernetes.io/current-metrics"
	annotationBehavior       = "autoscaling.alpha.kubernetes.io/behavior"
	annotationConditions     = "autoscaling.alpha.kubernetes.io/conditions"
)

// withoutOurs is a copy of annotations that says nothing of version 2.
func withoutOurs(annotations map[string]string) map[string]string {
	out := maps.Clone(annotations)
	for _, k := range []string{annotationMetrics, annotationCurrentMetrics, annotationBehavior, annotationConditions} {
		delete(out, k)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// ToV1 is an autoscaler as version 1 shows it.
func ToV1(h *HorizontalPodAutoscaler) *autoscaling.HorizontalPodAutoscaler {
	out := &autoscaling.HorizontalPodAutoscaler{
		TypeMeta:   meta.TypeMeta{Kind: "HorizontalPodAutoscaler", APIVersion: "autoscaling/v1"},
		ObjectMeta: h.ObjectMeta,
		Spec: autoscaling.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscaling.CrossVersionObjectReference(h.Spec.ScaleTargetRef),
			MinReplicas:    h.Spec.MinReplicas,
			MaxReplicas:    h.Spec.MaxReplicas,
		},
		Status: autoscaling.HorizontalPodAutoscalerStatus{
			ObservedGeneration: h.Status.ObservedGeneration,
			LastScaleTime:      h.Status.LastScaleTime,
			CurrentReplicas:    h.Status.CurrentReplicas,
			DesiredReplicas:    h.Status.DesiredReplicas,
		},
	}
	out.Annotations = withoutOurs(h.Annotations)
	annotate := func(key string, value any) {
		b, err := json.Marshal(value)
		if err != nil {
			return // Plain structs: they always encode.
		}
		if out.Annotations == nil {
			out.Annotations = map[string]string{}
		}
		out.Annotations[key] = string(b)
	}
	var others []metricV1
	for _, m := range h.Spec.Metrics {
		if r := m.Resource; m.Type == ResourceMetricSourceType && r != nil && r.Name == core.ResourceCPU && r.Target.AverageUtilization != nil {
			out.Spec.TargetCPUUtilizationPercentage = r.Target.AverageUtilization
		} else {
			others = append(others, metricToV1(&m))
		}
	}
	if len(others) > 0 {
		annotate(annotationMetrics, others)
	}
	var current []metricV1
	for _, m := range h.Status.CurrentMetrics {
		if r := m.Resource; m.Type == ResourceMetricSourceType && r != nil && r.Name == core.ResourceCPU && r.Current.AverageUtilization != nil {
			out.Status.CurrentCPUUtilizationPercentage = r.Current.AverageUtilization
		}
		current = append(current, statusToV1(&m))
	}
	if len(current) > 0 {
		annotate(annotationCurrentMetrics, current)
	}
	if h.Spec.Behavior != nil {
		annotate(annotationBehavior, behaviorToV1(h.Spec.Behavior))
	}
	if len(h.Status.Conditions) > 0 {
		annotate(annotationConditions, h.Status.Conditions)
	}
	return out
}

// FromV1 is the autoscaler that a version 1 object stands for. Annotations that
// cannot be read are left out.
func FromV1(h *autoscaling.HorizontalPodAutoscaler) *HorizontalPodAutoscaler {
	out := &HorizontalPodAutoscaler{
		TypeMeta:   meta.TypeMeta{Kind: "HorizontalPodAutoscaler", APIVersion: "autoscaling/v2"},
		ObjectMeta: h.ObjectMeta,
		Spec: HorizontalPodAutoscalerSpec{
			ScaleTargetRef: CrossVersionObjectReference(h.Spec.ScaleTargetRef),
			MinReplicas:    h.Spec.MinReplicas,
			MaxReplicas:    h.Spec.MaxReplicas,
		},
		Status: HorizontalPodAutoscalerStatus{
			ObservedGeneration: h.Status.ObservedGeneration,
			LastScaleTime:      h.Status.LastScaleTime,
			CurrentReplicas:    h.Status.CurrentReplicas,
			DesiredReplicas:    h.Status.DesiredReplicas,
		},
	}
	out.Annotations = withoutOurs(h.Annotations)
	read := func(key string, value any) bool {
		text, ok := h.Annotations[key]
		return ok && json.Unmarshal([]byte(text), value) == nil
	}
	var metrics, current []metricV1
	read(annotationMetrics, &metrics)
	for i := range metrics {
		out.Spec.Metrics = append(out.Spec.Metrics, metricFromV1(&metrics[i]))
	}
	if p := h.Spec.TargetCPUUtilizationPercentage; p != nil {
		out.Spec.Metrics = append(out.Spec.Metrics, MetricSpec{Type: ResourceMetricSourceType, Resource: &ResourceMetricSource{
			Name: core.ResourceCPU, Target: MetricTarget{Type: UtilizationMetricType, AverageUtilization: p}}})
	}
	if read(annotationCurrentMetrics, &current); len(current) > 0 {
		for i := range current {
			out.Status.CurrentMetrics = append(out.Status.CurrentMetrics, statusFromV1(&current[i]))
		}
	} else if p := h.Status.CurrentCPUUtilizationPercentage; p != nil {
		out.Status.CurrentMetrics = []MetricStatus{{Type: ResourceMetricSourceType, Resource: &ResourceMetricStatus{
			Name: core.ResourceCPU, Current: MetricValueStatus{AverageUtilization: p}}}}
	}
	var behavior behaviorV1
	if read(annotationBehavior, &behavior) && behavior != (behaviorV1{}) {
		out.Spec.Behavior = behaviorFromV1(&behavior)
	}
	var conditions []HorizontalPodAutoscalerCondition
	if read(annotationConditions, &conditions) {
		out.Status.Conditions = conditions
	}
	return out
}
