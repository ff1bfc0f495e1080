package structural

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/jsonwire"
)

// Validate says what is wrong with v, which lies at path: "" for an object
// itself. Rules and unique items of lists are not looked at (lists.go).
func (s *Schema) Validate(v any, path string) field.ErrorList {
	if s == nil {
		return nil
	}
	r := &result{}
	s.check(v, &place{name: path}, r)
	return r.errs
}

// ValidateChange is Validate of a changed value: nothing is said of parts that
// are as they were.
func (s *Schema) ValidateChange(v, old any, path string) field.ErrorList {
	errs := s.Validate(v, path)
	if len(errs) == 0 {
		return nil
	}
	r := &result{ratchet: true}
	s.checkChange(v, old, true, &place{name: path}, r)
	return r.errs
}

// checkChange is check of a value that was old before, if that is known.
func (s *Schema) checkChange(v, old any, hasOld bool, p *place, r *result) {
	if hasOld && Equal(v, old) {
		return
	}
	r.old, r.hasOld = old, hasOld
	s.check(v, p, r)
}

// result is what a walk has found. matched counts the checks that were made: of
// several alternatives that fail, the one that got furthest is told of.
type result struct {
	errs    field.ErrorList
	matched int
	// With ratchet set, old is what the value that is checked next was before.
	ratchet bool
	old     any
	hasOld  bool
}

// place is where a value lies; its text is made for errors only.
type place struct {
	up    *place
	name  string
	index int // of an array's item, when name is empty and up is not
}

func (p *place) String() string {
	switch {
	case p.up == nil:
		return p.name
	case p.name == "":
		return p.up.String() + "[" + strconv.Itoa(p.index) + "]"
	}
	if up := p.up.String(); up != "" {
		return up + "." + p.name
	}
	return p.name
}

// field is the place as errors name it.
func (p *place) field() string {
	if s := p.String(); s != "" {
		return s
	}
	return "<nil>"
}

func (r *result) add(t field.ErrorType, p *place, value any, detail string) {
	r.errs = append(r.errs, &field.Error{Type: t, Field: p.field(), BadValue: value, Detail: detail})
}

// invalid reports a value with a sentence about it.
func (r *result) invalid(p *place, value any, format string, args ...any) {
	r.add(field.ErrorTypeInvalid, p, shown(value), p.String()+" in body "+fmt.Sprintf(format, args...))
}

// whole reports what is wrong with a combination of schemas; such errors name
// the place in their text alone.
func (r *result) whole(p *place, format string, args ...any) {
	r.errs = append(r.errs, &field.Error{Type: field.ErrorTypeInvalid, Field: "<nil>", BadValue: "",
		Detail: strconv.Quote(p.String()) + " " + fmt.Sprintf(format, args...)})
}

// shown is a value as errors quote it: objects and arrays as they always were.
func shown(v any) any {
	switch v.(type) {
	case map[string]any, []any:
		return field.Literal(fmt.Sprintf("%#v", v))
	}
	return v
}

// typeName is the type of a value.
func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case bool:
		return "boolean"
	case int64:
		return "integer"
	}
	return "number"
}

func (s *Schema) check(v any, p *place, r *result) {
	old, hasOld := r.old, r.hasOld
	r.old, r.hasOld = nil, false
	if s.typed() {
		if !s.hasType(v) {
			want := s.Type
			if s.IntOrString {
				want = "integer,string"
			}
			have := typeName(v)
			r.add(field.ErrorTypeTypeInvalid, p, have, fmt.Sprintf("%s in body must be of type %s: %q", p.String(), want, have))
			if v == nil {
				s.checkEnum(v, p, r)
				return
			}
		}
		r.matched++
	}
	if v == nil {
		s.checkEnum(v, p, r)
		return
	}
	s.checkCombinations(v, p, r)
	r.matched++
	switch v := v.(type) {
	case string:
		s.checkString(v, p, r)
		r.matched++
		if f := s.limits.format; f != nil {
			if !f(v) {
				r.add(field.ErrorTypeTypeInvalid, p, v, fmt.Sprintf("%s in body must be of type %s: %q", p, s.Format, v))
			}
			r.matched++
		}
	case int64:
		s.checkNumber(float64(v), v, p, r)
		r.matched++
	case float64:
		s.checkNumber(v, v, p, r)
		r.matched++
	case []any:
		s.checkItems(v, old, p, r)
		r.matched++
	}
	s.checkEnum(v, p, r)
	r.matched++
	if m, ok := v.(map[string]any); ok {
		s.checkFields(m, old, hasOld, p, r)
		r.matched++
	}
}

// typed says whether the type of values matters.
func (s *Schema) typed() bool { return s.Type != "" || s.IntOrString }

func (s *Schema) hasType(v any) bool {
	if v == nil {
		return s.Nullable
	}
	if s.IntOrString {
		switch v.(type) {
		case string, int64:
			return true
		}
		return false
	}
	switch v := v.(type) {
	case map[string]any:
		return s.Type == "object"
	case []any:
		return s.Type == "array"
	case string:
		return s.Type == "string"
	case bool:
		return s.Type == "boolean"
	case int64:
		return s.Type == "integer" || s.Type == "number"
	case float64:
		return s.Type == "number" || s.Type == "integer" && v == math.Trunc(v)
	}
	return false
}

func (s *Schema) checkString(v string, p *place, r *result) {
	l := &s.limits
	if l.maxLength != nil && int64(len(v)) > *l.maxLength && int64(utf8.RuneCountInString(v)) > *l.maxLength {
		r.add(field.ErrorTypeTooLong, p, v, fmt.Sprintf("may not be more than %d bytes", *l.maxLength))
	}
	if l.minLength != nil && int64(utf8.RuneCountInString(v)) < *l.minLength {
		r.invalid(p, v, "should be at least %d chars long", *l.minLength)
	}
	if l.pattern != "" && (l.match == nil || !l.match.MatchString(v)) {
		r.invalid(p, v, "should match '%s'", l.pattern)
	}
}

func (s *Schema) checkNumber(f float64, v any, p *place, r *result) {
	l := &s.limits
	if l.multipleOf != nil {
		if q := f / *l.multipleOf; math.Abs(q-math.Round(q)) > 1e-9*math.Max(1, math.Abs(q)) {
			r.invalid(p, v, "should be a multiple of %v", *l.multipleOf)
		}
	}
	if l.max != nil {
		if l.exclusiveMax && f >= *l.max {
			r.invalid(p, v, "should be less than %v", *l.max)
		} else if f > *l.max {
			r.invalid(p, v, "should be less than or equal to %v", *l.max)
		}
	}
	if l.min != nil {
		if l.exclusiveMin && f <= *l.min {
			r.invalid(p, v, "should be greater than %v", *l.min)
		} else if f < *l.min {
			r.invalid(p, v, "should be greater than or equal to %v", *l.min)
		}
	}
}

func (s *Schema) checkItems(v []any, old any, p *place, r *result) {
	if s.Items != nil {
		before, _ := old.([]any)
		for i, x := range v {
			at := &place{up: p, index: i}
			if !r.ratchet {
				s.Items.check(x, at, r)
				continue
			}
			was, found := s.counterpart(before, x)
			s.Items.checkChange(x, was, found, at, r)
		}
	}
	n := int64(len(v))
	if l := s.limits.minItems; l != nil && n < *l {
		r.invalid(p, n, "should have at least %d items", *l)
	}
	if l := s.limits.maxItems; l != nil && n > *l {
		r.errs = append(r.errs, field.TooMany(field.New(p.field()), int(n), int(*l)))
	}
}

// counterpart is what an item of a map list was before.
func (s *Schema) counterpart(before []any, x any) (any, bool) {
	if s.ListType != "map" {
		return nil, false
	}
	for _, b := range before {
		if Equal(s.keysOf(b), s.keysOf(x)) {
			return b, true
		}
	}
	return nil, false
}

func (s *Schema) checkFields(v map[string]any, old any, hasOld bool, p *place, r *result) {
	n := int64(len(v))
	if l := s.limits.minProperties; l != nil && n < *l {
		r.invalid(p, n, "should have at least %d properties", *l)
		return
	}
	if l := s.limits.maxProperties; l != nil && n > *l {
		r.errs = append(r.errs, field.TooMany(field.New(p.field()), int(n), int(*l)))
		return
	}
	if len(s.Properties) > 0 || s.Additional != nil {
		before, _ := old.(map[string]any)
		var room [16]string
		for _, name := range jsonwire.SortedKeys(v, room[:0]) {
			c := s.Properties[name]
			if c == nil {
				c = s.Additional
			}
			if c == nil {
				continue
			}
			at := &place{up: p, name: name}
			if !r.ratchet {
				c.check(v[name], at, r)
				continue
			}
			was, found := before[name]
			c.checkChange(v[name], was, found && hasOld, at, r)
		}
	}
	for _, name := range s.limits.required {
		if p.up == nil && p.name == "" && (name == "metadata" || name == "apiVersion" || name == "kind") {
			continue // Every object has them.
		}
		if _, has := v[name]; !has {
			r.add(field.ErrorTypeRequired, &place{up: p, name: name}, "", "")
		}
	}
}

func (s *Schema) checkEnum(v any, p *place, r *result) {
	if len(s.limits.enum) == 0 || slices.ContainsFunc(s.limits.enum, func(e any) bool { return Equal(e, v) }) {
		return
	}
	var allowed []string
	for _, e := range s.limits.enum {
		if t, ok := e.(string); ok {
			allowed = append(allowed, t)
		} else {
			allowed = append(allowed, string(jsonwire.AppendTree(nil, e)))
		}
	}
	value := shown(v)
	if v == nil {
		value = ""
	}
	r.errs = append(r.errs, field.NotSupported(field.New(p.field()), value, allowed))
}
