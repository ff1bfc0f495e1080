package main

import (
	"fmt"
	"strings"
)

// schemaFile writes the description of every type for package schema.
func schemaFile(m *Model) ([]byte, error) {
	w := newWriter(&Package{Dir: "schema"})
	w.f("// structs describes every struct of the API.\nvar structs = []typeSource{\n")
	for _, p := range m.Packages {
		for _, t := range p.Types {
			if t.Struct && !t.Custom {
				w.schemaType(t)
			}
		}
	}
	w.f("}\n\n// enums holds the values declared for the API's string types.\nvar enums = map[string][]string{\n")
	for _, p := range m.Packages {
		for _, t := range p.Types {
			if !t.Struct && t.Under.Kind == Basic && t.Under.Name == "string" {
				w.f("%q: {", goName(t))
				for _, c := range t.Consts {
					w.f("%q, ", c)
				}
				w.f("},\n")
			}
		}
	}
	w.f("}\n\n// published are those of enums whose values the OpenAPI documents list.\nvar published = map[string]bool{\n")
	for _, p := range m.Packages {
		for _, t := range p.Types {
			if t.Enum {
				w.f("%q: true,\n", goName(t))
			}
		}
	}
	w.f("}\n")
	return w.bytes()
}

func (w *writer) schemaType(t *Type) {
	w.f("{goName: %q, name: %q, mapType: %q, doc: %q, fields: []fieldSource{\n", goName(t), openAPIName(t), t.MapType, t.Doc)
	for _, f := range wireFields(t) {
		var tags []string
		for _, k := range []string{"required", "default", "patchStrategy", "patchMergeKey", "listType", "listMapKey", "mapType"} {
			if v, ok := f.Tag.Lookup(k); ok {
				tags = append(tags, fmt.Sprintf("%s:%q", k, v))
			}
		}
		w.f("{%q, %q, %s, %q},\n", f.JSON, wireType(f.Ref), "`"+strings.Join(tags, " ")+"`", f.Doc)
	}
	w.f("}},\n")
}

// wireFields lists the fields of t's JSON form, those of inlined structs in
// the place of the struct.
func wireFields(t *Type) (fields []*Field) {
	for _, f := range t.Fields {
		switch {
		case f.Skip:
		case f.Inline:
			fields = append(fields, wireFields(f.Ref.Type)...)
		default:
			fields = append(fields, f)
		}
	}
	return fields
}

// wireType is a type's expression without what the wire does not show:
// pointers and the names of containers.
func wireType(r *Ref) string {
	switch r.Kind {
	case Pointer:
		return wireType(r.Elem)
	case Slice:
		return "[]" + wireType(r.Elem)
	case Map:
		return "map[string]" + wireType(r.Elem)
	case Any:
		return "any"
	case Named:
		if r.Type.Struct || r.Type.Under.Kind == Basic && r.Type.Under.Name == "string" {
			return goName(r.Type)
		}
		return wireType(r.Type.Under)
	}
	return r.Name
}

func goName(t *Type) string { return t.Pkg.Dir + "." + t.Name }

// openAPIName turns the protobuf package around the way OpenAPI does:
// k8s.io.api.core.v1 is io.k8s.api.core.v1 there, and what protobuf writes with
// an underscore has its dash again.
func openAPIName(t *Type) string {
	return "io.k8s." + strings.ReplaceAll(strings.TrimPrefix(t.Pkg.ProtoPackage, "k8s.io."), "_", "-") + "." + t.Name
}
