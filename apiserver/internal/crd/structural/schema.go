// Package structural is the schema of a custom resource, made ready to work
// with: reading prunes what it does not know, Fill sets defaults, Validate says what is wrong, in the words that users know.
//
// A Schema is compiled once per version of a definition (compile.go). Nothing
// here knows of requests or of other objects.
package structural

import (
	"regexp"

	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/jsonwire"
)

// Schema describes one place in an object.
type Schema struct {
	// Type is object, array, string, integer, number or boolean; empty for a
	// value of any type or for one that IntOrString allows.
	Type     string
	Nullable bool
	// Properties and Additional describe an object's fields. AdditionalAny says
	// that a map's values may be anything.
	Properties    map[string]*Schema
	Additional    *Schema
	AdditionalAny bool
	// Items describes an array's items.
	Items *Schema

	// Preserve keeps unknown fields, Embedded marks an object of the API,
	// IntOrString a value of either type.
	Preserve, Embedded, IntOrString bool
	// ListType is atomic, set or map, with ListKeys; MapType granular or atomic.
	ListType, MapType string
	ListKeys          []string

	// Default is filled in where HasDefault is set.
	Default    any
	HasDefault bool

	// Format and the following restrict values.
	Format string
	limits limits

	// Rules are the CEL rules of this place, as they were written.
	Rules []apiextensions.ValidationRule

	// deepDefaults says that there are defaults here or below; the others say
	// the same of rules and of embedded objects.
	deepDefaults, deepRules, deepEmbedded bool
}

// limits are what a value must keep to beside its type.
type limits struct {
	max, min                   *float64
	exclusiveMax, exclusiveMin bool
	multipleOf                 *float64
	maxLength, minLength       *int64
	maxItems, minItems         *int64
	maxProperties              *int64
	minProperties              *int64
	uniqueItems                bool
	pattern                    string
	match                      *regexp.Regexp
	enum                       []any
	required                   []string
	allOf, anyOf, oneOf        []*Schema
	not                        *Schema
	format                     func(string) bool
}

// HasDefaults says whether there are defaults here or below.
func (s *Schema) HasDefaults() bool { return s != nil && s.deepDefaults }

// HasRules says whether there are CEL rules here or below.
func (s *Schema) HasRules() bool { return s != nil && s.deepRules }

// MaxLength and the following are the limits that cost estimates go by; nil when
// there is none.
func (s *Schema) MaxLength() *int64 { return s.limits.maxLength }

// MaxItems is the most items of an array.
func (s *Schema) MaxItems() *int64 { return s.limits.maxItems }

// MaxProperties is the most fields of a map.
func (s *Schema) MaxProperties() *int64 { return s.limits.maxProperties }

// Enum are the values that are allowed; nil means all.
func (s *Schema) Enum() []any { return s.limits.enum }

// Required are the fields that must be there.
func (s *Schema) Required() []string { return s.limits.required }

// nothing is the shape of a place that may hold values but no fields.
var nothing = &Schema{}

// Field is the shape of an object's field, for reading.
func (s *Schema) Field(key []byte) (jsonwire.Shape, bool) {
	if p, ok := s.Properties[string(key)]; ok {
		return p, true
	}
	if s.Embedded {
		switch string(key) {
		case "apiVersion", "kind":
			return nil, true
		case "metadata":
			return metadata(), true
		}
	}
	switch {
	case s.Additional != nil:
		return s.Additional, true
	case s.AdditionalAny:
		return nothing, true
	case s.Preserve:
		return nil, true
	}
	return nil, false
}

// Item is the shape of an array's items, for reading.
func (s *Schema) Item() jsonwire.Shape {
	switch {
	case s.Items != nil:
		return s.Items
	case s.Preserve:
		return nil
	}
	return nothing
}
