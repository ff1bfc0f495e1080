package endpointslicemirroring

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
)

func handMade() *core.Endpoints {
	e := &core.Endpoints{}
	e.Namespace, e.Name, e.UID = "default", "db", "e-uid"
	e.Annotations = map[string]string{core.AnnotationLastApplied: "{}", "team": "a"}
	e.Subsets = []core.EndpointSubset{{
		Addresses:         []core.EndpointAddress{{IP: "192.0.2.1", Hostname: "one"}, {IP: "2001:db8::1"}},
		NotReadyAddresses: []core.EndpointAddress{{IP: "192.0.2.2"}},
		Ports:             []core.EndpointPort{{Name: "sql", Port: 5432}},
	}, {
		Addresses: []core.EndpointAddress{{IP: "192.0.2.3"}},
		Ports:     []core.EndpointPort{{Name: "sql", Port: 5432}},
	}}
	return e
}

func TestPlan(t *testing.T) {
	s := plan(handMade(), nil, 1000, 100)
	if len(s.Create) != 2 {
		t.Fatalf("%d slices, want one for each family", len(s.Create))
	}
	v4 := s.Create[0]
	if v4.AddressType != discovery.AddressTypeIPv4 || len(v4.Endpoints) != 3 || *v4.Ports[0].Port != 5432 || *v4.Ports[0].Protocol != core.ProtocolTCP {
		t.Errorf("slice = %+v", v4)
	}
	ready := map[string]bool{}
	for _, e := range v4.Endpoints {
		ready[e.Addresses[0]] = *e.Conditions.Ready
	}
	if !ready["192.0.2.1"] || ready["192.0.2.2"] || !ready["192.0.2.3"] {
		t.Errorf("ready = %v", ready)
	}
	if v4.Labels["kubernetes.io/service-name"] != "db" || v4.Labels["endpointslice.kubernetes.io/managed-by"] != manager ||
		v4.Annotations["team"] != "a" || v4.Annotations[core.AnnotationLastApplied] != "" || v4.OwnerReferences[0].Kind != "Endpoints" {
		t.Errorf("metadata = %+v", v4.ObjectMeta)
	}
	if again := plan(handMade(), s.Create, 1000, 100); !again.Empty() {
		t.Errorf("a second look writes %+v", again)
	}
	if few := plan(handMade(), nil, 1, 100); len(few.Create[0].Endpoints) != 2 {
		t.Errorf("%d endpoints with one address a subset, want 2", len(few.Create[0].Endpoints))
	}
}

func TestMirrored(t *testing.T) {
	svc, e := &core.Service{}, handMade()
	if !mirrored(svc, e) {
		t.Error("hand-made endpoints are not mirrored")
	}
	e.Labels = map[string]string{discovery.LabelSkipMirror: "true"}
	if mirrored(svc, e) {
		t.Error("endpoints that ask to be left alone are mirrored")
	}
	svc.Spec.Selector = map[string]string{"app": "db"}
	if mirrored(svc, handMade()) {
		t.Error("endpoints of a service with a selector are mirrored")
	}
}
