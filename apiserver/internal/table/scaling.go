package table

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/autoscaling"
	"github.com/pilothouse/pilothouse/proto/autoscalingv2"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/node"
	"github.com/pilothouse/pilothouse/proto/policy"
	"github.com/pilothouse/pilothouse/proto/quantity"
	"github.com/pilothouse/pilothouse/proto/scheduling"
)

// autoscalerCells shows both versions alike.
func autoscalerCells(o meta.Object, now time.Time) []any {
	h, ok := o.(*autoscalingv2.HorizontalPodAutoscaler)
	if !ok {
		h = autoscalingv2.FromV1(o.(*autoscaling.HorizontalPodAutoscaler))
	}
	least := "<unset>"
	if h.Spec.MinReplicas != nil {
		least = strconv.Itoa(int(*h.Spec.MinReplicas))
	}
	return []any{h.Name, h.Spec.ScaleTargetRef.Kind + "/" + h.Spec.ScaleTargetRef.Name, targets(h), least,
		int64(h.Spec.MaxReplicas), int64(h.Status.CurrentReplicas), age(h.CreationTimestamp, now)}
}

// shownMetrics is how many metrics a row shows before it says "+ n more...".
const shownMetrics = 2

// targets is what is measured and what is wanted.
func targets(h *autoscalingv2.HorizontalPodAutoscaler) string {
	var out []string
	for i := range h.Spec.Metrics {
		is := &autoscalingv2.MetricStatus{}
		if i < len(h.Status.CurrentMetrics) {
			is = &h.Status.CurrentMetrics[i]
		}
		out = append(out, metric(&h.Spec.Metrics[i], is))
	}
	if more := len(out) - shownMetrics; more > 0 {
		return strings.Join(out[:shownMetrics], ", ") + fmt.Sprintf(" + %d more...", more)
	}
	return orNone(strings.Join(out, ", "))
}

func metric(m *autoscalingv2.MetricSpec, s *autoscalingv2.MetricStatus) string {
	var is autoscalingv2.MetricValueStatus
	switch {
	case m.Type == autoscalingv2.ExternalMetricSourceType && m.External != nil:
		if s.External != nil {
			is = s.External.Current
		}
		return amounts(&m.External.Target, &is)
	case m.Type == autoscalingv2.ObjectMetricSourceType && m.Object != nil:
		if s.Object != nil {
			is = s.Object.Current
		}
		return amounts(&m.Object.Target, &is)
	case m.Type == autoscalingv2.PodsMetricSourceType && m.Pods != nil:
		if s.Pods != nil {
			is = s.Pods.Current
		}
		return amount(is.AverageValue) + "/" + amount(m.Pods.Target.AverageValue)
	case m.Type == autoscalingv2.ResourceMetricSourceType && m.Resource != nil:
		if s.Resource != nil {
			is = s.Resource.Current
		}
		return string(m.Resource.Name) + ": " + use(&m.Resource.Target, &is)
	case m.Type == autoscalingv2.ContainerResourceMetricSourceType && m.ContainerResource != nil:
		if s.ContainerResource != nil {
			is = s.ContainerResource.Current
		}
		return string(m.ContainerResource.Name) + ": " + use(&m.ContainerResource.Target, &is)
	}
	return "<unknown type>"
}

func amounts(t *autoscalingv2.MetricTarget, is *autoscalingv2.MetricValueStatus) string {
	if t.AverageValue != nil {
		return amount(is.AverageValue) + "/" + amount(t.AverageValue) + " (avg)"
	}
	return amount(is.Value) + "/" + amount(t.Value)
}

// use is that of a resource: an amount, or a share of what was asked for.
func use(t *autoscalingv2.MetricTarget, is *autoscalingv2.MetricValueStatus) string {
	if t.AverageValue != nil {
		return amount(is.AverageValue) + "/" + amount(t.AverageValue)
	}
	current, wanted := "<unknown>", "<auto>"
	if is.AverageUtilization != nil {
		current = fmt.Sprintf("%d%%", *is.AverageUtilization)
	}
	if t.AverageUtilization != nil {
		wanted = fmt.Sprintf("%d%%", *t.AverageUtilization)
	}
	return current + "/" + wanted
}

func amount(q *quantity.Quantity) string {
	if q == nil {
		return "<unknown>"
	}
	return q.String()
}

func budgetCells(b *policy.PodDisruptionBudget, now time.Time) []any {
	text := func(v *meta.IntOrString) string {
		if v == nil {
			return "N/A"
		}
		if v.Type == meta.Int {
			return strconv.Itoa(int(v.IntVal))
		}
		return v.StrVal
	}
	return []any{b.Name, text(b.Spec.MinAvailable), text(b.Spec.MaxUnavailable), int64(b.Status.DisruptionsAllowed), age(b.CreationTimestamp, now)}
}

func priorityClassCells(c *scheduling.PriorityClass, now time.Time) []any {
	return []any{c.Name, int64(c.Value), c.GlobalDefault, age(c.CreationTimestamp, now), orUnset(c.PreemptionPolicy)}
}

func runtimeClassCells(c *node.RuntimeClass, now time.Time) []any {
	return []any{c.Name, c.Handler, age(c.CreationTimestamp, now)}
}
