package fieldmanager

import (
	"encoding/json"
	"slices"

	smd "sigs.k8s.io/structured-merge-diff/v6/schema"
)

// shape is a type made ready for the walk: references are followed and the
// fields found by name. A value of the type may be a scalar, a list or an
// object; those that it cannot be are nil or false.
type shape struct {
	scalar bool
	list   *listShape
	object *objectShape
}

// listShape is a list: of one piece, or of elements known by keys or, without
// keys, by value.
type listShape struct {
	atomic bool
	elem   *shape
	keys   []listKey // in the order of their names
}

// listKey is a field that tells a list's elements apart.
type listKey struct {
	name string
	// def is the JSON of the value that counts when an element leaves the field
	// out; empty for none.
	def string
}

// objectShape is a struct or a map.
type objectShape struct {
	atomic bool
	fields map[string]field
	elem   *shape // of the fields not named; nil for none
}

// field is a field of a struct.
type field struct {
	*shape
	// rank is its place among the fields in the order of their names, from 1.
	rank int16
}

// compile makes s ready for the walk.
func compile(s Structure) *shape {
	c := compiler{schema: s.Schema, named: map[string]*shape{}, atomic: map[string]*shape{}}
	return c.ref(s.Type)
}

type compiler struct {
	schema *smd.Schema
	// named and atomic are the types that are named, as they are and as one
	// piece.
	named, atomic map[string]*shape
}

func (c *compiler) ref(r smd.TypeRef) *shape {
	at := c.named
	if r.ElementRelationship != nil && *r.ElementRelationship == smd.Atomic {
		at = c.atomic
	}
	if r.NamedType != nil {
		if s := at[*r.NamedType]; s != nil {
			return s
		}
	}
	s := &shape{}
	if r.NamedType != nil {
		at[*r.NamedType] = s
	}
	a, ok := c.schema.Resolve(r)
	if !ok {
		a = atomicType.Atom
	}
	s.scalar = a.Scalar != nil
	if l := a.List; l != nil {
		s.list = &listShape{atomic: l.ElementRelationship != smd.Associative, elem: c.ref(l.ElementType)}
		if !s.list.atomic {
			s.list.keys = c.keys(l)
		}
	}
	if m := a.Map; m != nil {
		s.object = &objectShape{atomic: m.ElementRelationship == smd.Atomic, fields: make(map[string]field, len(m.Fields))}
		names := make([]string, 0, len(m.Fields))
		for _, f := range m.Fields {
			names = append(names, f.Name)
		}
		slices.Sort(names)
		for _, f := range m.Fields {
			at, _ := slices.BinarySearch(names, f.Name)
			s.object.fields[f.Name] = field{c.ref(f.Type), int16(at + 1)}
		}
		if e := m.ElementType; e.NamedType != nil || e.Inlined != (smd.Atom{}) {
			s.object.elem = c.ref(e)
		}
	}
	return s
}

// keys are a list's keys with their defaults.
func (c *compiler) keys(l *smd.List) []listKey {
	elem, _ := c.schema.Resolve(l.ElementType)
	out := make([]listKey, 0, len(l.Keys))
	for _, k := range slices.Sorted(slices.Values(l.Keys)) {
		key := listKey{name: k}
		if elem.Map != nil {
			if f, ok := elem.Map.FindField(k); ok && f.Default != nil {
				if b, err := json.Marshal(f.Default); err == nil {
					key.def = string(b)
				}
			}
		}
		out = append(out, key)
	}
	return out
}
