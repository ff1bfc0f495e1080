package definition

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd/structural"
	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/jsonwire"
)

type props = apiextensions.JSONSchemaProps

// validateSchema checks the schema of a version; one that did not change is let
// be.
func validateSchema(r *field.Report, v, old *apiextensions.CustomResourceDefinitionVersion, p *field.Path) {
	at := p.Child("openAPIV3Schema")
	if v.Schema == nil || v.Schema.OpenAPIV3Schema == nil {
		return // validateVersion has said that it is missing.
	}
	s := v.Schema.OpenAPIV3Schema
	if old != nil && old.Schema != nil && old.Schema.OpenAPIV3Schema != nil &&
		reflect.DeepEqual(old.Schema.OpenAPIV3Schema, s) {
		return
	}
	if v.Subresources != nil && v.Subresources.Status != nil {
		rootOfStatus(r, s, at)
	}
	if s.Nullable {
		r.Forbidden(at.Child("nullable"), "nullable cannot be true at the root")
	}
	before := len(r.Errors)
	unknown := true
	shape, other := &field.Report{}, &field.Report{}
	supported(other, s, at)
	if !schemaHas(s, foreign) {
		shaped(shape, s, at, place{root: true})
		slices.SortStableFunc(shape.Errors, func(a, b *field.Error) int { return strings.Compare(a.Error(), b.Error()) })
		unknown = slices.ContainsFunc(other.Errors, func(e *field.Error) bool {
			return e.Type == field.ErrorTypeNotSupported && strings.HasSuffix(e.Field, ".type")
		})
		if len(shape.Errors) == 0 && !unknown {
			defaults(shape, s, structural.New(s), at, true)
		}
	}
	r.Add(shape.Errors...)
	r.Add(other.Errors...)
	if len(r.Errors) == before && schemaHas(s, func(s *props) bool { return s.Schema != "" }) {
		r.Invalid(at, "", "OpenAPIV3Schema 'schema' is not supported")
	}
	if len(shape.Errors) == 0 && !unknown {
		validateRules(r, structural.New(s), at, other.Errors)
	}
}

// foreign says whether a schema has parts for which nothing structural can be made
// of it; what else is wrong with it is then not told.
func foreign(s *props) bool {
	return s.ID != "" || s.Schema != "" || s.Ref != nil && *s.Ref != "" || s.AdditionalItems != nil || len(s.PatternProperties) > 0 ||
		len(s.Definitions) > 0 || len(s.Dependencies) > 0
}

// rootFields are what the root of a schema may say when the status is written by
// itself: the rest would not hold for it.
const rootFields = "[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]"

func rootOfStatus(r *field.Report, s *props, p *field.Path) {
	const after = "at the root of the schema if the status subresource is enabled"
	only := func() { r.Invalid(p, *s, "only "+rootFields+" fields are allowed "+after) }
	switch {
	case s.ID != "" || s.Schema != "" || s.Ref != nil:
		only()
	case s.Type != "" && s.Type != "object":
		r.Invalid(p.Child("type"), s.Type, `only "object" is allowed as the type `+after)
	case s.Nullable || s.Default != nil || s.Enum != nil || s.MaxProperties != nil || s.MinProperties != nil ||
		s.AllOf != nil || s.OneOf != nil || s.AnyOf != nil || s.Not != nil || s.AdditionalProperties != nil || s.PatternProperties != nil ||
		s.Dependencies != nil || s.AdditionalItems != nil || s.Definitions != nil || s.XEmbeddedResource || s.XIntOrString ||
		s.XListMapKeys != nil || s.XListType != nil || s.XMapType != nil:
		only()
	}
}

func schemaHas(s *props, is func(*props) bool) bool {
	found := is(s)
	each(s, func(c *props, _ func(*field.Path) *field.Path) { found = found || schemaHas(c, is) })
	return found
}

// each calls f for the schemas below s that describe values, with how their
// paths go on.
func each(s *props, f func(c *props, below func(*field.Path) *field.Path)) {
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		c := s.Properties[name]
		f(&c, func(p *field.Path) *field.Path { return p.Child("properties").Key(name) })
	}
	if a := s.AdditionalProperties; a != nil && a.Schema != nil {
		f(a.Schema, func(p *field.Path) *field.Path { return p.Child("additionalProperties") })
	}
	if s.Items != nil && s.Items.Schema != nil {
		f(s.Items.Schema, func(p *field.Path) *field.Path { return p.Child("items") })
	}
}

// combined calls f for the schemas that only restrict values.
func combined(s *props, f func(c *props, below func(*field.Path) *field.Path)) {
	for name, list := range map[string][]props{"allOf": s.AllOf, "anyOf": s.AnyOf, "oneOf": s.OneOf} {
		for i := range list {
			f(&list[i], func(p *field.Path) *field.Path { return p.Child(name).Index(i) })
		}
	}
	if s.Not != nil {
		f(s.Not, func(p *field.Path) *field.Path { return p.Child("not") })
	}
}

var knownTypes = []string{"array", "boolean", "integer", "number", "object", "string"}

// supported refuses what schemas may say elsewhere and not here.
func supported(r *field.Report, s *props, p *field.Path) {
	if s.UniqueItems {
		r.Forbidden(p.Child("uniqueItems"), "uniqueItems cannot be set to true since the runtime complexity becomes quadratic")
	}
	if a := s.AdditionalProperties; a != nil && len(s.Properties) > 0 && (a.Allows || a.Schema != nil) {
		r.Forbidden(p.Child("additionalProperties"), "additionalProperties and properties are mutual exclusive")
	}
	for _, no := range []struct {
		set  bool
		name string
	}{{s.Ref != nil, "$ref"}, {s.ID != "", "id"}, {s.AdditionalItems != nil, "additionalItems"}, {len(s.PatternProperties) > 0, "patternProperties"},
		{len(s.Definitions) > 0, "definitions"}, {s.Dependencies != nil, "dependencies"}} {
		if no.set {
			r.Forbidden(p.Child(no.name), no.name+" is not supported")
		}
	}
	if s.Items != nil && len(s.Items.JSONSchemas) > 0 {
		r.Forbidden(p.Child("items"), "items must be a schema object and not an array")
	}
	if s.XPreserveUnknownFields != nil && !*s.XPreserveUnknownFields {
		r.Invalid(p.Child("x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined")
	}
	if s.Type != "" && !slices.Contains(knownTypes, s.Type) {
		r.Add(field.NotSupported(p.Child("type"), s.Type, knownTypes))
	}
	if s.Type == "array" && s.Items == nil {
		r.Required(p.Child("items"), "must be specified")
	}
	if s.Pattern != "" {
		if _, err := regexp.Compile(s.Pattern); err != nil {
			r.Invalid(p.Child("pattern"), s.Pattern, "must be a valid regular expression, but isn't: "+err.Error())
		}
	}
	lists(r, s, p)
	walk := func(c *props, below func(*field.Path) *field.Path) { supported(r, c, below(p)) }
	each(s, walk)
	combined(s, walk)
}

// lists checks how lists and maps are merged.
func lists(r *field.Report, s *props, p *field.Path) {
	kind, keys := "", s.XListMapKeys
	if s.XListType != nil {
		kind = *s.XListType
		if s.Type != "array" {
			if s.Type == "" {
				r.Required(p.Child("type"), "must be array if x-kubernetes-list-type is specified")
			} else {
				r.Invalid(p.Child("type"), s.Type, "must be array if x-kubernetes-list-type is specified")
			}
		}
		if kind != "atomic" && kind != "set" && kind != "map" {
			r.Add(field.NotSupported(p.Child("x-kubernetes-list-type"), kind, []string{"atomic", "set", "map"}))
		}
	}
	if len(keys) > 0 && kind != "map" {
		if s.XListType == nil {
			r.Required(p.Child("x-kubernetes-list-type"), "must be map if x-kubernetes-list-map-keys is non-empty")
		} else {
			r.Invalid(p.Child("x-kubernetes-list-type"), kind, "must be map if x-kubernetes-list-map-keys is non-empty")
		}
	}
	if kind == "map" {
		mapList(r, s, p)
	}
	if kind == "set" && s.Items != nil && s.Items.Schema != nil {
		setList(r, s.Items.Schema, p.Child("items"))
	}
	if t := s.XMapType; t != nil {
		if s.Type != "object" {
			if s.Type == "" {
				r.Required(p.Child("type"), "must be object if x-kubernetes-map-type is specified")
			} else {
				r.Invalid(p.Child("type"), s.Type, "must be object if x-kubernetes-map-type is specified")
			}
		}
		if *t != "atomic" && *t != "granular" {
			r.Add(field.NotSupported(p.Child("x-kubernetes-map-type"), *t, []string{"atomic", "granular"}))
		}
	}
}

func mapList(r *field.Report, s *props, p *field.Path) {
	keys := s.XListMapKeys
	if len(keys) == 0 {
		r.Required(p.Child("x-kubernetes-list-map-keys"), "must not be empty if x-kubernetes-list-type is map")
	}
	if s.Items == nil || s.Items.Schema == nil {
		return
	}
	item := s.Items.Schema
	if item.Type != "object" {
		r.Invalid(p.Child("items", "type"), item.Type, "must be object if parent array's x-kubernetes-list-type is map")
		return
	}
	if item.Nullable {
		r.Forbidden(p.Child("items", "nullable"), "cannot be nullable when x-kubernetes-list-type is map")
	}
	seen, twice, unknown := map[string]bool{}, false, false
	for _, k := range keys {
		if seen[k] {
			twice = true
			continue
		}
		seen[k] = true
		key, has := item.Properties[k]
		if !has {
			unknown = true
			continue
		}
		at := p.Child("items", "properties").Key(k)
		if key.Type == "object" || key.Type == "array" {
			r.Invalid(at.Child("type"), key.Type, "must be a scalar type if parent array's x-kubernetes-list-type is map")
		}
		if key.Nullable {
			r.Forbidden(at.Child("nullable"), "cannot be nullable when x-kubernetes-list-type is map")
		}
		if key.Default == nil && !slices.Contains(item.Required, k) {
			r.Required(at.Child("default"), "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property")
		}
	}
	shown := field.Literal(fmt.Sprintf("%#v", keys))
	if twice {
		r.Invalid(p.Child("x-kubernetes-list-map-keys"), shown, "must not contain duplicate entries")
	}
	if unknown {
		r.Invalid(p.Child("x-kubernetes-list-map-keys"), shown, "entries must all be names of item properties")
	}
}

func setList(r *field.Report, item *props, p *field.Path) {
	if item.Nullable {
		r.Forbidden(p.Child("nullable"), "cannot be nullable when x-kubernetes-list-type is set")
	}
	switch item.Type {
	case "array":
		if item.XListType != nil && *item.XListType != "atomic" {
			r.Invalid(p.Child("x-kubernetes-list-type"), *item.XListType, "must be atomic as item of a list with x-kubernetes-list-type=set")
		}
	case "object":
		if item.XMapType == nil || *item.XMapType != "atomic" {
			value := "null"
			if item.XMapType != nil {
				value = *item.XMapType
			}
			r.Invalid(p.Child("x-kubernetes-map-type"), value, "must be atomic as item of a list with x-kubernetes-list-type=set")
		}
	}
}

// place says where in the schema a check is.
type place struct{ root, items bool }

// shaped checks that the schema is structural: the type of everything is told,
// and what combines schemas only restricts values.
func shaped(r *field.Report, s *props, p *field.Path, at place) {
	preserve := s.XPreserveUnknownFields != nil && *s.XPreserveUnknownFields
	if s.Type == "" && !s.XIntOrString && !preserve && !s.XEmbeddedResource {
		switch {
		case at.root:
			r.Required(p.Child("type"), "must not be empty at the root")
		case at.items:
			r.Required(p.Child("type"), "must not be empty for specified array items")
		default:
			r.Required(p.Child("type"), "must not be empty for specified object fields")
		}
	}
	if s.XEmbeddedResource {
		switch {
		case s.Type == "":
			r.Required(p.Child("type"), "must be object if x-kubernetes-embedded-resource is true")
		case s.Type != "object":
			r.Invalid(p.Child("type"), s.Type, "must be object if x-kubernetes-embedded-resource is true")
		}
		if !preserve && len(s.Properties) == 0 {
			r.Required(p.Child("properties"), "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields")
		}
	}
	if at.root && s.Type != "" && s.Type != "object" {
		r.Invalid(p.Child("type"), s.Type, "must be object at the root")
	}
	if at.root && s.AdditionalProperties != nil {
		r.Forbidden(p.Child("additionalProperties"), "must not be used at the root")
	}
	if at.root || s.XEmbeddedResource {
		metaShaped(r, s, p)
	}
	each(s, func(c *props, below func(*field.Path) *field.Path) {
		shaped(r, c, below(p), place{items: s.Items != nil && s.Items.Schema == c})
	})
	combined(s, func(c *props, below func(*field.Path) *field.Path) {
		restricting(r, c, below(p), allowedTypes(s))
	})
}

// allowedTypes says whether combinations of s may tell the two types that a
// value of either type has.
func allowedTypes(s *props) bool {
	two := func(list []props) bool {
		return len(list) == 2 && list[0].Type == "integer" && list[1].Type == "string"
	}
	return s.XIntOrString && (two(s.AnyOf) || slices.ContainsFunc(s.AllOf, func(c props) bool { return two(c.AnyOf) }))
}

// metaShaped checks what is said of kind, apiVersion and metadata.
func metaShaped(r *field.Report, s *props, p *field.Path) {
	for _, name := range []string{"kind", "apiVersion"} {
		if c, has := s.Properties[name]; has && c.Type != "string" {
			r.Invalid(p.Child("properties").Key(name).Child("type"), c.Type, "must be string")
		}
	}
	m, has := s.Properties["metadata"]
	if !has {
		return
	}
	at := p.Child("properties").Key("metadata")
	if m.Type != "object" {
		r.Invalid(at.Child("type"), m.Type, "must be object")
		return
	}
	for name := range m.Properties {
		if name != "name" && name != "generateName" {
			r.Forbidden(at, "must not specify anything other than name and generateName, but metadata is implicitly specified")
			return
		}
	}
}

// restricting checks a schema that may only restrict values.
func restricting(r *field.Report, s *props, p *field.Path, types bool) {
	if s.Type != "" && !types {
		r.Forbidden(p.Child("type"), "must be empty to be structural")
	}
	for _, no := range []struct {
		set        bool
		name, must string
	}{
		{s.AdditionalProperties != nil, "additionalProperties", "undefined"}, {s.Default != nil, "default", "undefined"},
		{s.Title != "", "title", "empty"}, {s.Description != "", "description", "empty"}, {s.Nullable, "nullable", "false"},
		{s.XPreserveUnknownFields != nil, "x-kubernetes-preserve-unknown-fields", "false"}, {s.XEmbeddedResource, "x-kubernetes-embedded-resource", "false"},
		{s.XIntOrString, "x-kubernetes-int-or-string", "false"}, {len(s.XListMapKeys) > 0, "x-kubernetes-list-map-keys", "empty"},
		{s.XListType != nil, "x-kubernetes-list-type", "undefined"}, {s.XMapType != nil, "x-kubernetes-map-type", "undefined"},
		{len(s.XValidations) > 0, "x-kubernetes-validations", "empty"},
	} {
		if no.set {
			r.Forbidden(p.Child(no.name), "must be "+no.must+" to be structural")
		}
	}
	walk := func(c *props, below func(*field.Path) *field.Path) { restricting(r, c, below(p), types) }
	each(&props{Properties: s.Properties, Items: s.Items}, walk)
	combined(s, walk)
}

// defaults checks that defaults are values that would be accepted.
func defaults(r *field.Report, s *props, c *structural.Schema, p *field.Path, root bool) {
	if c.HasDefault {
		at := p.Child("default")
		pruned := &held{schema: c}
		problems, err := jsonwire.UnmarshalStrict(s.Default.Raw, pruned)
		switch {
		case root && s.Default.Raw[0] == '{':
			r.Required(at.Child("apiVersion"), "must not be empty")
			r.Required(at.Child("kind"), "must not be empty")
		case err != nil:
			r.Invalid(at, string(s.Default.Raw), err.Error())
		case len(problems) > 0:
			r.Invalid(at, field.Literal(fmt.Sprintf("%#v", c.Default)), "must not have unknown fields")
		default:
			filled := jsonwire.CopyTree(c.Default)
			c.Fill(filled)
			for _, e := range c.Validate(filled, "") {
				e.Field = strings.TrimSuffix(at.String()+"."+e.Field, ".<nil>")
				r.Add(e)
			}
		}
	}
	each(s, func(child *props, below func(*field.Path) *field.Path) {
		defaults(r, child, structural.New(child), below(p), false)
	})
}

// held reads a value by a schema.
type held struct {
	schema *structural.Schema
	value  any
}

// DecodeJSON reads the value.
func (h *held) DecodeJSON(d *jsonwire.Decoder) { h.value = d.Tree(h.schema) }
