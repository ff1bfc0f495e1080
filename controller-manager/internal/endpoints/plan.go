package endpoints

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/controller-manager/internal/backend"
	"github.com/pilothouse/pilothouse/proto/core"
)

const (
	// capacity is the most addresses that one Endpoints object carries.
	capacity = 1000
	// managedBy marks the objects that this controller keeps.
	managedBy = "endpoints.kubernetes.io/managed-by"
	manager   = "endpoint-controller"
)

// step is what to do next for the Endpoints of one service.
type step struct {
	create *core.Endpoints
	update *core.Endpoints
}

// plan decides the next step for svc from its members and the object that is
// there, nil when there is none.
func plan(svc *core.Service, members []backend.Member, current *core.Endpoints) step {
	subsets, truncated := limit(subsetsOf(svc, members))
	labels := maps.Clone(svc.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	labels[managedBy] = manager
	delete(labels, core.LabelHeadlessService)
	if backend.Headless(svc) {
		labels[core.LabelHeadlessService] = ""
	}
	if current == nil {
		e := &core.Endpoints{Subsets: subsets}
		e.Namespace, e.Name, e.Labels = svc.Namespace, svc.Name, labels
		e.Annotations = annotationsFor(nil, truncated)
		return step{create: e}
	}
	annotations := annotationsFor(current.Annotations, truncated)
	if same(current.Subsets, subsets) && maps.Equal(current.Labels, labels) && maps.Equal(current.Annotations, annotations) {
		return step{}
	}
	e := current.DeepCopy()
	e.Subsets, e.Labels, e.Annotations = subsets, labels, annotations
	return step{update: e}
}

// annotationsFor is old with the mark of truncation set or taken away.
func annotationsFor(old map[string]string, truncated bool) map[string]string {
	a := maps.Clone(old)
	delete(a, core.AnnotationEndpointsOverCapacity)
	if truncated {
		if a == nil {
			a = map[string]string{}
		}
		a[core.AnnotationEndpointsOverCapacity] = "truncated"
	}
	return a
}

func same(a, b []core.EndpointSubset) bool {
	return len(a) == 0 && len(b) == 0 || reflect.DeepEqual(a, b)
}

// subsetsOf groups members by the ports that they offer: one subset for all
// that offer the same ones.
func subsetsOf(svc *core.Service, members []backend.Member) []core.EndpointSubset {
	groups := map[string]*core.EndpointSubset{}
	family := backend.Families(svc)[0]
	for _, m := range members {
		if m.Terminating && !svc.Spec.PublishNotReadyAddresses {
			continue
		}
		ip := backend.Address(m.Pod, family)
		if ip == "" {
			continue
		}
		ports, none := portsOf(svc, m.Pod)
		if none {
			continue
		}
		key := portsKey(ports)
		g := groups[key]
		if g == nil {
			g = &core.EndpointSubset{Ports: ports}
			groups[key] = g
		}
		a := addressOf(svc, m, ip)
		if m.Serving || svc.Spec.PublishNotReadyAddresses {
			g.Addresses = append(g.Addresses, a)
		} else {
			g.NotReadyAddresses = append(g.NotReadyAddresses, a)
		}
	}
	var subsets []core.EndpointSubset
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		g := groups[key]
		slices.SortFunc(g.Addresses, compareAddress)
		slices.SortFunc(g.NotReadyAddresses, compareAddress)
		subsets = append(subsets, *g)
	}
	return subsets
}

func addressOf(svc *core.Service, m backend.Member, ip string) core.EndpointAddress {
	a := core.EndpointAddress{IP: ip, Hostname: backend.Hostname(m.Pod, svc), TargetRef: backend.Reference(m.Pod)}
	if m.Pod.Spec.NodeName != "" {
		name := m.Pod.Spec.NodeName
		a.NodeName = &name
	}
	return a
}

// portsOf are the service's ports as p offers them. A pod that lacks a named
// port offers the others; one that offers none of several is left out. A
// headless service may have no ports at all, then only addresses count.
func portsOf(svc *core.Service, p *core.Pod) (ports []core.EndpointPort, none bool) {
	if len(svc.Spec.Ports) == 0 {
		return nil, !backend.Headless(svc)
	}
	for i := range svc.Spec.Ports {
		sp := &svc.Spec.Ports[i]
		n, err := backend.Port(p, sp)
		if err != nil {
			continue
		}
		ports = append(ports, core.EndpointPort{Name: sp.Name, Port: n, Protocol: backend.ProtocolOf(sp.Protocol), AppProtocol: sp.AppProtocol})
	}
	slices.SortFunc(ports, func(a, b core.EndpointPort) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Port, b.Port), cmp.Compare(a.Protocol, b.Protocol))
	})
	return ports, len(ports) == 0
}

func portsKey(ports []core.EndpointPort) string {
	var b strings.Builder
	for _, p := range ports {
		app := ""
		if p.AppProtocol != nil {
			app = *p.AppProtocol
		}
		fmt.Fprintf(&b, "%s/%05d/%s/%s;", p.Name, p.Port, p.Protocol, app)
	}
	return b.String()
}

func compareAddress(a, b core.EndpointAddress) int {
	return cmp.Or(cmp.Compare(a.IP, b.IP), cmp.Compare(a.TargetRef.UID, b.TargetRef.UID))
}

// limit cuts subsets to the capacity of one object, ready addresses first.
func limit(subsets []core.EndpointSubset) ([]core.EndpointSubset, bool) {
	total := 0
	for i := range subsets {
		total += len(subsets[i].Addresses) + len(subsets[i].NotReadyAddresses)
	}
	if total <= capacity {
		return subsets, false
	}
	room := capacity
	for i := range subsets {
		s := &subsets[i]
		s.Addresses = s.Addresses[:min(room, len(s.Addresses))]
		room -= len(s.Addresses)
	}
	for i := range subsets {
		s := &subsets[i]
		s.NotReadyAddresses = s.NotReadyAddresses[:min(room, len(s.NotReadyAddresses))]
		room -= len(s.NotReadyAddresses)
	}
	return slices.DeleteFunc(subsets, func(s core.EndpointSubset) bool {
		return len(s.Addresses)+len(s.NotReadyAddresses) == 0
	}), true
}
