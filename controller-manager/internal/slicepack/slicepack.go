// Package slicepack lays the endpoints of a service out over EndpointSlices
// and says which slices to make, change and delete. Endpoints stay in the
// slice they are in, so one pod that comes or goes changes one slice and a
// watcher is sent little. It is pure; the EndpointSlice and the mirroring
// controller both use it.
package slicepack

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/discovery"
)

// Group is the endpoints that share a family and a set of ports. Endpoints
// are told apart by their first address and their target.
type Group struct {
	AddressType discovery.AddressType
	Ports       []discovery.EndpointPort
	Endpoints   []discovery.Endpoint
}

// Step is the slices to write. A crash between two of them leaves slices
// that the next plan puts right.
type Step struct {
	Create []*discovery.EndpointSlice
	Update []*discovery.EndpointSlice
	Delete []*discovery.EndpointSlice
}

// Empty tells whether there is nothing to do.
func (s Step) Empty() bool { return len(s.Create)+len(s.Update)+len(s.Delete) == 0 }

// Plan brings current to groups with at most perSlice endpoints a slice.
// template gives the metadata of new slices; its labels are put on the old
// ones where they differ. Slices whose ports or family nobody wants are
// deleted.
func Plan(template *discovery.EndpointSlice, groups []Group, current []*discovery.EndpointSlice, perSlice int) Step {
	var s Step
	byGroup := map[string][]*discovery.EndpointSlice{}
	for _, c := range current {
		if c.DeletionTimestamp != nil {
			continue
		}
		k := key(c.AddressType, c.Ports)
		byGroup[k] = append(byGroup[k], c)
	}
	for _, g := range groups {
		k := key(g.AddressType, g.Ports)
		s.add(planGroup(template, g, byGroup[k], perSlice))
		delete(byGroup, k)
	}
	for _, k := range slices.Sorted(maps.Keys(byGroup)) {
		s.Delete = append(s.Delete, byGroup[k]...)
	}
	return s
}

func (s *Step) add(o Step) {
	s.Create = append(s.Create, o.Create...)
	s.Update = append(s.Update, o.Update...)
	s.Delete = append(s.Delete, o.Delete...)
}

// bin is an existing slice while it is being repacked.
type bin struct {
	old     *discovery.EndpointSlice
	kept    []discovery.Endpoint
	changed bool
}

// planGroup repacks one group. Every group keeps at least one slice, empty
// if need be: a consumer then knows that the service has no endpoints rather
// than not yet any.
func planGroup(template *discovery.EndpointSlice, g Group, current []*discovery.EndpointSlice, perSlice int) Step {
	want := map[string]discovery.Endpoint{}
	for _, e := range g.Endpoints {
		want[identity(&e)] = e
	}
	slices.SortFunc(current, func(a, b *discovery.EndpointSlice) int { return cmp.Compare(a.Name, b.Name) })
	bins := make([]*bin, len(current))
	for i, c := range current {
		bins[i] = keep(c, want, template.Labels, perSlice)
	}
	left := leftover(want)
	left = fill(bins, left, perSlice)

	var s Step
	live := 0
	for _, b := range bins {
		if len(b.kept) > 0 {
			live++
		}
	}
	spared := live > 0 || len(left) > 0
	for _, b := range bins {
		switch {
		case len(b.kept) == 0 && spared:
			s.Delete = append(s.Delete, b.old)
		case b.changed:
			s.Update = append(s.Update, b.slice(template.Labels))
		}
		if len(b.kept) == 0 {
			spared = true // one empty slice stays, the others go
		}
	}
	for len(left) > 0 {
		n := min(perSlice, len(left))
		s.Create = append(s.Create, newSlice(template, g, left[:n]))
		left = left[n:]
	}
	if len(bins) == 0 && len(g.Endpoints) == 0 {
		s.Create = append(s.Create, newSlice(template, g, nil))
	}
	return s
}

// keep is c with only those of its endpoints that are still wanted, brought
// up to date; they are taken out of want.
func keep(c *discovery.EndpointSlice, want map[string]discovery.Endpoint, labels map[string]string, perSlice int) *bin {
	b := &bin{old: c, changed: !maps.Equal(c.Labels, labels)}
	for i := range c.Endpoints {
		e := &c.Endpoints[i]
		id := identity(e)
		w, ok := want[id]
		if !ok || len(b.kept) == perSlice {
			b.changed = true
			continue
		}
		delete(want, id)
		if !reflect.DeepEqual(*e, w) {
			b.changed = true
		}
		b.kept = append(b.kept, w)
	}
	return b
}

// leftover is want in a fixed order.
func leftover(want map[string]discovery.Endpoint) []discovery.Endpoint {
	left := make([]discovery.Endpoint, 0, len(want))
	for _, id := range slices.Sorted(maps.Keys(want)) {
		left = append(left, want[id])
	}
	return left
}

// fill puts new endpoints where there is room: first into slices that must
// be written anyway, the fullest first; then, if what is left fits into one
// other slice, into the fullest such one. It returns what found no place.
func fill(bins []*bin, left []discovery.Endpoint, perSlice int) []discovery.Endpoint {
	order := slices.Clone(bins)
	slices.SortStableFunc(order, func(a, b *bin) int { return cmp.Compare(len(b.kept), len(a.kept)) })
	for _, b := range order {
		if b.changed && len(left) > 0 {
			n := min(perSlice-len(b.kept), len(left))
			b.kept = append(b.kept, left[:n]...)
			left = left[n:]
		}
	}
	for _, b := range order {
		if !b.changed && len(left) > 0 && len(b.kept)+len(left)%perSlice <= perSlice && len(left)%perSlice > 0 {
			n := len(left) % perSlice
			b.kept = append(b.kept, left[:n]...)
			b.changed = true
			left = left[n:]
		}
	}
	return left
}

func (b *bin) slice(labels map[string]string) *discovery.EndpointSlice {
	c := b.old.DeepCopy()
	c.Endpoints = b.kept
	if c.Endpoints == nil {
		c.Endpoints = []discovery.Endpoint{}
	}
	c.Labels = maps.Clone(labels)
	return c
}

func newSlice(template *discovery.EndpointSlice, g Group, endpoints []discovery.Endpoint) *discovery.EndpointSlice {
	c := template.DeepCopy()
	c.AddressType = g.AddressType
	c.Ports = g.Ports
	c.Endpoints = append([]discovery.Endpoint{}, endpoints...)
	return c
}

// identity tells endpoints apart.
func identity(e *discovery.Endpoint) string {
	id := ""
	if len(e.Addresses) > 0 {
		id = e.Addresses[0]
	}
	if e.TargetRef != nil {
		id += "|" + string(e.TargetRef.UID) + "|" + e.TargetRef.Name
	}
	return id
}

// key names a group.
func key(t discovery.AddressType, ports []discovery.EndpointPort) string {
	parts := make([]string, len(ports))
	for i, p := range ports {
		parts[i] = fmt.Sprintf("%s/%s/%d/%s", deref(p.Name), deref(p.Protocol), deref(p.Port), deref(p.AppProtocol))
	}
	slices.Sort(parts)
	return string(t) + ":" + strings.Join(parts, ";")
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// Same tells whether a and b may share slices.
func Same(a, b Group) bool { return key(a.AddressType, a.Ports) == key(b.AddressType, b.Ports) }
