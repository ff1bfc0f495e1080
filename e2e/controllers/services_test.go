package controllers

import (
	"fmt"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// expose makes a service of the pods labelled app=NAME.
func expose(t *testing.T, ns, name string, edit ...func(*core.Service)) *core.Service {
	t.Helper()
	svc := &core.Service{}
	svc.Namespace, svc.Name = ns, name
	svc.Spec.Selector = map[string]string{"app": name}
	svc.Spec.Ports = []core.ServicePort{{Name: "http", Port: 8000, TargetPort: meta.FromInt(80), Protocol: core.ProtocolTCP}}
	for _, e := range edit {
		e(svc)
	}
	return must(client.Of[*core.Service](testbed.client).Create(t.Context(), svc))(t)
}

// endpoints counts the ready and the other addresses of a service, in its
// Endpoints and in its slices.
func endpoints(t *testing.T, ns, name string) (ready, other, sliceReady, sliceOther int) {
	t.Helper()
	e, err := client.Of[*core.Endpoints](testbed.client).Get(t.Context(), ns, name)
	if err != nil && !client.IsNotFound(err) {
		t.Fatal(err)
	}
	if err == nil {
		for _, s := range e.Subsets {
			ready, other = ready+len(s.Addresses), other+len(s.NotReadyAddresses)
		}
	}
	list := must(client.Of[*discovery.EndpointSlice](testbed.client).List(t.Context(), ns, client.ListOptions{LabelSelector: discovery.LabelServiceName + "=" + name}))(t)
	for _, s := range list.Items {
		for _, e := range s.Endpoints {
			if e.Conditions.Ready != nil && *e.Conditions.Ready {
				sliceReady++
			} else {
				sliceOther++
			}
		}
	}
	return ready, other, sliceReady, sliceOther
}

// serving is nil when Endpoints and slices both have n ready addresses.
func serving(t *testing.T, ns, name string, n int) error {
	t.Helper()
	if ready, other, sliceReady, sliceOther := endpoints(t, ns, name); ready != n || sliceReady != n {
		return fmt.Errorf("%d ready and %d other addresses, %d and %d in slices; want %d ready", ready, other, sliceReady, sliceOther, n)
	}
	return nil
}

func TestEndpointsFollowPods(t *testing.T) {
	ns := namespace(t)
	expose(t, ns, "web")
	replicate(t, ns, "web", 5)
	eventually(t, 15*time.Second, func() error { return serving(t, ns, "web", 5) })
	scale(t, ns, "web", 120)
	eventually(t, 60*time.Second, func() error { return serving(t, ns, "web", 120) })
	slices := must(client.Of[*discovery.EndpointSlice](testbed.client).List(t.Context(), ns, client.ListOptions{}))(t)
	for _, s := range slices.Items {
		if len(s.Endpoints) > 100 {
			t.Errorf("slice %s holds %d endpoints, want at most 100", s.Name, len(s.Endpoints))
		}
	}
	scale(t, ns, "web", 1)
	eventually(t, 60*time.Second, func() error { return serving(t, ns, "web", 1) })

	if err := client.Of[*core.Service](testbed.client).Delete(t.Context(), ns, "web"); err != nil {
		t.Fatal(err)
	}
	eventually(t, 15*time.Second, func() error {
		slices := must(client.Of[*discovery.EndpointSlice](testbed.client).List(t.Context(), ns, client.ListOptions{}))(t)
		if n := len(slices.Items); n > 0 {
			return fmt.Errorf("%d slices outlive their service", n)
		}
		_, err := client.Of[*core.Endpoints](testbed.client).Get(t.Context(), ns, "web")
		return gone("the Endpoints object", err)
	})
}

func TestHandMadeEndpointsAreMirrored(t *testing.T) {
	ns := namespace(t)
	expose(t, ns, "db", func(s *core.Service) { s.Spec.Selector = nil })
	api := client.Of[*core.Endpoints](testbed.client)
	e := &core.Endpoints{}
	e.Namespace, e.Name = ns, "db"
	e.Subsets = []core.EndpointSubset{{Addresses: []core.EndpointAddress{{IP: "192.0.2.1"}}, Ports: []core.EndpointPort{{Name: "http", Port: 5432, Protocol: core.ProtocolTCP}}}}
	e = must(api.Create(t.Context(), e))(t)
	mirrored := func(n int) func() error {
		return func() error {
			if _, _, ready, _ := endpoints(t, ns, "db"); ready != n {
				return fmt.Errorf("%d mirrored endpoints, want %d", ready, n)
			}
			return nil
		}
	}
	eventually(t, 10*time.Second, mirrored(1))
	e.Subsets[0].Addresses = append(e.Subsets[0].Addresses, core.EndpointAddress{IP: "192.0.2.2"})
	must(api.Update(t.Context(), e))(t)
	eventually(t, 10*time.Second, mirrored(2))
	if err := api.Delete(t.Context(), ns, "db"); err != nil {
		t.Fatal(err)
	}
	eventually(t, 10*time.Second, mirrored(0))
}
