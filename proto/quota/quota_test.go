package quota

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

var now = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// parse makes an object of JSON.
func parse[T any, P interface {
	*T
	meta.Object
}](t *testing.T, text string) P {
	t.Helper()
	o := P(new(T))
	if err := codec.DecodeJSON([]byte(text), o); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return o
}

// show writes a list in order, without zeros.
func show(l core.ResourceList) string {
	var parts []string
	for _, n := range slices.Sorted(maps.Keys(l)) {
		if q := l[n]; !q.IsZero() {
			parts = append(parts, fmt.Sprintf("%s=%s", n, q))
		}
	}
	return strings.Join(parts, " ")
}

func TestPodUsage(t *testing.T) {
	for _, c := range []struct{ name, pod, want string }{
		{"asks for nothing", `{"spec":{"containers":[{"name":"a"}]}}`, "count/pods=1 pods=1"},
		{"containers add up", `{"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"100m"}}},{"name":"b","resources":{"requests":{"cpu":"1","memory":"1Mi"},"limits":{"memory":"2Mi"}}}]}}`,
			"count/pods=1 cpu=1100m limits.memory=2Mi memory=1Mi pods=1 requests.cpu=1100m requests.memory=1Mi"},
		{"the largest init container counts", `{"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}],"initContainers":[{"name":"i","resources":{"requests":{"cpu":"3"}}},{"name":"j","resources":{"requests":{"cpu":"2"}}}]}}`,
			"count/pods=1 cpu=3 pods=1 requests.cpu=3"},
		{"sidecars stay", `{"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}],"initContainers":[{"name":"s","restartPolicy":"Always","resources":{"requests":{"cpu":"1"}}},{"name":"i","resources":{"requests":{"cpu":"3"}}}]}}`,
			"count/pods=1 cpu=4 pods=1 requests.cpu=4"},
		{"overhead", `{"spec":{"overhead":{"cpu":"1"},"containers":[{"name":"a","resources":{"requests":{"cpu":"1"},"limits":{"memory":"1Mi"}}}]}}`,
			"count/pods=1 cpu=2 limits.memory=1Mi pods=1 requests.cpu=2"},
		{"huge pages and what vendors sell", `{"spec":{"containers":[{"name":"a","resources":{"requests":{"hugepages-2Mi":"4Mi","example.com/gpu":"2","ephemeral-storage":"1Gi"},"limits":{"ephemeral-storage":"2Gi"}}}]}}`,
			"count/pods=1 ephemeral-storage=1Gi hugepages-2Mi=4Mi limits.ephemeral-storage=2Gi pods=1 requests.ephemeral-storage=1Gi requests.example.com/gpu=2 requests.hugepages-2Mi=4Mi"},
		{"has ended", `{"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}]},"status":{"phase":"Failed"}}`, "count/pods=1"},
		{"is going", `{"metadata":{"deletionTimestamp":"2026-03-04T05:06:00Z","deletionGracePeriodSeconds":30}}`, "count/pods=1 pods=1"},
		{"should have gone", `{"metadata":{"deletionTimestamp":"2026-03-04T05:05:00Z","deletionGracePeriodSeconds":30}}`, "count/pods=1"},
		{"was given more than it asks for now", `{"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}]},"status":{"containerStatuses":[{"name":"a","allocatedResources":{"cpu":"2"}}]}}`,
			"count/pods=1 cpu=2 pods=1 requests.cpu=2"},
		{"asks for what it will never get", `{"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"9"}}}]},"status":{"conditions":[{"type":"PodResizePending","status":"True","reason":"Infeasible"}],"containerStatuses":[{"name":"a","allocatedResources":{"cpu":"2"}}]}}`,
			"count/pods=1 cpu=2 pods=1 requests.cpu=2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := show(Usage("pods", parse[core.Pod](t, c.pod), now)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		resource string
		object   meta.Object
		want     string
	}{
		{"configmaps", &core.ConfigMap{}, "configmaps=1 count/configmaps=1"},
		{"widgets.example.com", &core.ConfigMap{}, "count/widgets.example.com=1"},
		{"services", parse[core.Service](t, `{"spec":{"type":"ClusterIP","ports":[{"port":1}]}}`), "count/services=1 services=1"},
		{"services", parse[core.Service](t, `{"spec":{"type":"NodePort","ports":[{"port":1},{"port":2}]}}`), "count/services=1 services=1 services.nodeports=2"},
		{"services", parse[core.Service](t, `{"spec":{"type":"LoadBalancer","ports":[{"port":1}]}}`), "count/services=1 services=1 services.loadbalancers=1 services.nodeports=1"},
		{"services", parse[core.Service](t, `{"spec":{"type":"LoadBalancer","allocateLoadBalancerNodePorts":false,"ports":[{"port":1},{"port":2,"nodePort":3}]}}`),
			"count/services=1 services=1 services.loadbalancers=1 services.nodeports=1"},
		{"persistentvolumeclaims", parse[core.PersistentVolumeClaim](t, `{"spec":{"storageClassName":"gold","resources":{"requests":{"storage":"5Gi"}}}}`),
			"count/persistentvolumeclaims=1 gold.storageclass.storage.k8s.io/persistentvolumeclaims=1 gold.storageclass.storage.k8s.io/requests.storage=5Gi persistentvolumeclaims=1 requests.storage=5Gi"},
	} {
		t.Run(c.resource, func(t *testing.T) {
			if got := show(Usage(c.resource, c.object, now)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			for n := range Usage(c.resource, c.object, now) {
				if Resource(n) != c.resource {
					t.Errorf("%s is said to be of %q", n, Resource(n))
				}
			}
		})
	}
}

func TestScopes(t *testing.T) {
	plain := parse[core.Pod](t, `{"spec":{"containers":[{"name":"a"}]}}`)
	limited := parse[core.Pod](t, `{"spec":{"priorityClassName":"high","activeDeadlineSeconds":5,"containers":[{"name":"a","resources":{"requests":{"cpu":"1"}}}],
		"affinity":{"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"podAffinityTerm":{"topologyKey":"k","namespaceSelector":{}}}]}}}}`)
	for _, c := range []struct {
		spec           string
		plain, limited bool
	}{
		{`{}`, true, true},
		{`{"scopes":["Terminating"]}`, false, true},
		{`{"scopes":["NotTerminating"]}`, true, false},
		{`{"scopes":["BestEffort"]}`, true, false},
		{`{"scopes":["NotBestEffort","Terminating"]}`, false, true},
		{`{"scopes":["PriorityClass"]}`, false, true},
		{`{"scopes":["CrossNamespacePodAffinity"]}`, false, true},
		{`{"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"In","values":["high"]}]}}`, false, true},
		{`{"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"NotIn","values":["low"]}]}}`, true, true},
		{`{"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"DoesNotExist"}]}}`, true, false},
		{`{"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"Exists"},{"scopeName":"BestEffort","operator":"Exists"}]}}`, false, false},
	} {
		q := parse[core.ResourceQuota](t, `{"spec":`+c.spec+`}`)
		if got := InScope(&q.Spec, plain); got != c.plain {
			t.Errorf("%s: the plain pod is counted: %v", c.spec, got)
		}
		if got := InScope(&q.Spec, limited); got != c.limited {
			t.Errorf("%s: the other pod is counted: %v", c.spec, got)
		}
		if got, want := InScope(&q.Spec, &core.ConfigMap{}), c.spec == `{}`; got != want {
			t.Errorf("%s: a config map is counted: %v", c.spec, got)
		}
	}
}

func TestCharge(t *testing.T) {
	const pod = `{"metadata":{"name":"a"},"spec":{"containers":[{"name":"b","resources":{"requests":{"cpu":"1"}}},{"name":"a","resources":{"requests":{"cpu":"1"}}}]}}`
	for _, c := range []struct {
		name, hard, used, old, new string
		bounded                    bool
		want, err                  string
	}{
		{"fits", `{"pods":"2"}`, `{"pods":"1"}`, "", pod, true, "pods=2", ""},
		{"is one too many", `{"pods":"2","requests.cpu":"8"}`, `{"pods":"2","requests.cpu":"2"}`, "", pod, true, "", "exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2"},
		{"is too much of two things", `{"pods":"2","requests.cpu":"3"}`, `{"pods":"2","requests.cpu":"2"}`, "", pod, true, "",
			"exceeded quota: q, requested: pods=1,requests.cpu=2, used: pods=2,requests.cpu=2, limited: pods=2,requests.cpu=3"},
		{"is booked though it is too much", `{"pods":"2"}`, `{"pods":"2"}`, "", pod, false, "pods=3", ""},
		{"does not say what it wants", `{"limits.cpu":"2","memory":"1"}`, `{"limits.cpu":"0","memory":"0"}`, "", pod, true, "", "failed quota: q: must specify limits.cpu for: a,b; memory for: a,b"},
		{"is not counted yet", `{"pods":"2","cpu":"1"}`, `{"pods":"1"}`, "", pod, true, "", "status unknown for quota: q, resources: cpu,pods"},
		{"goes", `{"pods":"2"}`, `{"pods":"2"}`, pod, "", false, "pods=1", ""},
		{"gives back more than is known", `{"requests.cpu":"2"}`, `{"requests.cpu":"1"}`, pod, "", false, "", ""},
		{"does not change", `{"pods":"0"}`, `{"pods":"2"}`, pod, pod, true, "", ""},
		{"does not matter", `{"services":"0"}`, `{"services":"0"}`, "", pod, true, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := parse[core.ResourceQuota](t, `{"metadata":{"name":"q"},"status":{"hard":`+c.hard+`,"used":`+c.used+`}}`)
			change := Change{Resource: "pods", Bounded: c.bounded, Now: now}
			if c.old != "" {
				change.Old = parse[core.Pod](t, c.old)
			}
			if c.new != "" {
				change.New = parse[core.Pod](t, c.new)
			}
			var used core.ResourceList
			err := Sound(q, change)
			if err == nil {
				used, err = Charge(q, change)
			}
			text := ""
			if err != nil {
				text = err.Error()
			}
			if show(used) != c.want || text != c.err {
				t.Errorf("%s, %q\nwant %s, %q", show(used), text, c.want, c.err)
			}
			if c.name == "gives back more than is known" {
				if v, ok := used[core.ResourceRequestsCPU]; !ok || !v.Equal(quantity.FromInt(0, quantity.DecimalSI)) {
					t.Errorf("what is left is %v", used)
				}
			}
		})
	}
}
