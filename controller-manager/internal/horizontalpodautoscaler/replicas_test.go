package horizontalpodautoscaler

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	v2 "github.com/pilothouse/pilothouse/proto/autoscalingv2"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func ptr[T any](v T) *T { return &v }

var settings = Settings{Period: 15 * time.Second, DownscaleStabilization: 5 * time.Minute, Tolerance: 0.1, CPUInitialization: 5 * time.Minute, InitialReadiness: 30 * time.Second}

// pod is one that has long been ready and asks for a whole processor.
func pod(i int, edit ...func(*core.Pod)) *core.Pod {
	p := &core.Pod{}
	p.Namespace, p.Name = "default", fmt.Sprint("p", i)
	p.Spec.Containers = []core.Container{{Name: "c", Resources: core.ResourceRequirements{Requests: core.ResourceList{"cpu": quantity.MustParse("1")}}}}
	p.Status.Phase = core.PodRunning
	p.Status.StartTime = ptr(meta.NewTime(noon.Add(-time.Hour)))
	p.Status.Conditions = []core.PodCondition{{Type: core.PodReady, Status: core.ConditionTrue, LastTransitionTime: meta.NewTime(noon.Add(-59 * time.Minute))}}
	for _, e := range edit {
		e(p)
	}
	return p
}

// started changes when a pod started, and when it went ready or unready, in
// seconds before noon.
func started(start int, ready core.ConditionStatus, transition int) func(*core.Pod) {
	return func(p *core.Pod) {
		p.Status.StartTime = ptr(meta.NewTime(noon.Add(-time.Duration(start) * time.Second)))
		p.Status.Conditions[0].Status = ready
		p.Status.Conditions[0].LastTransitionTime = meta.NewTime(noon.Add(-time.Duration(transition) * time.Second))
	}
}

func phase(ph core.PodPhase) func(*core.Pod) { return func(p *core.Pod) { p.Status.Phase = ph } }

func going(p *core.Pod) { p.DeletionTimestamp = ptr(meta.NewTime(noon)) }

// pods are n of them, each edited by the edit of its place.
func pods(n int, edits map[int]func(*core.Pod)) (out []*core.Pod) {
	for i := range n {
		p := pod(i)
		if e := edits[i]; e != nil {
			e(p)
		}
		out = append(out, p)
	}
	return out
}

// measured are samples of the first pods; one below zero is missing.
func measured(values ...int64) samples {
	out := samples{}
	for i, v := range values {
		if v >= 0 {
			out[fmt.Sprint("p", i)] = sample{noon, 15 * time.Second, v}
		}
	}
	return out
}

func newTarget(ps []*core.Pod) *target {
	n := int32(len(ps))
	return &target{Settings: settings, namespace: "default", specReplicas: n, statusReplicas: n, pods: ps, tolerance: tolerance{0.1, 0.1}, now: noon}
}

func TestByUtilization(t *testing.T) {
	for _, c := range []struct {
		name    string
		pods    []*core.Pod
		samples samples
		percent int32
		want    string // pods, percent and thousandths each; or the error
	}{
		{"up", pods(3, nil), measured(300, 500, 700), 30, "5 50% 500m"},
		{"down", pods(5, nil), measured(100, 300, 500, 250, 250), 50, "3 28% 280m"},
		{"just within tolerance above", pods(3, nil), measured(1010, 1030, 1020), 100, "3 102% 1020m"},
		{"at the edge of tolerance", pods(10, nil), measured(550, 550, 550, 550, 550, 550, 550, 550, 550, 550), 50, "10 55% 550m"},
		{"past the edge", pods(10, nil), measured(560, 560, 560, 560, 560, 560, 560, 560, 560, 560), 50, "12 56% 560m"},
		{"pending pods are idle on the way up", pods(3, map[int]func(*core.Pod){2: phase(core.PodPending)}), measured(600, 700), 30, "5 65% 650m"},
		{"and may forbid it", pods(4, map[int]func(*core.Pod){1: phase(core.PodPending), 2: phase(core.PodPending), 3: phase(core.PodPending)}), measured(400), 30, "4 40% 400m"},
		{"unready ones do not count on the way down", pods(3, map[int]func(*core.Pod){2: started(60, core.ConditionFalse, 55)}), measured(100, 100, 900), 50, "1 10% 100m"},
		{"one that went unready under load counts", pods(3, map[int]func(*core.Pod){2: started(3600, core.ConditionFalse, 60)}), measured(300, 500, 700), 30, "5 50% 500m"},
		{"one that has never been ready does not", pods(3, map[int]func(*core.Pod){2: started(3600, core.ConditionFalse, 3590)}), measured(300, 500, 9000), 30, "3 40% 400m"},
		{"a sample of before it was ready does not", pods(3, map[int]func(*core.Pod){2: started(60, core.ConditionTrue, 5)}), measured(600, 600, 9000), 30, "4 60% 600m"},
		{"failed and deleted pods are nothing", pods(4, map[int]func(*core.Pod){2: phase(core.PodFailed), 3: going}), measured(600, 600, 9000, 9000), 30, "4 60% 600m"},
		{"a missing one is idle on the way up", pods(3, nil), measured(600, 800, -1), 30, "5 70% 700m"},
		{"and busy on the way down", pods(4, nil), measured(100, 100, 100, -1), 50, "3 10% 100m"},
		{"more than busy when that is wanted", pods(4, nil), measured(1400, 1400, 1400, -1), 200, "4 140% 1400m"},
		{"so that nothing turns around", pods(3, nil), measured(400, 400, -1), 50, "3 40% 400m"},
		{"nothing known", pods(2, nil), measured(), 50, errNoMetrics.Error()},
		{"nothing known of those that are ready", pods(1, map[int]func(*core.Pod){0: phase(core.PodPending)}), measured(100), 50, errNoMetrics.Error()},
		{"no pods", nil, measured(100), 50, errNoPods.Error()},
		{"no requests", pods(2, map[int]func(*core.Pod){1: func(p *core.Pod) { p.Spec.Containers[0].Resources.Requests = nil }}), measured(100, 100), 50,
			"missing request for cpu in container c of Pod p1"},
		{"requests of the pod", pods(1, map[int]func(*core.Pod){0: func(p *core.Pod) {
			p.Spec.Containers[0].Resources.Requests = nil
			p.Spec.Resources = &core.ResourceRequirements{Requests: core.ResourceList{"cpu": quantity.MustParse("2")}}
		}}), measured(2000), 50, "2 100% 2000m"},
		{"requests of sidecars", pods(1, map[int]func(*core.Pod){0: func(p *core.Pod) {
			side := p.Spec.Containers[0]
			side.Name, side.RestartPolicy = "side", ptr(core.ContainerRestartPolicyAlways)
			p.Spec.InitContainers = []core.Container{side}
		}}), measured(2000), 50, "2 100% 2000m"},
		{"requests of nothing", pods(1, map[int]func(*core.Pod){0: func(p *core.Pod) { p.Spec.Containers[0].Resources.Requests["cpu"] = quantity.MustParse("0") }}), measured(5), 50,
			"no metrics returned matched known pods"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, percent, each, err := newTarget(c.pods).byUtilization(c.samples, "cpu", "", c.percent)
			got := fmt.Sprintf("%d %d%% %dm", n, percent, each)
			if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestOneContainer: only the requests of the container that is measured count.
func TestOneContainer(t *testing.T) {
	two := func(p *core.Pod) { p.Spec.Containers = append(p.Spec.Containers, core.Container{Name: "other"}) }
	n, percent, _, err := newTarget(pods(2, map[int]func(*core.Pod){0: two, 1: two})).byUtilization(measured(1000, 1000), "cpu", "c", 50)
	if n != 4 || percent != 100 || err != nil {
		t.Errorf("%d pods, %d%%, %v", n, percent, err)
	}
}

func TestByAverage(t *testing.T) {
	for _, c := range []struct {
		name    string
		pods    []*core.Pod
		samples samples
		wanted  int64
		want    string
	}{
		{"up", pods(3, nil), measured(20000, 10000, 30000), 15000, "4 20000"},
		{"down", pods(5, nil), measured(12000, 12000, 12000, 12000, 12000), 20000, "3 12000"},
		{"within tolerance", pods(2, nil), measured(1050, 1050), 1000, "2 1050"},
		{"missing on the way up", pods(2, nil), measured(3000, -1), 1000, "3 3000"},
		{"missing on the way down", pods(2, nil), measured(100, -1), 1000, "2 100"},
		{"unready pods count unless they are pending", pods(2, map[int]func(*core.Pod){0: started(60, core.ConditionFalse, 59)}), measured(3000, 1000), 1000, "4 2000"},
		{"pending", pods(2, map[int]func(*core.Pod){0: phase(core.PodPending)}), measured(9000, 4000), 1000, "4 4000"},
		{"none", nil, measured(1), 1, errNoPods.Error()},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, each, err := newTarget(c.pods).byAverage(c.samples, "", c.wanted)
			got := fmt.Sprint(n, " ", each)
			if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestByWhole(t *testing.T) {
	three := newTarget(pods(3, map[int]func(*core.Pod){2: started(60, core.ConditionFalse, 30)}))
	if n, err := three.byValue(4000, 1000); n != 8 || err != nil {
		t.Errorf("four times too much for two ready pods: %d, %v", n, err)
	}
	if n, err := three.byValue(1100, 1000); n != 3 || err != nil {
		t.Errorf("within tolerance: %d, %v", n, err)
	}
	if n, each := three.byShare(9000, 1000); n != 9 || each != 3000 {
		t.Errorf("nine shares: %d, %d each", n, each)
	}
	if n, each := three.byShare(3100, 1000); n != 3 || each != 1034 {
		t.Errorf("three shares and a bit: %d, %d each", n, each)
	}
	zero := newTarget(nil)
	if n, err := zero.byValue(1500, 1000); n != 2 || err != nil {
		t.Errorf("from zero: %d, %v", n, err)
	}
	if n, each := zero.byShare(2500, 1000); n != 3 || each != 0 {
		t.Errorf("shares from zero: %d, %d each", n, each)
	}
	zero.specReplicas = 1
	if _, err := zero.byValue(5000, 1000); err == nil || err.Error() != "unable to calculate ready pods: "+errNoPods.Error() {
		t.Errorf("without pods: %v", err)
	}
}

// TestTolerances: each direction may have its own.
func TestTolerances(t *testing.T) {
	h := &v2.HorizontalPodAutoscaler{}
	h.Spec.Behavior = &v2.HorizontalPodAutoscalerBehavior{ScaleUp: &v2.HPAScalingRules{Tolerance: ptr(quantity.MustParse("0"))}, ScaleDown: &v2.HPAScalingRules{Tolerance: ptr(quantity.MustParse("50m"))}}
	tol := tolerances(h, 0.1)
	for ratio, want := range map[float64]bool{1: true, 1.001: false, 0.951: true, 0.949: false} {
		if tol.holds(ratio) != want {
			t.Errorf("%v within %+v: %v", ratio, tol, !want)
		}
	}
	if tol := tolerances(&v2.HorizontalPodAutoscaler{}, 0.1); !tol.holds(1.1) || tol.holds(1.11) || !tol.holds(0.9) || tol.holds(0.89) {
		t.Errorf("%+v", tol)
	}
}

// TestWords: what upstream says of metrics that cannot be read.
func TestWords(t *testing.T) {
	cause := errors.New("X")
	labels := &meta.LabelSelector{MatchLabels: map[string]string{"a": "b"}, MatchExpressions: []meta.LabelSelectorRequirement{{Key: "x", Operator: meta.LabelSelectorOpIn, Values: []string{"a", "b"}}}}
	ingress := v2.CrossVersionObjectReference{Kind: "Ingress", Name: "main"}
	value := v2.MetricTarget{Type: v2.ValueMetricType, Value: milli(1000)}
	average := v2.MetricTarget{Type: v2.AverageValueMetricType, AverageValue: milli(1000)}
	named := v2.MetricIdentifier{Name: "m", Selector: labels}
	for _, c := range []struct {
		metric                   v2.MetricSpec
		reason, cause, err, name string
	}{
		{v2.MetricSpec{Type: "Resource", Resource: &v2.ResourceMetricSource{Name: "cpu", Target: v2.MetricTarget{AverageUtilization: ptr(int32(50))}}},
			"FailedGetResourceMetric", "failed to get cpu utilization: X", "failed to get cpu resource metric value: failed to get cpu utilization: X", "cpu resource utilization (percentage of request)"},
		{v2.MetricSpec{Type: "Resource", Resource: &v2.ResourceMetricSource{Name: "memory", Target: average}},
			"FailedGetResourceMetric", "failed to get memory usage: X", "failed to get memory resource metric value: failed to get memory usage: X", "memory resource"},
		{v2.MetricSpec{Type: "ContainerResource", ContainerResource: &v2.ContainerResourceMetricSource{Name: "cpu", Container: "c", Target: v2.MetricTarget{AverageUtilization: ptr(int32(50))}}},
			"FailedGetContainerResourceMetric", "failed to get cpu utilization: X", "failed to get c container metric value: failed to get cpu utilization: X", "cpu container resource utilization (percentage of request)"},
		{v2.MetricSpec{Type: "Pods", Pods: &v2.PodsMetricSource{Metric: named, Target: average}}, "FailedGetPodsMetric", "X", "failed to get pods metric value: X", "pods metric m"},
		{v2.MetricSpec{Type: "Object", Object: &v2.ObjectMetricSource{Metric: named, DescribedObject: ingress, Target: value}}, "FailedGetObjectMetric", "X", "failed to get object metric value: X", "Ingress metric m"},
		{v2.MetricSpec{Type: "Object", Object: &v2.ObjectMetricSource{Metric: v2.MetricIdentifier{Name: "m"}, DescribedObject: ingress, Target: average}},
			"FailedGetObjectMetric", "X", "failed to get object metric value: failed to get m object metric: X", "external metric m(nil)"},
		{v2.MetricSpec{Type: "External", External: &v2.ExternalMetricSource{Metric: named, Target: value}}, "FailedGetExternalMetric", "X", "failed to get m external metric value: failed to get external metric m: X",
			"external metric m(&LabelSelector{MatchLabels:map[string]string{a: b,},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:x,Operator:In,Values:[a b],},},})"},
		{v2.MetricSpec{Type: "External", External: &v2.ExternalMetricSource{Metric: v2.MetricIdentifier{Name: "m"}, Target: average}},
			"FailedGetExternalMetric", "X", "failed to get m external metric value: failed to get m external metric: X", "external metric m(nil)"},
		{v2.MetricSpec{Type: "Other"}, "InvalidMetricSourceType", `unknown metric source type "Other"`, `unknown metric source type "Other"`, ""},
	} {
		in := newTarget(pods(1, nil))
		p := in.propose(&c.metric, reading{err: cause})
		if p.reason != c.reason || p.cause.Error() != c.cause || p.err.Error() != c.err {
			t.Errorf("%s: %s, %q, %q", c.metric.Type, p.reason, p.cause, p.err)
		}
		if c.name == "" {
			continue
		}
		p = in.propose(&c.metric, reading{pods: measured(3000), value: 3000})
		if p.err != nil || p.name != c.name || p.n < 3 || p.status.Type != c.metric.Type || strings.Contains(fmt.Sprint(p.status), "Current:{<nil> <nil> <nil>}") {
			t.Errorf("%s: %+v", c.metric.Type, p)
		}
	}
}
