package crd

import (
	"maps"
	"slices"

	smd "sigs.k8s.io/structured-merge-diff/v6/schema"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd/structural"
	"github.com/pilothouse/pilothouse/apiserver/internal/fieldmanager"
)

// structure is the version's shape for server-side apply. Without a schema it
// is deduced from the objects.
func (v *version) structure() fieldmanager.Structure {
	if v.schema == nil {
		return fieldmanager.Deduced()
	}
	return fieldmanager.Custom(func(metadata, deduced smd.TypeRef) smd.TypeRef {
		m := merger{metadata, deduced}
		return m.object(v.schema, true)
	})
}

// merger says of each place of a schema how values there are merged.
type merger struct{ metadata, deduced smd.TypeRef }

func (m merger) ref(s *structural.Schema) smd.TypeRef {
	var r smd.TypeRef
	switch {
	case s == nil:
		return m.deduced
	case s.Type == "object":
		r = m.object(s, s.Embedded)
	case s.Type == "array":
		r.Inlined.List = &smd.List{ElementType: m.ref(s.Items), ElementRelationship: smd.Atomic}
		switch s.ListType {
		case "set":
			r.Inlined.List.ElementRelationship = smd.Associative
		case "map":
			r.Inlined.List.ElementRelationship, r.Inlined.List.Keys = smd.Associative, s.ListKeys
		}
	case s.Type == "" && !s.IntOrString:
		return m.deduced
	default:
		sort := scalars[s.Type]
		r.Inlined.Scalar = &sort
	}
	r.Nullable = s.Nullable
	return r
}

// scalars are the sorts of single values; the one without a type is a number or
// a string.
var scalars = map[string]smd.Scalar{"string": smd.String, "integer": smd.Numeric, "number": smd.Numeric, "boolean": smd.Boolean, "": smd.Untyped}

// object is a struct or a map; whole objects of the API have metadata too.
func (m merger) object(s *structural.Schema, whole bool) smd.TypeRef {
	out := &smd.Map{ElementRelationship: smd.Separable}
	if s.MapType == string(smd.Atomic) {
		out.ElementRelationship = smd.Atomic
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if whole && (name == "metadata" || name == "apiVersion" || name == "kind") {
			continue
		}
		p := s.Properties[name]
		f := smd.StructField{Name: name, Type: m.ref(p)}
		if p.HasDefault {
			f.Default = p.Default
		}
		out.Fields = append(out.Fields, f)
	}
	if whole {
		text := smd.String
		scalar := smd.TypeRef{Inlined: smd.Atom{Scalar: &text}}
		out.Fields = append(out.Fields, smd.StructField{Name: "apiVersion", Type: scalar},
			smd.StructField{Name: "kind", Type: scalar}, smd.StructField{Name: "metadata", Type: m.metadata})
	}
	switch {
	case s.Additional != nil:
		out.ElementType = m.ref(s.Additional)
	case s.AdditionalAny || s.Preserve:
		out.ElementType = m.deduced
	}
	return smd.TypeRef{Inlined: smd.Atom{Map: out}}
}
