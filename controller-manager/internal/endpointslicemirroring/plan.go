package endpointslicemirroring

import (
	"cmp"
	"maps"
	"slices"

	"github.com/pilothouse/pilothouse/controller-manager/internal/backend"
	"github.com/pilothouse/pilothouse/controller-manager/internal/slicepack"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/meta"
)

const (
	manager = "endpointslicemirroring-controller.k8s.io"
	// leaderAnnotation marks Endpoints that old programs elected leaders with.
	leaderAnnotation = "control-plane.alpha.kubernetes.io/leader"
)

// mirrored tells whether e is hand-made for svc and wants a mirror.
func mirrored(svc *core.Service, e *core.Endpoints) bool {
	_, leader := e.Annotations[leaderAnnotation]
	return len(svc.Spec.Selector) == 0 && e.Labels[discovery.LabelSkipMirror] != "true" && !leader
}

// plan decides which slices mirror e. current are the mirrors that exist;
// perSubset bounds the addresses taken from one subset, perSlice those of a
// slice.
func plan(e *core.Endpoints, current []*discovery.EndpointSlice, perSubset, perSlice int) slicepack.Step {
	var groups []slicepack.Group
	for i := range e.Subsets {
		groups = append(groups, groupsOf(&e.Subsets[i], perSubset)...)
	}
	return slicepack.Plan(template(e), merge(groups), current, perSlice)
}

// merge puts groups with the same family and ports together.
func merge(groups []slicepack.Group) []slicepack.Group {
	var out []slicepack.Group
	for _, g := range groups {
		i := slices.IndexFunc(out, func(o slicepack.Group) bool { return slicepack.Same(o, g) })
		if i < 0 {
			out = append(out, g)
			continue
		}
		out[i].Endpoints = append(out[i].Endpoints, g.Endpoints...)
	}
	return out
}

// template is the metadata of e's mirrors.
func template(e *core.Endpoints) *discovery.EndpointSlice {
	t := &discovery.EndpointSlice{}
	t.Namespace, t.GenerateName = e.Namespace, e.Name+"-"
	t.Labels = maps.Clone(e.Labels)
	if t.Labels == nil {
		t.Labels = map[string]string{}
	}
	t.Labels[discovery.LabelServiceName], t.Labels[discovery.LabelManagedBy] = e.Name, manager
	t.Annotations = maps.Clone(e.Annotations)
	delete(t.Annotations, core.AnnotationLastApplied)
	yes := true
	t.OwnerReferences = []meta.OwnerReference{{
		APIVersion: "v1", Kind: "Endpoints", Name: e.Name, UID: e.UID, Controller: &yes, BlockOwnerDeletion: &yes,
	}}
	return t
}

// groupsOf are the addresses of one subset, one group per family.
func groupsOf(s *core.EndpointSubset, limit int) []slicepack.Group {
	ports := portsOf(s.Ports)
	byFamily := map[core.IPFamily][]discovery.Endpoint{}
	add := func(addresses []core.EndpointAddress, ready bool) {
		for i := range addresses {
			a := &addresses[i]
			f := backend.FamilyOf(a.IP)
			if f == core.IPFamilyUnknown || limit == 0 {
				continue
			}
			limit--
			byFamily[f] = append(byFamily[f], endpointOf(a, ready))
		}
	}
	add(s.Addresses, true)
	add(s.NotReadyAddresses, false)
	var groups []slicepack.Group
	for _, f := range slices.Sorted(maps.Keys(byFamily)) {
		groups = append(groups, slicepack.Group{AddressType: discovery.AddressType(f), Ports: ports, Endpoints: byFamily[f]})
	}
	return groups
}

func endpointOf(a *core.EndpointAddress, ready bool) discovery.Endpoint {
	serving := ready
	e := discovery.Endpoint{
		Addresses:  []string{a.IP},
		Conditions: discovery.EndpointConditions{Ready: &ready, Serving: &serving},
		TargetRef:  a.TargetRef, NodeName: a.NodeName,
	}
	if a.Hostname != "" {
		e.Hostname = &a.Hostname
	}
	return e
}

func portsOf(ports []core.EndpointPort) []discovery.EndpointPort {
	out := make([]discovery.EndpointPort, 0, len(ports))
	for _, p := range ports {
		protocol := backend.ProtocolOf(p.Protocol)
		out = append(out, discovery.EndpointPort{Name: &p.Name, Port: &p.Port, Protocol: &protocol, AppProtocol: p.AppProtocol})
	}
	slices.SortFunc(out, func(a, b discovery.EndpointPort) int {
		return cmp.Or(cmp.Compare(*a.Name, *b.Name), cmp.Compare(*a.Port, *b.Port), cmp.Compare(*a.Protocol, *b.Protocol))
	})
	return out
}
