package apiextensions

import (
	"errors"

	"github.com/pilothouse/pilothouse/proto/jsonwire"
	"github.com/pilothouse/pilothouse/proto/pbwire"
)

// JSON is any JSON value, kept as its text.
type JSON struct {
	Raw []byte
}

// AppendJSON appends the text, or null.
func (j JSON) AppendJSON(b []byte) []byte {
	if len(j.Raw) == 0 {
		return append(b, "null"...)
	}
	return append(b, j.Raw...)
}

// DecodeJSON keeps a copy of the text; a null stays one.
func (j *JSON) DecodeJSON(d *jsonwire.Decoder) { j.Raw = d.Raw() }

// MarshalJSON writes the text, or null.
func (j JSON) MarshalJSON() ([]byte, error) { return j.AppendJSON(nil), nil }

// UnmarshalJSON keeps a copy of the text.
func (j *JSON) UnmarshalJSON(b []byte) error { return jsonwire.Unmarshal(b, j) }

// AppendProto appends the text.
func (j *JSON) AppendProto(b []byte) []byte {
	if j.Raw == nil {
		return b
	}
	return pbwire.AppendString(append(b, 0xa), j.Raw)
}

// DecodeProto reads what AppendProto writes.
func (j *JSON) DecodeProto(d *pbwire.Decoder, b []byte) {
	for len(b) > 0 {
		number, f, rest := d.Next(b)
		b = rest
		if number == 1 {
			j.Raw = d.Bytes(f)
		}
	}
}

// JSONSchemaPropsOrBool is a schema, or whether any value is allowed at all.
type JSONSchemaPropsOrBool struct {
	Allows bool
	Schema *JSONSchemaProps
}

// AppendJSON appends a schema or a boolean.
func (s JSONSchemaPropsOrBool) AppendJSON(b []byte) []byte {
	if s.Schema != nil {
		return s.Schema.AppendJSON(b)
	}
	return jsonwire.AppendBool(b, s.Allows)
}

// DecodeJSON reads a schema or a boolean.
func (s *JSONSchemaPropsOrBool) DecodeJSON(d *jsonwire.Decoder) {
	if d.Peek() == '{' {
		s.Allows, s.Schema = true, new(JSONSchemaProps)
		s.Schema.DecodeJSON(d)
		return
	}
	s.Schema = nil
	if c := d.Peek(); c != 't' && c != 'f' {
		d.Skip()
		d.Fail(errors.New("boolean or JSON schema expected"))
		return
	}
	d.Bool(&s.Allows)
}

// MarshalJSON writes a schema or a boolean.
func (s JSONSchemaPropsOrBool) MarshalJSON() ([]byte, error) { return s.AppendJSON(nil), nil }

// UnmarshalJSON reads a schema or a boolean.
func (s *JSONSchemaPropsOrBool) UnmarshalJSON(b []byte) error { return jsonwire.Unmarshal(b, s) }

// AppendProto appends both fields.
func (s *JSONSchemaPropsOrBool) AppendProto(b []byte) []byte {
	b = pbwire.AppendBool(append(b, 0x8), s.Allows)
	return appendSchema(b, 0x12, s.Schema)
}

// DecodeProto reads what AppendProto writes.
func (s *JSONSchemaPropsOrBool) DecodeProto(d *pbwire.Decoder, b []byte) {
	for len(b) > 0 {
		number, f, rest := d.Next(b)
		b = rest
		switch number {
		case 1:
			s.Allows = d.Bool(f)
		case 2:
			s.Schema = new(JSONSchemaProps)
			s.Schema.DecodeProto(d, d.Message(f))
		}
	}
}

// JSONSchemaPropsOrArray is one schema for all items, or one for each.
type JSONSchemaPropsOrArray struct {
	Schema      *JSONSchemaProps
	JSONSchemas []JSONSchemaProps
}

// AppendJSON appends a schema or a list of schemas.
func (s JSONSchemaPropsOrArray) AppendJSON(b []byte) []byte {
	switch {
	case len(s.JSONSchemas) > 0:
		b = append(b, '[')
		for i := range s.JSONSchemas {
			if i > 0 {
				b = append(b, ',')
			}
			b = s.JSONSchemas[i].AppendJSON(b)
		}
		return append(b, ']')
	case s.Schema != nil:
		return s.Schema.AppendJSON(b)
	}
	return append(b, "null"...)
}

// DecodeJSON reads a schema or a list of schemas; anything else says nothing.
func (s *JSONSchemaPropsOrArray) DecodeJSON(d *jsonwire.Decoder) {
	switch d.Peek() {
	case '{':
		s.Schema = new(JSONSchemaProps)
		s.Schema.DecodeJSON(d)
		return
	case '[':
	default:
		d.Skip()
		return
	}
	if !d.Array("[]JSONSchemaProps") {
		return
	}
	for more := d.FirstElem(); more; more = d.NextElem() {
		s.JSONSchemas = append(s.JSONSchemas, JSONSchemaProps{})
		s.JSONSchemas[len(s.JSONSchemas)-1].DecodeJSON(d)
	}
}

// MarshalJSON writes a schema or a list of schemas.
func (s JSONSchemaPropsOrArray) MarshalJSON() ([]byte, error) { return s.AppendJSON(nil), nil }

// UnmarshalJSON reads a schema or a list of schemas.
func (s *JSONSchemaPropsOrArray) UnmarshalJSON(b []byte) error { return jsonwire.Unmarshal(b, s) }

// AppendProto appends both fields.
func (s *JSONSchemaPropsOrArray) AppendProto(b []byte) []byte {
	b = appendSchema(b, 0xa, s.Schema)
	for i := range s.JSONSchemas {
		b = appendSchema(b, 0x12, &s.JSONSchemas[i])
	}
	return b
}

// DecodeProto reads what AppendProto writes.
func (s *JSONSchemaPropsOrArray) DecodeProto(d *pbwire.Decoder, b []byte) {
	for len(b) > 0 {
		number, f, rest := d.Next(b)
		b = rest
		switch number {
		case 1:
			s.Schema = new(JSONSchemaProps)
			s.Schema.DecodeProto(d, d.Message(f))
		case 2:
			s.JSONSchemas = append(s.JSONSchemas, JSONSchemaProps{})
			s.JSONSchemas[len(s.JSONSchemas)-1].DecodeProto(d, d.Message(f))
		}
	}
}

// JSONSchemaPropsOrStringArray is a schema, or a list of properties.
type JSONSchemaPropsOrStringArray struct {
	Schema   *JSONSchemaProps
	Property []string
}

// AppendJSON appends a schema or a list of strings.
func (s JSONSchemaPropsOrStringArray) AppendJSON(b []byte) []byte {
	switch {
	case len(s.Property) > 0:
		b = append(b, '[')
		for i, p := range s.Property {
			if i > 0 {
				b = append(b, ',')
			}
			b = jsonwire.AppendString(b, p)
		}
		return append(b, ']')
	case s.Schema != nil:
		return s.Schema.AppendJSON(b)
	}
	return append(b, "null"...)
}

// DecodeJSON reads a schema or a list of strings; anything else says nothing.
func (s *JSONSchemaPropsOrStringArray) DecodeJSON(d *jsonwire.Decoder) {
	switch d.Peek() {
	case '{':
		s.Schema = new(JSONSchemaProps)
		s.Schema.DecodeJSON(d)
		return
	case '[':
	default:
		d.Skip()
		return
	}
	if !d.Array("[]string") {
		return
	}
	for more := d.FirstElem(); more; more = d.NextElem() {
		s.Property = append(s.Property, "")
		d.String(&s.Property[len(s.Property)-1])
	}
}

// MarshalJSON writes a schema or a list of strings.
func (s JSONSchemaPropsOrStringArray) MarshalJSON() ([]byte, error) { return s.AppendJSON(nil), nil }

// UnmarshalJSON reads a schema or a list of strings.
func (s *JSONSchemaPropsOrStringArray) UnmarshalJSON(b []byte) error {
	return jsonwire.Unmarshal(b, s)
}

// AppendProto appends both fields.
func (s *JSONSchemaPropsOrStringArray) AppendProto(b []byte) []byte {
	b = appendSchema(b, 0xa, s.Schema)
	for _, p := range s.Property {
		b = pbwire.AppendString(append(b, 0x12), p)
	}
	return b
}

// DecodeProto reads what AppendProto writes.
func (s *JSONSchemaPropsOrStringArray) DecodeProto(d *pbwire.Decoder, b []byte) {
	for len(b) > 0 {
		number, f, rest := d.Next(b)
		b = rest
		switch number {
		case 1:
			s.Schema = new(JSONSchemaProps)
			s.Schema.DecodeProto(d, d.Message(f))
		case 2:
			s.Property = append(s.Property, d.String(f))
		}
	}
}

// appendSchema appends a field that holds a schema, if there is one.
func appendSchema(b []byte, tag byte, s *JSONSchemaProps) []byte {
	if s == nil {
		return b
	}
	b = append(b, tag, 0)
	start := len(b)
	return pbwire.Close(s.AppendProto(b), start)
}

// JSONSchemaDependencies are the properties that others need.
type JSONSchemaDependencies map[string]JSONSchemaPropsOrStringArray

// JSONSchemaDefinitions are schemas by the names that references have for them.
type JSONSchemaDefinitions map[string]JSONSchemaProps
