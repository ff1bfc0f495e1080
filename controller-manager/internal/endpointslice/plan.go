package endpointslice

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/controller-manager/internal/backend"
	"github.com/pilothouse/pilothouse/controller-manager/internal/slicepack"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// manager marks the slices that this controller keeps; nobody else touches them.
const manager = "endpointslice-controller.k8s.io"

// plan decides which slices of svc to make, change and delete. current are
// the slices that this controller keeps for it.
func plan(svc *core.Service, members []backend.Member, node func(string) (*core.Node, bool), current []*discovery.EndpointSlice, perSlice int) slicepack.Step {
	var groups []slicepack.Group
	for _, family := range backend.Families(svc) {
		groups = append(groups, groupsOf(svc, family, members, node)...)
	}
	ours, foreign := split(current, svc.UID)
	s := slicepack.Plan(template(svc), groups, ours, perSlice)
	s.Delete = append(s.Delete, foreign...)
	return s
}

// split parts the slices that uid owns from those of an earlier service of
// the same name, which would be collected under our hands.
func split(current []*discovery.EndpointSlice, uid meta.UID) (ours, foreign []*discovery.EndpointSlice) {
	for _, c := range current {
		if slices.ContainsFunc(c.OwnerReferences, func(r meta.OwnerReference) bool { return r.UID == uid }) {
			ours = append(ours, c)
		} else if c.DeletionTimestamp == nil {
			foreign = append(foreign, c)
		}
	}
	return ours, foreign
}

// template is the metadata of svc's slices.
func template(svc *core.Service) *discovery.EndpointSlice {
	t := &discovery.EndpointSlice{}
	t.Namespace = svc.Namespace
	t.GenerateName = svc.Name + "-"
	t.Labels = maps.Clone(svc.Labels)
	if t.Labels == nil {
		t.Labels = map[string]string{}
	}
	delete(t.Labels, core.LabelHeadlessService)
	if backend.Headless(svc) {
		t.Labels[core.LabelHeadlessService] = ""
	}
	t.Labels[discovery.LabelServiceName] = svc.Name
	t.Labels[discovery.LabelManagedBy] = manager
	yes := true
	t.OwnerReferences = []meta.OwnerReference{{
		APIVersion: "v1", Kind: "Service", Name: svc.Name, UID: svc.UID, Controller: &yes, BlockOwnerDeletion: &yes,
	}}
	return t
}

// groupsOf are the endpoints of one family, grouped by ports. There is
// always at least one group, so that a service without pods has a slice.
func groupsOf(svc *core.Service, family core.IPFamily, members []backend.Member, node func(string) (*core.Node, bool)) []slicepack.Group {
	groups := map[string]*slicepack.Group{}
	for _, m := range members {
		ip := backend.Address(m.Pod, family)
		if ip == "" {
			continue
		}
		ports := portsOf(svc, m.Pod)
		key := portsKey(ports)
		g := groups[key]
		if g == nil {
			g = &slicepack.Group{AddressType: discovery.AddressType(family), Ports: ports}
			groups[key] = g
		}
		g.Endpoints = append(g.Endpoints, endpointOf(svc, m, ip, node))
	}
	if len(groups) == 0 {
		return []slicepack.Group{{AddressType: discovery.AddressType(family), Ports: []discovery.EndpointPort{}}}
	}
	out := make([]slicepack.Group, 0, len(groups))
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		out = append(out, *groups[key])
	}
	return out
}

func endpointOf(svc *core.Service, m backend.Member, ip string, node func(string) (*core.Node, bool)) discovery.Endpoint {
	ready := m.Serving && !m.Terminating || svc.Spec.PublishNotReadyAddresses
	serving, terminating := m.Serving, m.Terminating
	e := discovery.Endpoint{
		Addresses:  []string{ip},
		Conditions: discovery.EndpointConditions{Ready: &ready, Serving: &serving, Terminating: &terminating},
		TargetRef:  backend.Reference(m.Pod),
	}
	if h := backend.Hostname(m.Pod, svc); h != "" {
		e.Hostname = &h
	}
	if name := m.Pod.Spec.NodeName; name != "" {
		e.NodeName = &name
		if n, ok := node(name); ok && n.Labels[core.LabelTopologyZone] != "" {
			zone := n.Labels[core.LabelTopologyZone]
			e.Zone = &zone
		}
	}
	return e
}

// portsOf are the ports of svc that p offers, in the service's order by name.
func portsOf(svc *core.Service, p *core.Pod) []discovery.EndpointPort {
	ports := []discovery.EndpointPort{}
	for i := range svc.Spec.Ports {
		sp := &svc.Spec.Ports[i]
		n, err := backend.Port(p, sp)
		if err != nil {
			continue // this pod does not offer that port; it may offer others
		}
		name, protocol := sp.Name, backend.ProtocolOf(sp.Protocol)
		ports = append(ports, discovery.EndpointPort{Name: &name, Port: &n, Protocol: &protocol, AppProtocol: sp.AppProtocol})
	}
	slices.SortFunc(ports, func(a, b discovery.EndpointPort) int {
		return cmp.Or(cmp.Compare(*a.Name, *b.Name), cmp.Compare(*a.Port, *b.Port), cmp.Compare(*a.Protocol, *b.Protocol))
	})
	return ports
}

func portsKey(ports []discovery.EndpointPort) string {
	var b strings.Builder
	for _, p := range ports {
		b.WriteString(*p.Name + "/" + strconv.Itoa(int(*p.Port)) + "/" + string(*p.Protocol) + ";")
	}
	return b.String()
}
