package endpointslice

import (
	"fmt"
	"testing"

	"github.com/pilothouse/pilothouse/controller-manager/internal/backend"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func service() *core.Service {
	svc := &core.Service{}
	svc.Namespace, svc.Name, svc.UID = "default", "web", "svc-uid"
	svc.Labels = map[string]string{"team": "a"}
	svc.Spec.ClusterIP = "10.96.0.7"
	svc.Spec.Selector = map[string]string{"app": "web"}
	svc.Spec.Ports = []core.ServicePort{{Name: "http", Port: 8000, TargetPort: meta.FromString("www")}}
	return svc
}

func pod(n int, www int32) *core.Pod {
	p := &core.Pod{}
	p.Namespace, p.Name, p.UID = "default", fmt.Sprint("web-", n), meta.UID(fmt.Sprint("uid-", n))
	p.Spec.NodeName = "node1"
	p.Spec.Containers = []core.Container{{Ports: []core.ContainerPort{{Name: "www", ContainerPort: www}}}}
	p.Status.Phase, p.Status.PodIP = core.PodRunning, fmt.Sprintf("10.244.0.%d", n)
	p.Status.Conditions = []core.PodCondition{{Type: core.PodReady, Status: core.ConditionTrue}}
	return p
}

// nodes is a lookup of node1 with the given readiness.
func nodes(ready core.ConditionStatus) func(string) (*core.Node, bool) {
	n := &core.Node{}
	n.Labels = map[string]string{core.LabelTopologyZone: "east"}
	n.Status.Conditions = []core.NodeCondition{{Type: core.NodeReady, Status: ready}}
	return func(name string) (*core.Node, bool) { return n, name == "node1" }
}

func planned(svc *core.Service, ready core.ConditionStatus, pods ...*core.Pod) []*discovery.EndpointSlice {
	node := nodes(ready)
	return plan(svc, backend.Members(pods, node), node, nil, 100).Create
}

func TestOneSlice(t *testing.T) {
	got := planned(service(), core.ConditionTrue, pod(1, 80), pod(2, 80))
	if len(got) != 1 {
		t.Fatalf("%d slices, want 1", len(got))
	}
	s := got[0]
	if s.GenerateName != "web-" || s.Labels["kubernetes.io/service-name"] != "web" || s.Labels["team"] != "a" ||
		s.Labels["endpointslice.kubernetes.io/managed-by"] != manager || s.OwnerReferences[0].UID != "svc-uid" {
		t.Errorf("metadata = %+v", s.ObjectMeta)
	}
	if s.AddressType != discovery.AddressTypeIPv4 || len(s.Ports) != 1 || *s.Ports[0].Name != "http" || *s.Ports[0].Port != 80 || *s.Ports[0].Protocol != core.ProtocolTCP {
		t.Errorf("type %s, ports %+v", s.AddressType, s.Ports)
	}
	e := s.Endpoints[0]
	if len(s.Endpoints) != 2 || e.Addresses[0] != "10.244.0.1" || *e.NodeName != "node1" || *e.Zone != "east" || e.TargetRef.Name != "web-1" {
		t.Errorf("endpoints = %+v", s.Endpoints)
	}
}

func TestConditions(t *testing.T) {
	now := meta.Now()
	for _, c := range []struct {
		name                        string
		node                        core.ConditionStatus
		pod                         func(*core.Pod)
		publish                     bool
		ready, serving, terminating bool
	}{
		{name: "ready", node: core.ConditionTrue, ready: true, serving: true},
		{name: "not ready", node: core.ConditionTrue, pod: func(p *core.Pod) { p.Status.Conditions = nil }},
		{name: "ending", node: core.ConditionTrue, pod: func(p *core.Pod) { p.DeletionTimestamp = &now }, serving: true, terminating: true},
		{name: "on a silent node", node: core.ConditionUnknown},
		{name: "not ready but published", node: core.ConditionTrue, pod: func(p *core.Pod) { p.Status.Conditions = nil }, publish: true, ready: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, svc := pod(1, 80), service()
			svc.Spec.PublishNotReadyAddresses = c.publish
			if c.pod != nil {
				c.pod(p)
			}
			got := planned(svc, c.node, p)[0].Endpoints[0].Conditions
			if *got.Ready != c.ready || *got.Serving != c.serving || *got.Terminating != c.terminating {
				t.Errorf("ready %v, serving %v, terminating %v", *got.Ready, *got.Serving, *got.Terminating)
			}
		})
	}
}

func TestPodsWithOtherPortsGetTheirOwnSlice(t *testing.T) {
	if got := planned(service(), core.ConditionTrue, pod(1, 80), pod(2, 8080)); len(got) != 2 {
		t.Fatalf("%d slices, want one for each port", len(got))
	}
}

func TestPodsWithoutAddressAndEndedOnesAreLeftOut(t *testing.T) {
	pending, failed := pod(1, 80), pod(2, 80)
	pending.Status.PodIP = ""
	failed.Status.Phase = core.PodFailed
	got := planned(service(), core.ConditionTrue, pending, failed)
	if len(got) != 1 || len(got[0].Endpoints) != 0 {
		t.Fatalf("slices = %+v, want one empty one", got)
	}
}

func TestHeadlessAndHostnames(t *testing.T) {
	svc, p := service(), pod(1, 80)
	svc.Spec.ClusterIP = "None"
	p.Spec.Hostname, p.Spec.Subdomain = "one", "web"
	got := planned(svc, core.ConditionTrue, p)[0]
	if _, ok := got.Labels[core.LabelHeadlessService]; !ok {
		t.Errorf("labels = %v, want the mark of a headless service", got.Labels)
	}
	if got.Endpoints[0].Hostname == nil || *got.Endpoints[0].Hostname != "one" {
		t.Errorf("endpoint = %+v, want its host name", got.Endpoints[0])
	}
}

func TestSlicesOfANamesakeGo(t *testing.T) {
	old := planned(service(), core.ConditionTrue, pod(1, 80))[0]
	svc := service()
	svc.UID = "another"
	node := nodes(core.ConditionTrue)
	s := plan(svc, backend.Members([]*core.Pod{pod(1, 80)}, node), node, []*discovery.EndpointSlice{old}, 100)
	if len(s.Delete) != 1 || len(s.Create) != 1 {
		t.Errorf("%d deletes and %d creates, want the old slice replaced", len(s.Delete), len(s.Create))
	}
}
