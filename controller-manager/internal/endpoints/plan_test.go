package endpoints

import (
	"fmt"
	"testing"

	"github.com/pilothouse/pilothouse/controller-manager/internal/backend"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func service() *core.Service {
	svc := &core.Service{}
	svc.Namespace, svc.Name = "default", "web"
	svc.Labels = map[string]string{"team": "a"}
	svc.Spec.ClusterIP = "10.96.0.7"
	svc.Spec.Ports = []core.ServicePort{{Name: "http", Port: 8000, TargetPort: meta.FromInt(80)}, {Name: "admin", Port: 9000, TargetPort: meta.FromString("admin")}}
	return svc
}

func member(n int, serving, terminating bool, edit ...func(*core.Pod)) backend.Member {
	p := &core.Pod{}
	p.Namespace, p.Name, p.UID = "default", fmt.Sprint("web-", n), meta.UID(fmt.Sprint("uid-", n))
	p.Spec.NodeName, p.Status.PodIP = "node1", fmt.Sprintf("10.244.%d.%d", n/250, n%250+1)
	p.Spec.Containers = []core.Container{{Ports: []core.ContainerPort{{Name: "admin", ContainerPort: 81}}}}
	for _, e := range edit {
		e(p)
	}
	return backend.Member{Pod: p, Serving: serving, Terminating: terminating}
}

func withoutAdmin(p *core.Pod) { p.Spec.Containers = nil }

// describe is subsets in short: ready|not ready:ports.
func describe(subsets []core.EndpointSubset) (out []string) {
	for _, s := range subsets {
		text := fmt.Sprint(len(s.Addresses), "|", len(s.NotReadyAddresses), ":")
		for _, p := range s.Ports {
			text += fmt.Sprint(p.Name, "=", p.Port, " ")
		}
		out = append(out, text)
	}
	return out
}

func TestSubsets(t *testing.T) {
	headless := service()
	headless.Spec.ClusterIP, headless.Spec.Ports = "None", nil
	publishing := service()
	publishing.Spec.PublishNotReadyAddresses = true
	for _, c := range []struct {
		name    string
		svc     *core.Service
		members []backend.Member
		want    []string
	}{
		{"none", service(), nil, nil},
		{"ready and not", service(), []backend.Member{member(1, true, false), member(2, false, false)}, []string{"1|1:admin=81 http=80 "}},
		{"those that end are out", service(), []backend.Member{member(1, true, true), member(2, true, false)}, []string{"1|0:admin=81 http=80 "}},
		{"unless published", publishing, []backend.Member{member(1, false, true), member(2, false, false)}, []string{"2|0:admin=81 http=80 "}},
		{"a pod that lacks a named port", service(), []backend.Member{member(1, true, false), member(2, true, false, withoutAdmin)}, []string{"1|0:admin=81 http=80 ", "1|0:http=80 "}},
		{"headless without ports", headless, []backend.Member{member(1, true, false)}, []string{"1|0:"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := describe(plan(c.svc, c.members, nil).create.Subsets)
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("subsets = %q, want %q", got, c.want)
			}
		})
	}
}

func TestOnlyDifferencesAreWritten(t *testing.T) {
	svc, members := service(), []backend.Member{member(1, true, false), member(2, true, false)}
	current := plan(svc, members, nil).create
	current.ResourceVersion = "7"
	if s := plan(svc, []backend.Member{members[1], members[0]}, current); s.create != nil || s.update != nil {
		t.Fatalf("a second look writes %+v", s)
	}
	members[0].Serving = false
	s := plan(svc, members, current)
	if s.update == nil || s.update.ResourceVersion != "7" || len(s.update.Subsets[0].NotReadyAddresses) != 1 {
		t.Fatalf("step = %+v, want an update of that version", s)
	}
	if len(current.Subsets[0].NotReadyAddresses) != 0 {
		t.Error("the cached object was changed")
	}
}

func TestTooManyAddresses(t *testing.T) {
	var members []backend.Member
	for n := range 1200 {
		members = append(members, member(n, n >= 300, false))
	}
	e := plan(service(), members, nil).create
	ready, not := len(e.Subsets[0].Addresses), len(e.Subsets[0].NotReadyAddresses)
	if ready != 900 || not != 100 || e.Annotations[core.AnnotationEndpointsOverCapacity] != "truncated" {
		t.Errorf("%d ready and %d not ready of 900 and 300, annotations %v", ready, not, e.Annotations)
	}
	if e := plan(service(), members[:10], e).update; e.Annotations[core.AnnotationEndpointsOverCapacity] != "" {
		t.Error("the mark of truncation stays when all addresses fit")
	}
}
