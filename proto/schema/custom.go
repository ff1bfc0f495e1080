package schema

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// Restrictions are what only the schemas of custom resources say.
type Restrictions struct {
	Title            string                         `json:"title,omitempty"`
	AnyOf            []*Definition                  `json:"anyOf,omitempty"`
	Not              *Definition                    `json:"not,omitempty"`
	Enum             []json.RawMessage              `json:"enum,omitempty"`
	Maximum          *float64                       `json:"maximum,omitempty"`
	ExclusiveMaximum bool                           `json:"exclusiveMaximum,omitempty"`
	Minimum          *float64                       `json:"minimum,omitempty"`
	ExclusiveMinimum bool                           `json:"exclusiveMinimum,omitempty"`
	MultipleOf       *float64                       `json:"multipleOf,omitempty"`
	MaxLength        *int64                         `json:"maxLength,omitempty"`
	MinLength        *int64                         `json:"minLength,omitempty"`
	Pattern          string                         `json:"pattern,omitempty"`
	MaxItems         *int64                         `json:"maxItems,omitempty"`
	MinItems         *int64                         `json:"minItems,omitempty"`
	MaxProperties    *int64                         `json:"maxProperties,omitempty"`
	MinProperties    *int64                         `json:"minProperties,omitempty"`
	Nullable         bool                           `json:"nullable,omitempty"`
	Preserve         bool                           `json:"x-kubernetes-preserve-unknown-fields,omitempty"`
	Embedded         bool                           `json:"x-kubernetes-embedded-resource,omitempty"`
	IntOrString      bool                           `json:"x-kubernetes-int-or-string,omitempty"`
	Validations      []apiextensions.ValidationRule `json:"x-kubernetes-validations,omitempty"`
	Selectable       []map[string]string            `json:"x-kubernetes-selectable-fields,omitempty"`
}

// CustomName is the name of the definition of a kind that is not in proto: the
// group turned round, as Java has it.
func CustomName(k *scheme.Kind) string {
	parts := strings.Split(k.Group, ".")
	slices.Reverse(parts)
	return strings.Join(parts, ".") + "." + k.Version + "." + k.Kind
}

// Custom are the definitions of a custom resource and its list, in version 2 or
// 3 of OpenAPI, by name. p may be nil.
func Custom(k *scheme.Kind, p *apiextensions.JSONSchemaProps, listKind string, isV3 bool) map[string]*Definition {
	d := v2
	if isV3 {
		d = v3
	}
	if p == nil {
		yes := true
		p = &apiextensions.JSONSchemaProps{Type: "object", XPreserveUnknownFields: &yes}
	}
	def := d.custom(p)
	if !isV3 && def.Preserve {
		def = &Definition{Type: "object"} // old clients take anything then
	} else {
		d.addMeta(def, "ObjectMeta")
	}
	def.Kinds = []meta.GroupVersionKind{k.GVK()}
	name := CustomName(k)
	list := &Definition{Type: "object", Description: listKind + " is a list of " + k.Kind, Required: []string{"items"},
		Kinds: []meta.GroupVersionKind{{Group: k.Group, Version: k.Version, Kind: listKind}}}
	d.addMeta(list, "ListMeta")
	list.Properties["items"] = &Definition{Type: "array", Description: "The objects.", Items: &Definition{Ref: d.refs + name}}
	return map[string]*Definition{name: def, strings.TrimSuffix(name, k.Kind) + listKind: list}
}

// addMeta adds what every object or list has.
func (d dialect) addMeta(def *Definition, of string) {
	if def.Properties == nil {
		def.Properties = map[string]*Definition{}
	}
	kind := For(&meta.PartialObjectMetadata{})
	for _, name := range []string{"kind", "apiVersion"} {
		if f := kind.Field(name); f != nil {
			def.Properties[name] = d.property(f)
		}
	}
	ref := &Definition{Ref: d.refs + "io.k8s.apimachinery.pkg.apis.meta.v1." + of}
	if d.v3 {
		ref = &Definition{AllOf: []*Definition{ref}}
	}
	ref.Description = ByName("io.k8s.apimachinery.pkg.apis.meta.v1." + of).Doc
	if of == "ObjectMeta" {
		ref.Description = "Standard object's metadata: what every stored object has beside its own fields."
	}
	def.Properties["metadata"] = ref
}

// custom is one schema of a definition. Version 2 cannot say everything; what
// old clients would get wrong is left out there.
func (d dialect) custom(p *apiextensions.JSONSchemaProps) *Definition {
	def := &Definition{Description: p.Description, Type: p.Type, Format: p.Format, Required: p.Required,
		ListMapKeys: p.XListMapKeys, ListType: deref(p.XListType), MapType: deref(p.XMapType)}
	def.Restrictions = Restrictions{Title: p.Title, Maximum: p.Maximum, ExclusiveMaximum: p.ExclusiveMaximum, Minimum: p.Minimum,
		ExclusiveMinimum: p.ExclusiveMinimum, MultipleOf: p.MultipleOf, MaxLength: p.MaxLength, MinLength: p.MinLength, Pattern: p.Pattern,
		MaxItems: p.MaxItems, MinItems: p.MinItems, MaxProperties: p.MaxProperties, MinProperties: p.MinProperties, Nullable: p.Nullable,
		Preserve: p.XPreserveUnknownFields != nil && *p.XPreserveUnknownFields, Embedded: p.XEmbeddedResource, IntOrString: p.XIntOrString,
		Validations: p.XValidations}
	for i := range p.Enum {
		def.Enum = append(def.Enum, p.Enum[i].Raw)
	}
	if p.Items != nil && p.Items.Schema != nil {
		def.Items = d.custom(p.Items.Schema)
	}
	for _, name := range slices.Sorted(maps.Keys(p.Properties)) {
		if def.Properties == nil {
			def.Properties = map[string]*Definition{}
		}
		child := p.Properties[name]
		def.Properties[name] = d.custom(&child)
	}
	if a := p.AdditionalProperties; a != nil && a.Schema != nil {
		def.AdditionalProperties = d.custom(a.Schema)
	} else if a != nil && a.Allows && d.v3 {
		def.AdditionalProperties = &Definition{}
	}
	if p.XEmbeddedResource {
		d.addMeta(def, "ObjectMeta")
		for _, name := range []string{"kind", "apiVersion"} {
			if !slices.Contains(def.Required, name) {
				def.Required = append(slices.Clip(def.Required), name)
			}
		}
	}
	if !d.v3 {
		return forOldClients(def)
	}
	if p.Default != nil {
		def.Default = p.Default.Raw
	}
	def.AllOf, def.OneOf, def.AnyOf = d.customs(p.AllOf), d.customs(p.OneOf), d.customs(p.AnyOf)
	if p.Not != nil {
		def.Not = d.custom(p.Not)
	}
	if p.XIntOrString && len(def.AnyOf) == 0 && len(def.AllOf) == 0 {
		def.AnyOf = []*Definition{{Type: "integer"}, {Type: "string"}}
	}
	return def
}

func (d dialect) customs(ps []apiextensions.JSONSchemaProps) (out []*Definition) {
	for i := range ps {
		out = append(out, d.custom(&ps[i]))
	}
	return out
}

// forOldClients takes out what makes clients that know version 2 alone refuse
// sound objects.
func forOldClients(def *Definition) *Definition {
	if def.Nullable {
		def.Type, def.Nullable = "", false
		def.Items, def.Properties, def.AdditionalProperties = nil, nil, nil
	}
	if def.Preserve {
		def.Type = ""
		def.Items, def.Properties, def.AdditionalProperties, def.Required = nil, nil, nil, nil
	}
	if def.IntOrString {
		def.Type = ""
	}
	return def
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// Reach adds the types of those names, and all that they refer to, to the
// definitions of a document of version 3.
func Reach(out map[string]*Definition, names ...string) {
	for _, n := range names {
		v3.reach(ByName(n), out)
	}
}
