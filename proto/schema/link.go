package schema

import (
	"reflect"
	"slices"
	"strings"
	"sync"
)

// typeSource is a type as the generator writes it.
type typeSource struct {
	goName, name, doc, mapType string
	fields                     []fieldSource
}

// fieldSource is a field as the generator writes it: its type is a Go
// expression, its tag the part of the struct tag that matters here.
type fieldSource struct{ name, typ, tag, doc string }

// index holds the linked types.
type index struct {
	all              []*Type
	byName, byGoName map[string]*Type
}

// types links the description once, when somebody first asks.
var types = sync.OnceValue(func() *index {
	x := &index{byName: map[string]*Type{}, byGoName: map[string]*Type{}}
	for _, t := range scalars {
		x.add(t)
	}
	for _, s := range structs {
		x.add(&Type{Kind: Object, Name: s.name, GoName: s.goName, Doc: s.doc, MapType: s.mapType, byName: map[string]*Field{}})
	}
	for _, s := range structs {
		t := x.byGoName[s.goName]
		for _, f := range s.fields {
			field := x.field(f)
			t.Fields = append(t.Fields, field)
			t.byName[field.Name] = field
		}
	}
	slices.SortFunc(x.all, func(a, b *Type) int { return strings.Compare(a.Name, b.Name) })
	return x
})

func (x *index) add(t *Type) {
	x.all = append(x.all, t)
	x.byName[t.Name] = t
	x.byGoName[t.GoName] = t
}

func (x *index) field(f fieldSource) *Field {
	tag := reflect.StructTag(f.tag)
	field := &Field{
		Name:     f.name,
		Type:     x.parse(f.typ),
		Doc:      f.doc,
		Required: tag.Get("required") == "true",
		Default:  tag.Get("default"),
		MergeKey: tag.Get("patchMergeKey"),
		ListType: tag.Get("listType"),
		MapType:  tag.Get("mapType"),
	}
	for s := range strings.SplitSeq(tag.Get("patchStrategy"), ",") {
		field.PatchMerge = field.PatchMerge || s == "merge"
		field.RetainKeys = field.RetainKeys || s == "retainKeys"
		field.PatchReplace = field.PatchReplace || s == "replace"
	}
	if k := tag.Get("listMapKey"); k != "" {
		field.ListMapKeys = strings.Split(k, ",")
	}
	return field
}

// parse reads a Go type expression.
func (x *index) parse(e string) *Type {
	if elem, ok := strings.CutPrefix(e, "[]"); ok && elem == "byte" {
		return &Type{Kind: String, Format: "byte"}
	} else if ok {
		return &Type{Kind: Array, Elem: x.parse(elem)}
	}
	if elem, ok := strings.CutPrefix(e, "map[string]"); ok {
		return &Type{Kind: Map, Elem: x.parse(elem)}
	}
	if t := basics[e]; t != nil {
		return t
	}
	if t := x.byGoName[e]; t != nil {
		return t
	}
	if values, ok := enums[e]; ok {
		return &Type{Kind: String, GoName: e, Enum: values, Published: published[e]}
	}
	panic("schema: the generated description names an unknown type " + e)
}

// basics are Go's own types; every integer is one of two on the wire.
var basics = map[string]*Type{
	"string":  {Kind: String},
	"bool":    {Kind: Boolean},
	"int32":   {Kind: Integer, Format: "int32"},
	"int64":   {Kind: Integer, Format: "int64"},
	"float64": {Kind: Number, Format: "double"},
	"any":     {Kind: Free},
}

// scalars are the types that look like structs in Go and like single values
// on the wire.
var scalars = []*Type{
	{Kind: String, GoName: "meta.Time", Name: "io.k8s.apimachinery.pkg.apis.meta.v1.Time", Format: "date-time",
		Doc: "An instant in RFC 3339 form, with a resolution of one second."},
	{Kind: String, GoName: "meta.MicroTime", Name: "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime", Format: "date-time",
		Doc: "An instant in RFC 3339 form, with a resolution of one microsecond."},
	{Kind: String, GoName: "meta.Duration", Name: "io.k8s.apimachinery.pkg.apis.meta.v1.Duration",
		Doc: "A span of time such as 1m30s."},
	{Kind: Any, GoName: "meta.FieldsV1", Name: "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1",
		Doc: "A set of fields, as a tree of their names."},
	{Kind: Any, GoName: "meta.RawExtension", Name: "io.k8s.apimachinery.pkg.runtime.RawExtension",
		Doc: "An object of any kind."},
	{Kind: Any, GoName: "meta.Patch", Name: "io.k8s.apimachinery.pkg.apis.meta.v1.Patch",
		Doc: "A change of an object, in the form that the content type names."},
	{Kind: String, GoName: "meta.IntOrString", Name: "io.k8s.apimachinery.pkg.util.intstr.IntOrString", Format: "int-or-string",
		Doc: "A number or a string."},
	{Kind: Free, GoName: "apiextensions.JSON", Name: "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON",
		Doc: "Any JSON value: a string, number, boolean, object, list or null."},
	{Kind: Free, GoName: "apiextensions.JSONSchemaPropsOrBool", Name: "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool",
		Doc: "A schema, or whether any value is allowed at all."},
	{Kind: Free, GoName: "apiextensions.JSONSchemaPropsOrArray", Name: "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray",
		Doc: "One schema for all items, or one for each."},
	{Kind: Free, GoName: "apiextensions.JSONSchemaPropsOrStringArray", Name: "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray",
		Doc: "A schema, or a list of properties."},
	{Kind: String, GoName: "quantity.Quantity", Name: "io.k8s.apimachinery.pkg.api.resource.Quantity",
		Doc: "An amount: a decimal number with an optional suffix, one of n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or an exponent such as e3."},
}
