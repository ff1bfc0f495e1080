package horizontalpodautoscaler

import (
	"errors"
	"fmt"
	"time"

	v2 "github.com/pilothouse/pilothouse/proto/autoscalingv2"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/quantity"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// target is what is scaled, as far as a proposal needs it.
type target struct {
	Settings
	namespace                    string
	specReplicas, statusReplicas int32
	pods                         []*core.Pod
	tolerance                    tolerance
	now                          time.Time
}

// reading is what one metric measured: of each pod, or in all, in thousandths.
// err says why it could not be read.
type reading struct {
	pods  samples
	value int64
	err   error
}

// proposal is what one metric asks for.
type proposal struct {
	n      int32
	name   string // of the metric, for people
	status v2.MetricStatus
	// failed says why there is none. reason and cause are for the condition, err
	// for the autoscaler's events.
	reason     string
	cause, err error
}

// failed is a proposal that could not be made.
func failed(reason string, cause error, format string, args ...any) proposal {
	return proposal{reason: reason, cause: cause, err: fmt.Errorf(format+": %w", append(args, cause)...)}
}

// propose turns what a metric measured into a number of pods.
func (t *target) propose(m *v2.MetricSpec, r reading) proposal {
	switch {
	case m.Type == v2.ResourceMetricSourceType && m.Resource != nil:
		return t.byResource(m.Resource.Name, "", m.Resource.Target, r)
	case m.Type == v2.ContainerResourceMetricSourceType && m.ContainerResource != nil:
		return t.byResource(m.ContainerResource.Name, m.ContainerResource.Container, m.ContainerResource.Target, r)
	case m.Type == v2.PodsMetricSourceType && m.Pods != nil:
		return t.byPods(m.Pods, r)
	case m.Type == v2.ObjectMetricSourceType && m.Object != nil:
		return t.byObject(m.Object, r)
	case m.Type == v2.ExternalMetricSourceType && m.External != nil:
		return t.byExternal(m.External, r)
	}
	err := fmt.Errorf("unknown metric source type %q", string(m.Type))
	return proposal{reason: "InvalidMetricSourceType", cause: err, err: err}
}

// byResource goes by what the pods use, or one container of each.
func (t *target) byResource(resource core.ResourceName, container string, want v2.MetricTarget, r reading) proposal {
	p := proposal{name: string(resource) + " resource"}
	var current v2.MetricValueStatus
	var cause error
	switch {
	case want.AverageValue != nil:
		err := r.err
		var each int64
		if err == nil {
			p.n, each, err = t.byAverage(r.pods, resource, want.AverageValue.MilliValue())
		}
		if err != nil {
			cause = fmt.Errorf("failed to get %s usage: %w", resource, err)
		}
		current.AverageValue = milli(each)
	case want.AverageUtilization != nil:
		p.name += " utilization (percentage of request)"
		if container != "" {
			p.name = string(resource) + " container resource utilization (percentage of request)"
		}
		err := r.err
		var percent int32
		var each int64
		if err == nil {
			p.n, percent, each, err = t.byUtilization(r.pods, resource, container, *want.AverageUtilization)
		}
		if err != nil {
			cause = fmt.Errorf("failed to get %s utilization: %w", resource, err)
		}
		current.AverageUtilization, current.AverageValue = &percent, milli(each)
	default:
		cause = errors.New("invalid resource metric source: neither an average utilization target nor an average value (usage) target was set")
	}
	if container != "" {
		if cause != nil {
			return failed("FailedGetContainerResourceMetric", cause, "failed to get %s container metric value", container)
		}
		p.status = v2.MetricStatus{Type: v2.ContainerResourceMetricSourceType,
			ContainerResource: &v2.ContainerResourceMetricStatus{Name: resource, Container: container, Current: current}}
		return p
	}
	if cause != nil {
		return failed("FailedGetResourceMetric", cause, "failed to get %s resource metric value", resource)
	}
	p.status = v2.MetricStatus{Type: v2.ResourceMetricSourceType, Resource: &v2.ResourceMetricStatus{Name: resource, Current: current}}
	return p
}

// byPods goes by a measure of each pod.
func (t *target) byPods(m *v2.PodsMetricSource, r reading) proposal {
	err := r.err
	var n int32
	var each int64
	switch {
	case err != nil:
	case m.Target.AverageValue == nil:
		err = errors.New("invalid pods metric source: no average value target was set")
	default:
		n, each, err = t.byAverage(r.pods, "", m.Target.AverageValue.MilliValue())
	}
	if err != nil {
		return failed("FailedGetPodsMetric", err, "failed to get pods metric value")
	}
	return proposal{n: n, name: "pods metric " + m.Metric.Name, status: v2.MetricStatus{Type: v2.PodsMetricSourceType,
		Pods: &v2.PodsMetricStatus{Metric: m.Metric, Current: v2.MetricValueStatus{AverageValue: milli(each)}}}}
}

// byObject goes by a measure of one object.
func (t *target) byObject(m *v2.ObjectMetricSource, r reading) proposal {
	const reason, failing = "FailedGetObjectMetric", "failed to get object metric value"
	s := &v2.ObjectMetricStatus{Metric: m.Metric, DescribedObject: m.DescribedObject}
	p := proposal{status: v2.MetricStatus{Type: v2.ObjectMetricSourceType, Object: s}}
	switch {
	case m.Target.Type == v2.ValueMetricType && m.Target.Value != nil:
		err := r.err
		if err == nil {
			p.n, err = t.byValue(r.value, m.Target.Value.MilliValue())
		}
		if err != nil {
			return failed(reason, err, failing)
		}
		p.name, s.Current.Value = fmt.Sprintf("%s metric %s", m.DescribedObject.Kind, m.Metric.Name), milli(r.value)
	case m.Target.Type == v2.AverageValueMetricType && m.Target.AverageValue != nil:
		if r.err != nil {
			f := failed(reason, r.err, failing)
			f.err = fmt.Errorf(failing+": failed to get %s object metric: %w", m.Metric.Name, r.err)
			return f
		}
		var each int64
		p.n, each = t.byShare(r.value, m.Target.AverageValue.MilliValue())
		p.name, s.Current.AverageValue = fmt.Sprintf("external metric %s(%s)", m.Metric.Name, selector.Describe(m.Metric.Selector)), milli(each)
	default:
		return failed(reason, errors.New("invalid object metric source: neither a value target nor an average value target was set"), failing)
	}
	return p
}

// byExternal goes by a measure from outside the cluster.
func (t *target) byExternal(m *v2.ExternalMetricSource, r reading) proposal {
	const reason = "FailedGetExternalMetric"
	failing := fmt.Sprintf("failed to get %s external metric value", m.Metric.Name)
	fail := func(format string, cause error) proposal {
		f := failed(reason, cause, "%s", failing)
		if format != "" {
			f.err = fmt.Errorf("%s: "+format+": %w", failing, m.Metric.Name, cause)
		}
		return f
	}
	s := &v2.ExternalMetricStatus{Metric: m.Metric}
	p := proposal{name: fmt.Sprintf("external metric %s(%s)", m.Metric.Name, selector.Describe(m.Metric.Selector)),
		status: v2.MetricStatus{Type: v2.ExternalMetricSourceType, External: s}}
	switch {
	case m.Target.AverageValue != nil:
		if r.err != nil {
			return fail("failed to get %s external metric", r.err)
		}
		var each int64
		p.n, each = t.byShare(r.value, m.Target.AverageValue.MilliValue())
		s.Current.AverageValue = milli(each)
	case m.Target.Value != nil:
		err := r.err
		if err == nil {
			p.n, err = t.byValue(r.value, m.Target.Value.MilliValue())
		}
		if err != nil {
			return fail("failed to get external metric %s", err)
		}
		s.Current.Value = milli(r.value)
	default:
		return fail("", errors.New("invalid external metric source: neither a value target nor an average value target was set"))
	}
	return p
}

// milli is so many thousandths.
func milli(n int64) *quantity.Quantity { q := quantity.FromMilli(n); return &q }
