package fieldmanager

import (
	"sync"

	smd "sigs.k8s.io/structured-merge-diff/v6/schema"

	"github.com/pilothouse/pilothouse/proto/schema"
)

// Structure is the shape of a kind as structured-merge-diff describes it.
type Structure struct {
	// Schema holds the types.
	Schema *smd.Schema
	// Type is the kind's own.
	Type smd.TypeRef
}

// Names of the types of values that nothing is known about: a value that is
// replaced as a whole, and one whose maps are merged.
const (
	untypedAtomic  = "__untyped_atomic_"
	untypedDeduced = "__untyped_deduced_"
)

var (
	untypedScalar = smd.Untyped
	atomicType    = smd.TypeDef{Name: untypedAtomic, Atom: smd.Atom{
		Scalar: &untypedScalar,
		List:   &smd.List{ElementType: nameOf(untypedAtomic), ElementRelationship: smd.Atomic},
		Map:    &smd.Map{ElementType: nameOf(untypedAtomic), ElementRelationship: smd.Atomic},
	}}
	deducedType = smd.TypeDef{Name: untypedDeduced, Atom: smd.Atom{
		Scalar: &untypedScalar,
		List:   &smd.List{ElementType: nameOf(untypedAtomic), ElementRelationship: smd.Atomic},
		Map:    &smd.Map{ElementType: nameOf(untypedDeduced), ElementRelationship: smd.Separable},
	}}
)

// Deduced is the structure of objects without a schema: maps are merged,
// lists replaced.
func Deduced() Structure {
	return Structure{&smd.Schema{Types: []smd.TypeDef{atomicType, deducedType}}, nameOf(untypedDeduced)}
}

func nameOf(s string) smd.TypeRef { return smd.TypeRef{NamedType: &s} }

// defs keeps the definition of every type that a kind has needed; kinds share
// what they have in common.
var defs struct {
	sync.Mutex
	byType map[*schema.Type]smd.TypeDef
}

// Built is the structure of a kind that is a Go struct.
func Built(t *schema.Type) Structure {
	defs.Lock()
	defer defs.Unlock()
	if defs.byType == nil {
		defs.byType = map[*schema.Type]smd.TypeDef{}
	}
	b := builder{seen: map[*schema.Type]bool{}, types: []smd.TypeDef{atomicType, deducedType}}
	ref := b.ref(t)
	return Structure{&smd.Schema{Types: b.types}, ref}
}

// builder gathers the types that one kind reaches.
type builder struct {
	seen  map[*schema.Type]bool
	types []smd.TypeDef
}

// ref refers to a type; structs are referred to by name.
func (b *builder) ref(t *schema.Type) smd.TypeRef {
	switch t.Kind {
	case schema.Object:
		b.add(t)
		return nameOf(t.GoName)
	case schema.Any, schema.Free:
		return b.any(t)
	case schema.Array:
		return smd.TypeRef{Inlined: smd.Atom{List: &smd.List{ElementType: b.ref(t.Elem), ElementRelationship: smd.Atomic}}}
	case schema.Map:
		return smd.TypeRef{Inlined: smd.Atom{Map: &smd.Map{ElementType: b.ref(t.Elem)}}}
	}
	s := scalar(t)
	return smd.TypeRef{Inlined: smd.Atom{Scalar: &s}}
}

// any is the type of a value of any shape: arbitrary JSON counts as one value,
// whole objects are merged.
func (b *builder) any(t *schema.Type) smd.TypeRef {
	switch t.GoName {
	case "meta.RawExtension", "meta.FieldsV1":
		return nameOf(untypedDeduced)
	}
	return nameOf(untypedAtomic)
}

// scalar is the sort of a single value. Times, quantities and such may come as
// more than one.
func scalar(t *schema.Type) smd.Scalar {
	switch {
	case t.Kind == schema.Integer, t.Kind == schema.Number:
		return smd.Numeric
	case t.Kind == schema.Boolean:
		return smd.Boolean
	case t.Format == "int-or-string", t.GoName == "quantity.Quantity", t.Format == "date-time":
		return smd.Untyped
	}
	return smd.String
}

// add defines a struct and all below it.
func (b *builder) add(t *schema.Type) {
	if b.seen[t] {
		return
	}
	b.seen[t] = true
	if def, ok := defs.byType[t]; ok {
		b.types = append(b.types, def)
		for _, f := range t.Fields {
			b.reach(f.Type)
		}
		return
	}
	m := &smd.Map{Fields: make([]smd.StructField, 0, len(t.Fields))}
	if t.MapType == string(smd.Atomic) {
		m.ElementRelationship = smd.Atomic
	}
	for _, f := range t.Fields {
		m.Fields = append(m.Fields, b.field(t, f))
	}
	def := smd.TypeDef{Name: t.GoName, Atom: smd.Atom{Map: m}}
	defs.byType[t] = def
	b.types = append(b.types, def)
}

// reach adds the structs below a type whose definition is there already.
func (b *builder) reach(t *schema.Type) {
	for t.Kind == schema.Array || t.Kind == schema.Map {
		t = t.Elem
	}
	if t.Kind == schema.Object {
		b.add(t)
	}
}

func (b *builder) field(owner *schema.Type, f *schema.Field) smd.StructField {
	out := smd.StructField{Name: f.Name, Type: b.ref(f.Type)}
	out.Default = b.defaultOf(owner, f)
	switch f.Type.Kind {
	case schema.Array:
		l := out.Type.Inlined.List
		switch f.ListType {
		case "set":
			l.ElementRelationship = smd.Associative
		case "map":
			l.ElementRelationship, l.Keys = smd.Associative, f.ListMapKeys
		}
	case schema.Map:
		if f.MapType == string(smd.Atomic) {
			out.Type.Inlined.Map.ElementRelationship = smd.Atomic
		}
	case schema.Object:
		if f.MapType == string(smd.Atomic) {
			atomic := smd.Atomic
			out.Type.ElementRelationship = &atomic
		}
	}
	return out
}

// keyDefaults are the values of fields that tell a list's elements apart and
// may be left out all the same.
var keyDefaults = map[string]any{
	"core.ContainerPort.protocol":    "TCP",
	"core.ServicePort.protocol":      "TCP",
	"core.LocalObjectReference.name": "",
}

// defaultOf is what a field that is left out counts as where it is a key: a
// field that every object has counts as empty.
func (b *builder) defaultOf(owner *schema.Type, f *schema.Field) any {
	if v, ok := keyDefaults[owner.GoName+"."+f.Name]; ok {
		return v
	}
	if !f.Required {
		return nil
	}
	switch f.Type.Kind {
	case schema.String:
		return ""
	case schema.Integer, schema.Number:
		return int64(0)
	case schema.Boolean:
		return false
	}
	return nil
}

// Custom is the structure of objects that are no Go structs. build makes their
// type of that of an object's metadata and that of values that nothing is known
// about.
func Custom(build func(metadata, deduced smd.TypeRef) smd.TypeRef) Structure {
	defs.Lock()
	defer defs.Unlock()
	if defs.byType == nil {
		defs.byType = map[*schema.Type]smd.TypeDef{}
	}
	b := builder{seen: map[*schema.Type]bool{}, types: []smd.TypeDef{atomicType, deducedType}}
	ref := build(b.ref(schema.ByGoName("meta.ObjectMeta")), nameOf(untypedDeduced))
	return Structure{&smd.Schema{Types: b.types}, ref}
}
