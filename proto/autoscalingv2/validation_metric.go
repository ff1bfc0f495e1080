package autoscalingv2

import (
	"slices"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// sourceTypes are the kinds of metrics.
var sourceTypes = []MetricSourceType{ContainerResourceMetricSourceType, ExternalMetricSourceType, ObjectMetricSourceType,
	PodsMetricSourceType, ResourceMetricSourceType}

func checkMetrics(r *field.Report, s *HorizontalPodAutoscalerSpec, p *field.Path) {
	outside := false
	for i := range s.Metrics {
		checkMetric(r, &s.Metrics[i], p.Index(i))
		outside = outside || s.Metrics[i].Type == ObjectMetricSourceType || s.Metrics[i].Type == ExternalMetricSourceType
	}
	if len(s.Metrics) > 0 && s.MinReplicas != nil && *s.MinReplicas == 0 && !outside {
		// Pods that are not there use nothing that could bring them back.
		r.Forbidden(p, "must specify at least one Object or External metric to support scaling to zero replicas")
	}
}

func checkMetric(r *field.Report, m *MetricSpec, p *field.Path) {
	if m.Type == "" {
		r.Required(p.Child("type"), "must specify a metric source type")
	}
	if !slices.Contains(sourceTypes, m.Type) {
		r.Add(field.NotSupported(p.Child("type"), m.Type, sourceTypes))
	}
	sources := []struct {
		kind  MetricSourceType
		name  string
		given bool
		check func(*field.Path)
	}{
		{ObjectMetricSourceType, "object", m.Object != nil, func(p *field.Path) { checkObject(r, m.Object, p) }},
		{ExternalMetricSourceType, "external", m.External != nil, func(p *field.Path) { checkExternal(r, m.External, p) }},
		{PodsMetricSourceType, "pods", m.Pods != nil, func(p *field.Path) { checkPods(r, m.Pods, p) }},
		{ResourceMetricSourceType, "resource", m.Resource != nil, func(p *field.Path) { checkResource(r, m.Resource, p) }},
		{ContainerResourceMetricSourceType, "containerResource", m.ContainerResource != nil, func(p *field.Path) { checkContainer(r, m.ContainerResource, p) }},
	}
	given := 0
	for _, s := range sources {
		if !s.given {
			continue
		}
		if given++; given == 1 {
			s.check(p.Child(s.name))
		}
	}
	if !slices.Contains(sourceTypes, m.Type) {
		r.Add(field.NotSupported(p.Child("type"), m.Type, sourceTypes)) // once more: each cause is told twice
	}
	for _, s := range sources {
		if s.kind == m.Type && !s.given {
			r.Required(p.Child(s.name), "must populate information for the given metric source")
		}
	}
	for _, s := range sources {
		if s.given && s.kind != m.Type && given != 1 {
			r.Forbidden(p.Child(s.name), "must populate the given metric source only")
		}
	}
}

func checkObject(r *field.Report, m *ObjectMetricSource, p *field.Path) {
	checkReference(r, &m.DescribedObject, p.Child("describedObject"))
	checkIdentifier(r, &m.Metric, p.Child("metric"))
	checkTarget(r, &m.Target, p.Child("target"))
	if m.Target.Value == nil && m.Target.AverageValue == nil {
		r.Required(p.Child("target", "averageValue"), "must set either a target value or averageValue")
	}
}

func checkExternal(r *field.Report, m *ExternalMetricSource, p *field.Path) {
	checkIdentifier(r, &m.Metric, p.Child("metric"))
	checkTarget(r, &m.Target, p.Child("target"))
	if m.Target.Value == nil && m.Target.AverageValue == nil {
		r.Required(p.Child("target", "averageValue"), "must set either a target value for metric or a per-pod target")
	}
	if m.Target.Value != nil && m.Target.AverageValue != nil {
		r.Forbidden(p.Child("target", "value"), "may not set both a target value for metric and a per-pod target")
	}
}

func checkPods(r *field.Report, m *PodsMetricSource, p *field.Path) {
	checkIdentifier(r, &m.Metric, p.Child("metric"))
	checkTarget(r, &m.Target, p.Child("target"))
	if v := m.Target.AverageValue; v == nil {
		r.Required(p.Child("target", "averageValue"), "must specify a positive target averageValue")
	}
}

func checkResource(r *field.Report, m *ResourceMetricSource, p *field.Path) {
	if m.Name == "" {
		r.Required(p.Child("name"), "must specify a resource name")
	}
	checkUse(r, &m.Target, p.Child("target"))
}

func checkContainer(r *field.Report, m *ContainerResourceMetricSource, p *field.Path) {
	if m.Name == "" {
		r.Required(p.Child("name"), "must specify a resource name")
	} else {
		core.CheckContainerResourceName(r, m.Name, p.Child("name"))
	}
	if m.Container == "" {
		r.Required(p.Child("container"), "must specify a container")
	} else {
		r.Each(p.Child("container"), m.Container, meta.IsDNS1123Label(m.Container))
	}
	checkUse(r, &m.Target, p.Child("target"))
}

// checkUse wants the use of a resource as an amount or as a share.
func checkUse(r *field.Report, t *MetricTarget, p *field.Path) {
	checkTarget(r, t, p)
	switch share, amount := t.AverageUtilization != nil, t.AverageValue != nil; {
	case !share && !amount:
		r.Required(p.Child("averageUtilization"), "must set either a target raw value or a target utilization")
	case share && amount:
		r.Forbidden(p.Child("averageValue"), "may not set both a target raw value and a target utilization")
	}
}

func checkTarget(r *field.Report, t *MetricTarget, p *field.Path) {
	if t.Type == "" {
		r.Required(p.Child("type"), "must specify a metric target type")
	}
	if t.Type != UtilizationMetricType && t.Type != ValueMetricType && t.Type != AverageValueMetricType {
		r.Invalid(p.Child("type"), t.Type, "must be either Utilization, Value, or AverageValue")
	}
	if t.Value != nil && t.Value.Sign() <= 0 {
		r.Invalid(p.Child("value"), t.Value, "must be positive")
	}
	if t.AverageValue != nil && t.AverageValue.Sign() <= 0 {
		r.Invalid(p.Child("averageValue"), t.AverageValue, "must be positive")
	}
	if t.AverageUtilization != nil && *t.AverageUtilization < 1 {
		r.Invalid(p.Child("averageUtilization"), *t.AverageUtilization, "must be greater than 0")
	}
}

func checkIdentifier(r *field.Report, m *MetricIdentifier, p *field.Path) {
	if m.Name == "" {
		r.Required(p.Child("name"), "must specify a metric name")
	} else {
		r.Each(p.Child("name"), m.Name, meta.IsPathSegment(m.Name))
	}
}
