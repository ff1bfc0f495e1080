package controllers

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/apiregistration"
	"github.com/pilothouse/pilothouse/proto/autoscalingv2"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// adapter is an API server of a stranger's that has metrics: what it answers is
// set by path, without the selectors of the query.
type adapter struct {
	port int32

	mu      sync.Mutex
	answers map[string]any
	queries map[string]url.Values // of the last request
}

// set has the adapter answer with items, each made by fmt of a format.
func (a *adapter) set(path string, items ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answers[path] = json.RawMessage(`{"kind":"List","apiVersion":"v1","items":[` + strings.Join(items, ",") + `]}`)
}

func (a *adapter) query(path string) url.Values {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.queries[path]
}

func (a *adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queries[r.URL.Path] = r.URL.Query()
	answer, ok := a.answers[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// newAdapter starts one and puts it behind the versions of groups.
func newAdapter(t *testing.T, ns string, versions ...string) *adapter {
	t.Helper()
	a := &adapter{answers: map[string]any{}, queries: map[string]url.Values{}}
	server := httptest.NewTLSServer(a)
	t.Cleanup(server.Close)
	u := must(url.Parse(server.URL))(t)
	a.port = int32(must(strconv.Atoi(u.Port()))(t))
	svc := &core.Service{}
	svc.Namespace, svc.Name = ns, "adapter"
	svc.Spec.Type, svc.Spec.ExternalName = core.ServiceTypeExternalName, "localhost"
	must(client.Of[*core.Service](testbed.client).Create(t.Context(), svc))(t)
	services := client.Of[*apiregistration.APIService](testbed.client)
	for _, v := range versions {
		group, version, _ := strings.Cut(v, "/")
		a.answers["/apis/"+v] = map[string]any{"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": v, "resources": []any{}}
		spec := apiregistration.APIServiceSpec{Group: group, Version: version, GroupPriorityMinimum: 100, VersionPriority: 100, InsecureSkipTLSVerify: true,
			Service: &apiregistration.ServiceReference{Namespace: ns, Name: "adapter", Port: &a.port}}
		s := &apiregistration.APIService{Spec: spec}
		s.Name = version + "." + group
		if have, err := services.Get(t.Context(), "", s.Name); err == nil { // as kubectl apply does
			have.Spec = spec
			must(services.Update(t.Context(), have))(t)
		} else {
			must(services.Create(t.Context(), s))(t)
		}
		t.Cleanup(func() { _ = services.Delete(late(t), "", s.Name) })
		eventually(t, 20*time.Second, func() error { return available(t, s.Name, "Passed") })
	}
	return a
}

// available is nil when an APIService can be used for the reason given.
func available(t *testing.T, name, reason string) error {
	s, err := client.Of[*apiregistration.APIService](testbed.client).Get(t.Context(), "", name)
	if err != nil {
		return err
	}
	for _, c := range s.Status.Conditions {
		if c.Type == apiregistration.Available && c.Status == apiregistration.ConditionTrue && c.Reason == reason {
			return nil
		}
	}
	return fmt.Errorf("%s: %+v", name, s.Status.Conditions)
}

// autoscale makes an autoscaler of the replication controller of its name that
// shrinks at once.
func autoscale(t *testing.T, ns, name string, most int32, metrics ...autoscalingv2.MetricSpec) {
	t.Helper()
	h := &autoscalingv2.HorizontalPodAutoscaler{}
	h.Namespace, h.Name = ns, name
	h.Spec = autoscalingv2.HorizontalPodAutoscalerSpec{MaxReplicas: most, Metrics: metrics,
		ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "v1", Kind: "ReplicationController", Name: name},
		Behavior:       &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleDown: &autoscalingv2.HPAScalingRules{StabilizationWindowSeconds: new(int32(0))}}}
	must(client.Of[*autoscalingv2.HorizontalPodAutoscaler](testbed.client).Create(t.Context(), h))(t)
}

// autoscaled is nil when so many pods are wanted and there, for the reason given.
func autoscaled(t *testing.T, ns, name string, n int, reason string) func() error {
	return func() error {
		if err := settled(t, ns, name, n); err != nil {
			return err
		}
		h, err := client.Of[*autoscalingv2.HorizontalPodAutoscaler](testbed.client).Get(t.Context(), ns, name)
		if err != nil {
			return err
		}
		if h.Status.DesiredReplicas != int32(n) || h.Status.CurrentReplicas != int32(n) {
			return fmt.Errorf("the status says %d of %d", h.Status.CurrentReplicas, h.Status.DesiredReplicas)
		}
		if reason == "" {
			return nil
		}
		return said(t, ns, name, fmt.Sprintf("SuccessfulRescale: New size: %d; reason: %s", n, reason))
	}
}

func average(v string) autoscalingv2.MetricTarget {
	return autoscalingv2.MetricTarget{Type: autoscalingv2.AverageValueMetricType, AverageValue: new(quantity.MustParse(v))}
}

// TestAutoscaledByAdapter: measures from outside, of pods and of another object
// come through the custom metrics APIs; the greatest number of pods wins.
func TestAutoscaledByAdapter(t *testing.T) {
	ns := namespace(t)
	a := newAdapter(t, ns, "external.metrics.k8s.io/v1beta1", "custom.metrics.k8s.io/v1beta2")
	external, hits := "/apis/external.metrics.k8s.io/v1beta1/namespaces/"+ns+"/queue", "/apis/custom.metrics.k8s.io/v1beta2/namespaces/"+ns+"/services/front/hits"
	a.set(external, `{"metricName":"queue","value":"20"}`, `{"metricName":"queue","value":"15"}`)
	a.set(hits, `{"describedObject":{"kind":"Service","name":"front"},"value":"5"}`)
	replicate(t, ns, "web", 1)
	autoscale(t, ns, "web", 10,
		autoscalingv2.MetricSpec{Type: "External", External: &autoscalingv2.ExternalMetricSource{Metric: autoscalingv2.MetricIdentifier{Name: "queue"}, Target: average("10")}},
		autoscalingv2.MetricSpec{Type: "Object", Object: &autoscalingv2.ObjectMetricSource{Metric: autoscalingv2.MetricIdentifier{Name: "hits"}, Target: average("10"),
			DescribedObject: autoscalingv2.CrossVersionObjectReference{APIVersion: "v1", Kind: "Service", Name: "front"}}})
	eventually(t, 20*time.Second, autoscaled(t, ns, "web", 4, "external metric queue(nil) above target"))
	a.set(hits, `{"describedObject":{"kind":"Service","name":"front"},"value":"61"}`)
	eventually(t, 20*time.Second, autoscaled(t, ns, "web", 7, "external metric hits(nil) above target"))
	a.set(external, `{"metricName":"queue","value":"1"}`)
	a.set(hits, `{"describedObject":{"kind":"Service","name":"front"},"value":"20"}`)
	eventually(t, 20*time.Second, autoscaled(t, ns, "web", 2, "All metrics below target"))
	h := must(client.Of[*autoscalingv2.HorizontalPodAutoscaler](testbed.client).Get(t.Context(), ns, "web"))(t)
	if len(h.Status.CurrentMetrics) != 2 || h.Status.CurrentMetrics[1].Object.Current.AverageValue.String() != "10" || h.Status.LastScaleTime == nil {
		t.Errorf("status %+v", h.Status)
	}
}

// TestAutoscaledByPods: what each pod measures counts on average, and a selector
// of the metric reaches the adapter. The manager may die at any time.
func TestAutoscaledByPods(t *testing.T) {
	ns := namespace(t)
	a := newAdapter(t, ns, "custom.metrics.k8s.io/v1beta1")
	path := "/apis/custom.metrics.k8s.io/v1beta1/namespaces/" + ns + "/pods/*/rps"
	metric := autoscalingv2.MetricIdentifier{Name: "rps"}
	load := func(each string) {
		var items []string
		for _, p := range podsOf(t, ns, "web") {
			items = append(items, fmt.Sprintf(`{"describedObject":{"kind":"Pod","name":%q},"metricName":"rps","window":30,"value":%q}`, p.Name, each))
		}
		a.set(path, items...)
	}
	replicate(t, ns, "web", 2)
	eventually(t, 20*time.Second, func() error { return settled(t, ns, "web", 2) })
	load("1500m")
	autoscale(t, ns, "web", 10, autoscalingv2.MetricSpec{Type: "Pods", Pods: &autoscalingv2.PodsMetricSource{Metric: metric, Target: average("1")}})
	eventually(t, 20*time.Second, autoscaled(t, ns, "web", 3, "pods metric rps above target"))
	if got := a.query(path).Get("labelSelector"); got != "app=web" {
		t.Errorf("asked for pods by %q", got)
	}
	for range 3 {
		testbed.manager.End(syscall.SIGKILL)
		load("2")
		if err := testbed.manager.Start(); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, 40*time.Second, func() error {
		load("2") // until the bound is reached
		return autoscaled(t, ns, "web", 10, "")()
	})
	load("100m")
	eventually(t, 20*time.Second, autoscaled(t, ns, "web", 1, "All metrics below target"))
}

// TestMetricsServerStandsIn: an installed metrics-server takes the place of the
// API server's own resource metrics, and gives it back when it is removed.
func TestMetricsServerStandsIn(t *testing.T) {
	const name = "v1beta1.metrics.k8s.io"
	eventually(t, 10*time.Second, func() error { return available(t, name, "Local") })
	ns := namespace(t)
	replicate(t, ns, "web", 2, func(rc *core.ReplicationController) {
		rc.Spec.Template.Spec.Containers[0].Resources.Requests = core.ResourceList{"memory": quantity.MustParse("1Mi")}
	})
	eventually(t, 20*time.Second, func() error { return settled(t, ns, "web", 2) })
	t.Run("installed", func(t *testing.T) {
		a := newAdapter(t, ns, "metrics.k8s.io/v1beta1")
		var items []string
		for _, p := range podsOf(t, ns, "web") {
			items = append(items, fmt.Sprintf(`{"metadata":{"namespace":%q,"name":%q},"timestamp":%q,"window":"15s","containers":[{"name":"c","usage":{"cpu":"100m","memory":"1Mi"}}]}`,
				ns, p.Name, time.Now().Add(time.Hour).UTC().Format(time.RFC3339)))
		}
		a.set("/apis/metrics.k8s.io/v1beta1/namespaces/"+ns+"/pods", items...)
		autoscale(t, ns, "web", 3, autoscalingv2.MetricSpec{Type: "Resource", Resource: &autoscalingv2.ResourceMetricSource{Name: "memory",
			Target: autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: new(int32(50))}}})
		eventually(t, 20*time.Second, autoscaled(t, ns, "web", 3, "memory resource utilization (percentage of request) above target"))
	})
	eventually(t, 20*time.Second, func() error { return available(t, name, "Local") })
	eventually(t, 20*time.Second, func() error {
		h, err := client.Of[*autoscalingv2.HorizontalPodAutoscaler](testbed.client).Get(t.Context(), ns, "web")
		if err != nil {
			return err
		}
		for _, c := range h.Status.Conditions {
			if c.Type == autoscalingv2.ScalingActive && c.Status == core.ConditionFalse && strings.HasSuffix(c.Message, "no metrics returned from resource metrics API") {
				return nil
			}
		}
		return fmt.Errorf("%+v", h.Status.Conditions)
	})
}

// late is a context for what is done after a test.
func late(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// TestCustomResourceIsAutoscaled: whatever has a scale can be sized, kinds that
// users add too; its status says how many pods there are and which.
func TestCustomResourceIsAutoscaled(t *testing.T) {
	ns := namespace(t)
	const group, crds = "scaled.example.com", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
	path := "/apis/" + group + "/v1/namespaces/" + ns + "/fleets"
	do := func(method, path, contentType, body string) (*client.Response, error) {
		return testbed.client.Raw().Do(t.Context(), method, path, nil, contentType, []byte(body))
	}
	must(do(http.MethodPost, crds, "application/json", `{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"fleets.`+group+`"},
		"spec":{"group":"`+group+`","scope":"Namespaced","names":{"plural":"fleets","kind":"Fleet"},"versions":[{"name":"v1","served":true,"storage":true,
		"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}},
		"subresources":{"status":{},"scale":{"specReplicasPath":".spec.ships","statusReplicasPath":".status.ships","labelSelectorPath":".status.selector"}}}]}}`))(t)
	t.Cleanup(func() {
		_, _ = testbed.client.Raw().Do(late(t), http.MethodDelete, crds+"/fleets."+group, nil, "", nil)
	})
	eventually(t, 10*time.Second, func() error {
		_, err := do(http.MethodPost, path, "application/json", `{"apiVersion":"`+group+`/v1","kind":"Fleet","metadata":{"name":"web"},"spec":{"ships":1}}`)
		return err
	})
	a := newAdapter(t, ns, "external.metrics.k8s.io/v1beta1")
	a.set("/apis/external.metrics.k8s.io/v1beta1/namespaces/"+ns+"/queue", `{"metricName":"queue","value":"30"}`)
	h := &autoscalingv2.HorizontalPodAutoscaler{}
	h.Namespace, h.Name = ns, "web"
	h.Spec = autoscalingv2.HorizontalPodAutoscalerSpec{MaxReplicas: 10,
		ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: group + "/v1", Kind: "Fleet", Name: "web"},
		Metrics:        []autoscalingv2.MetricSpec{{Type: "External", External: &autoscalingv2.ExternalMetricSource{Metric: autoscalingv2.MetricIdentifier{Name: "queue"}, Target: average("10")}}}}
	must(client.Of[*autoscalingv2.HorizontalPodAutoscaler](testbed.client).Create(t.Context(), h))(t)
	says := func(what stands) func() error {
		return func() error {
			got, err := client.Of[*autoscalingv2.HorizontalPodAutoscaler](testbed.client).Get(t.Context(), ns, "web")
			if err != nil {
				return err
			}
			for _, c := range got.Status.Conditions {
				if c.Type == what.kind && c.Status == what.status && c.Reason == what.reason {
					return nil
				}
			}
			return fmt.Errorf("%+v", got.Status.Conditions)
		}
	}
	// Its pods are not known before its own controller tells of them.
	eventually(t, 20*time.Second, says(stands{autoscalingv2.ScalingActive, core.ConditionFalse, "InvalidSelector"}))
	must(do(http.MethodPatch, path+"/web/status", "application/merge-patch+json", `{"status":{"ships":1,"selector":"app=web"}}`))(t)
	eventually(t, 20*time.Second, func() error {
		var fleet struct {
			Spec struct{ Ships int }
		}
		answer, err := do(http.MethodGet, path+"/web", "", "")
		if err != nil {
			return err
		}
		if err := json.Unmarshal(answer.Body, &fleet); err != nil || fleet.Spec.Ships != 3 {
			return fmt.Errorf("%v: %s", err, answer.Body)
		}
		return said(t, ns, "web", "SuccessfulRescale: New size: 3; reason: external metric queue(nil) above target")
	})
	eventually(t, 20*time.Second, says(stands{autoscalingv2.ScalingActive, core.ConditionTrue, "ValidMetricFound"}))
}

// stands is what an autoscaler says of itself.
type stands struct {
	kind   autoscalingv2.HorizontalPodAutoscalerConditionType
	status core.ConditionStatus
	reason string
}
