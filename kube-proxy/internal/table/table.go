// Package table is kube-proxy's picture of the cluster's services: which addresses and
// ports they are reached at and which endpoints answer. Informers feed it, and a back end
// (nftables or iptables) takes the differences out and turns them into kernel rules.
//
// The package is pure: no clock, no I/O, no goroutines. A change to one service or slice
// costs work in proportion to that service alone, however many others there are.
//
// Read port.go for what comes out, resolve.go for how endpoints are chosen.
package table

import (
	"slices"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/discovery"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Table holds services, their endpoint slices and the ports made of them. It is not safe
// for concurrent use: one goroutine owns it.
type Table struct {
	node     string
	services map[meta.Key]*entry
	// owner remembers to which service a slice belonged, for slices that are deleted or relabelled.
	owner map[meta.Key]meta.Key
	dirty map[meta.Key]bool
}

// entry is all that is known of one service name. Slices may be known before the service.
type entry struct {
	service *core.Service
	slices  map[string]*discovery.EndpointSlice
	ports   []*Port // as last handed out
}

// Change is the difference of one service port: added (Old nil), removed (New nil) or altered.
type Change struct {
	Name     Name
	Old, New *Port
}

// New returns an empty table for the node of that name. The name decides which endpoints
// are local.
func New(node string) *Table {
	return &Table{
		node:     node,
		services: map[meta.Key]*entry{},
		owner:    map[meta.Key]meta.Key{},
		dirty:    map[meta.Key]bool{},
	}
}

// SetService records the service under key, or its deletion when s is nil. The table keeps
// s and only reads it.
func (t *Table) SetService(key meta.Key, s *core.Service) {
	if s == nil && t.services[key] == nil {
		return
	}
	t.entry(key).service = s
	t.dirty[key] = true
}

// SetSlice records the endpoint slice under key, or its deletion when s is nil. The table
// keeps s and only reads it.
func (t *Table) SetSlice(key meta.Key, s *discovery.EndpointSlice) {
	var service meta.Key
	if s != nil && s.Labels[discovery.LabelServiceName] != "" {
		service = meta.Key{Namespace: key.Namespace, Name: s.Labels[discovery.LabelServiceName]}
	}
	if old, ok := t.owner[key]; ok && old != service {
		delete(t.entry(old).slices, key.Name)
		delete(t.owner, key)
		t.dirty[old] = true
	}
	if service.Name == "" {
		return
	}
	t.owner[key] = service
	t.entry(service).slices[key.Name] = s
	t.dirty[service] = true
}

func (t *Table) entry(key meta.Key) *entry {
	e := t.services[key]
	if e == nil {
		e = &entry{slices: map[string]*discovery.EndpointSlice{}}
		t.services[key] = e
	}
	return e
}

// Changes returns what differs since the last call, ordered by name, and forgets it. A
// service that came and went in between is not mentioned.
func (t *Table) Changes() []Change {
	var changes []Change
	for key := range t.dirty {
		e := t.services[key]
		now := resolve(t.node, e.service, e.slices)
		changes = appendDiff(changes, e.ports, now)
		e.ports = now
		if e.service == nil && len(e.slices) == 0 {
			delete(t.services, key)
		}
	}
	clear(t.dirty)
	slices.SortFunc(changes, func(a, b Change) int { return a.Name.compare(b.Name) })
	return changes
}

// Ports returns all ports as last handed out by Changes, ordered by name. A back end that
// lost its rules is rebuilt from it.
func (t *Table) Ports() []*Port {
	var all []*Port
	for _, e := range t.services {
		all = append(all, e.ports...)
	}
	slices.SortFunc(all, func(a, b *Port) int { return a.Name.compare(b.Name) })
	return all
}

// appendDiff compares two short lists of ports by name.
func appendDiff(changes []Change, old, now []*Port) []Change {
	for _, o := range old {
		if n := find(now, o.Name); n == nil {
			changes = append(changes, Change{Name: o.Name, Old: o})
		} else if !o.equal(n) {
			changes = append(changes, Change{Name: o.Name, Old: o, New: n})
		}
	}
	for _, n := range now {
		if find(old, n.Name) == nil {
			changes = append(changes, Change{Name: n.Name, New: n})
		}
	}
	return changes
}

func find(ports []*Port, name Name) *Port {
	for _, p := range ports {
		if p.Name == name {
			return p
		}
	}
	return nil
}
