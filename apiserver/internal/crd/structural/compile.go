package structural

import (
	"regexp"
	"slices"

	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/jsonwire"
)

// New compiles a schema. It takes any, sound or not: what a definition may hold
// is checked when it is written. Patterns that do not compile match nothing.
func New(p *apiextensions.JSONSchemaProps) *Schema {
	if p == nil {
		return nil
	}
	s := &Schema{
		Type: p.Type, Nullable: p.Nullable, Embedded: p.XEmbeddedResource, IntOrString: p.XIntOrString,
		Preserve: p.XPreserveUnknownFields != nil && *p.XPreserveUnknownFields,
		ListKeys: p.XListMapKeys, Format: p.Format, Rules: p.XValidations,
	}
	if p.XListType != nil {
		s.ListType = *p.XListType
	}
	if p.XMapType != nil {
		s.MapType = *p.XMapType
	}
	if p.Default != nil && string(p.Default.Raw) != "null" {
		s.Default, s.HasDefault = value(p.Default), true
	}
	if len(p.Properties) > 0 {
		s.Properties = make(map[string]*Schema, len(p.Properties))
		for name, child := range p.Properties {
			s.Properties[name] = New(&child)
		}
	}
	if a := p.AdditionalProperties; a != nil {
		s.Additional, s.AdditionalAny = New(a.Schema), a.Schema == nil && a.Allows
	}
	if p.Items != nil {
		s.Items = New(p.Items.Schema)
	}
	s.limits = limitsOf(p)
	s.deepDefaults, s.deepRules, s.deepEmbedded = s.HasDefault, len(s.Rules) > 0, s.Embedded
	s.children(func(c *Schema) {
		s.deepDefaults = s.deepDefaults || c.deepDefaults
		s.deepRules = s.deepRules || c.deepRules
		s.deepEmbedded = s.deepEmbedded || c.deepEmbedded
	})
	return s
}

// children calls f for the schemas of the places directly below.
func (s *Schema) children(f func(*Schema)) {
	for _, c := range s.Properties {
		f(c)
	}
	if s.Additional != nil {
		f(s.Additional)
	}
	if s.Items != nil {
		f(s.Items)
	}
}

// value reads a JSON value of a definition.
func value(j *apiextensions.JSON) any {
	var t tree
	if jsonwire.Unmarshal(j.Raw, &t) != nil {
		return nil
	}
	return t.v
}

type tree struct{ v any }

// DecodeJSON reads any value.
func (t *tree) DecodeJSON(d *jsonwire.Decoder) { t.v = d.Tree(nil) }

func limitsOf(p *apiextensions.JSONSchemaProps) limits {
	l := limits{
		max: p.Maximum, min: p.Minimum, exclusiveMax: p.ExclusiveMaximum, exclusiveMin: p.ExclusiveMinimum, multipleOf: p.MultipleOf,
		maxLength: p.MaxLength, minLength: p.MinLength, maxItems: p.MaxItems, minItems: p.MinItems,
		maxProperties: p.MaxProperties, minProperties: p.MinProperties, uniqueItems: p.UniqueItems,
		pattern: p.Pattern, required: slices.Clone(p.Required), format: formats[normalFormat(p.Format)],
		allOf: all(p.AllOf), anyOf: all(p.AnyOf), oneOf: all(p.OneOf), not: New(p.Not),
	}
	if p.Pattern != "" {
		l.match, _ = regexp.Compile(p.Pattern)
	}
	for i := range p.Enum {
		l.enum = append(l.enum, value(&p.Enum[i]))
	}
	return l
}

func all(ps []apiextensions.JSONSchemaProps) []*Schema {
	var out []*Schema
	for i := range ps {
		out = append(out, New(&ps[i]))
	}
	return out
}
