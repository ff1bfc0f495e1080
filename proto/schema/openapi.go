package schema

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// Definition is one schema of an OpenAPI document. Its JSON is the document's.
type Definition struct {
	Ref                  string                  `json:"$ref,omitempty"`
	AllOf                []*Definition           `json:"allOf,omitempty"`
	OneOf                []*Definition           `json:"oneOf,omitempty"`
	Description          string                  `json:"description,omitempty"`
	Type                 string                  `json:"type,omitempty"`
	Format               string                  `json:"format,omitempty"`
	Default              json.RawMessage         `json:"default,omitempty"`
	Required             []string                `json:"required,omitempty"`
	Properties           map[string]*Definition  `json:"properties,omitempty"`
	Items                *Definition             `json:"items,omitempty"`
	AdditionalProperties *Definition             `json:"additionalProperties,omitempty"`
	Kinds                []meta.GroupVersionKind `json:"x-kubernetes-group-version-kind,omitempty"`
	ListMapKeys          []string                `json:"x-kubernetes-list-map-keys,omitempty"`
	ListType             string                  `json:"x-kubernetes-list-type,omitempty"`
	MapType              string                  `json:"x-kubernetes-map-type,omitempty"`
	UniqueItems          bool                    `json:"uniqueItems,omitempty"`
	PatchMergeKey        string                  `json:"x-kubernetes-patch-merge-key,omitempty"`
	PatchStrategy        string                  `json:"x-kubernetes-patch-strategy,omitempty"`
	Restrictions
}

// OpenAPIV2Definitions is every type by its name, for the document's
// definitions. It is made anew in every call.
func OpenAPIV2Definitions() map[string]*Definition {
	out := map[string]*Definition{}
	for _, t := range All() {
		out[t.Name] = v2.define(t)
	}
	return out
}

// OpenAPIV3Components is every type that the kinds of a group's version and
// what is said about them (Status, DeleteOptions, watch events, patches) are
// made of, by name, for the document's components/schemas. Without kinds of
// its own, as for group "" and version "", it is what is said alone.
func OpenAPIV3Components(group, version string) map[string]*Definition {
	out := map[string]*Definition{}
	for _, name := range []string{"Status", "DeleteOptions", "WatchEvent", "Patch", "APIResourceList", "APIGroup", "APIGroupList", "APIVersions"} {
		v3.reach(ByName("io.k8s.apimachinery.pkg.apis.meta.v1."+name), out)
	}
	for _, k := range scheme.All() {
		if k.Group != group || k.Version != version || k.New == nil {
			continue
		}
		v3.reach(For(k.New()), out)
		if k.NewList != nil {
			v3.reach(For(k.NewList()), out)
		}
	}
	return out
}

// dialect is one of the two versions of OpenAPI.
type dialect struct {
	refs string // what references start with
	v3   bool
}

var (
	v2 = dialect{refs: "#/definitions/"}
	v3 = dialect{refs: "#/components/schemas/", v3: true}
)

// reach defines t and all it refers to.
func (d dialect) reach(t *Type, out map[string]*Definition) {
	switch {
	case t == nil || out[t.Name] != nil:
		return
	case t.Name != "":
		out[t.Name] = d.define(t)
	}
	d.reach(t.Elem, out)
	for _, f := range t.Fields {
		d.reach(f.Type, out)
	}
}

// define is the definition that references to t lead to.
func (d dialect) define(t *Type) *Definition {
	def := d.shape(t)
	def.Description = t.Doc
	def.Kinds = kindsOf()[t]
	def.MapType = t.MapType
	if t.Kind != Object {
		return def
	}
	for _, f := range t.Fields {
		if def.Properties == nil {
			def.Properties = map[string]*Definition{}
		}
		def.Properties[f.Name] = d.property(f)
		if f.Required {
			def.Required = append(def.Required, f.Name)
		}
	}
	return def
}

// shape is t without what is said about it.
func (d dialect) shape(t *Type) *Definition {
	def := &Definition{Format: t.Format}
	switch t.Kind {
	case Object:
		def.Type = "object"
	case Any:
		def.Type = "object"
	case Array:
		def.Type, def.Items = "array", d.use(t.Elem)
	case Map:
		def.Type, def.AdditionalProperties = "object", d.use(t.Elem)
	case String:
		def.Type = "string"
		if t.Published {
			def.Enum = literals(t.Enum)
		}
	case Integer:
		def.Type = "integer"
	case Number:
		def.Type = "number"
	case Boolean:
		def.Type = "boolean"
	}
	if d.v3 {
		switch t.GoName {
		case "meta.IntOrString":
			def.Type, def.OneOf = "", []*Definition{{Type: "integer"}, {Type: "string"}}
		case "quantity.Quantity":
			def.Type, def.OneOf = "", []*Definition{{Type: "string"}, {Type: "number"}}
		}
	}
	return def
}

// literals are values as JSON, in the order of the alphabet.
func literals(values []string) (out []json.RawMessage) {
	for _, v := range slices.Sorted(slices.Values(values)) {
		out = append(out, json.RawMessage(strconv.Quote(v)))
	}
	return out
}

// use is a reference to t, or t itself when it has no name.
func (d dialect) use(t *Type) *Definition {
	if t.Name != "" {
		return &Definition{Ref: d.refs + t.Name}
	}
	return d.shape(t)
}

// property is the definition of a field.
func (d dialect) property(f *Field) *Definition {
	def := d.use(f.Type)
	if d.v3 && def.Ref != "" {
		// Nothing may stand beside a reference in version 3.
		def = &Definition{AllOf: []*Definition{def}}
	}
	def.Description = f.Doc
	def.ListType, def.ListMapKeys = f.ListType, f.ListMapKeys
	def.MapType, def.PatchMergeKey = f.MapType, f.MergeKey
	if f.Default != "" {
		def.Default = json.RawMessage(f.Default)
	}
	var strategy []string
	if f.PatchMerge {
		strategy = append(strategy, "merge")
	}
	if f.RetainKeys {
		strategy = append(strategy, "retainKeys")
	}
	if f.PatchReplace {
		strategy = append(strategy, "replace")
	}
	def.PatchStrategy = strings.Join(strategy, ",")
	return def
}

// kindsOf maps the types that are kinds to the kinds they are.
var kindsOf = sync.OnceValue(func() map[*Type][]meta.GroupVersionKind {
	out := map[*Type][]meta.GroupVersionKind{}
	groups := map[meta.GroupVersionKind]bool{}
	for _, k := range scheme.All() {
		if k.New == nil {
			if t := ByName("io.k8s.apimachinery.pkg.apis.meta.v1." + k.Kind); t != nil && k.Group == "" && k.Kind != "DeleteOptions" {
				out[t] = append(out[t], k.GVK())
			}
			continue
		}
		if k.Group != "meta.k8s.io" {
			t := For(k.New())
			out[t] = append(out[t], k.GVK())
			groups[meta.GroupVersionKind{Group: k.Group, Version: k.Version}] = true
		}
		if k.NewList != nil && k.Group != "meta.k8s.io" {
			t := For(k.NewList())
			out[t] = append(out[t], meta.GroupVersionKind{Group: k.Group, Version: k.Version, Kind: k.ListKind()})
		}
	}
	// Every group has its delete options and its watch events.
	for _, kind := range []string{"DeleteOptions", "WatchEvent"} {
		t := ByName("io.k8s.apimachinery.pkg.apis.meta.v1." + kind)
		for g := range groups {
			out[t] = append(out[t], meta.GroupVersionKind{Group: g.Group, Version: g.Version, Kind: kind})
		}
		slices.SortFunc(out[t], func(a, b meta.GroupVersionKind) int { return strings.Compare(a.Group, b.Group) })
	}
	return out
})
