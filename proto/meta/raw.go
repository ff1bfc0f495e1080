package meta

import (
	"bytes"
	"encoding/json"
)

// UID names one object for all time; no two objects of a cluster's history
// share one.
type UID string

// RawExtension is an object whose type its holder does not know: its JSON
// text, kept as it came.
type RawExtension struct {
	Raw []byte
}

// MarshalJSON writes the text, or null.
func (r RawExtension) MarshalJSON() ([]byte, error) {
	if len(r.Raw) == 0 {
		return []byte("null"), nil
	}
	return r.Raw, nil
}

// UnmarshalJSON keeps a copy of the text; null is no object.
func (r *RawExtension) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		r.Raw = nil
		return nil
	}
	r.Raw = bytes.Clone(b)
	return nil
}

// FieldsV1 is a set of fields in the form that managedFields uses: a JSON
// trie whose text is kept as it came.
type FieldsV1 struct {
	Raw []byte
}

// MarshalJSON writes the text, or null.
func (f FieldsV1) MarshalJSON() ([]byte, error) { return RawExtension(f).MarshalJSON() }

// UnmarshalJSON keeps a copy of the text.
func (f *FieldsV1) UnmarshalJSON(b []byte) error { return (*RawExtension)(f).UnmarshalJSON(b) }

// IntOrString holds a number or a name, as a port or a percentage does.
type IntOrString struct {
	Type   IntOrStringType
	IntVal int32
	StrVal string
}

// IntOrStringType says which of the two an IntOrString holds.
type IntOrStringType int64

const (
	Int    IntOrStringType = iota // IntVal counts.
	String                        // StrVal counts.
)

// FromInt holds n.
func FromInt(n int32) IntOrString { return IntOrString{Type: Int, IntVal: n} }

// FromString holds s.
func FromString(s string) IntOrString { return IntOrString{Type: String, StrVal: s} }

// MarshalJSON writes a number or a string.
func (x IntOrString) MarshalJSON() ([]byte, error) {
	if x.Type == String {
		return json.Marshal(x.StrVal)
	}
	return json.Marshal(x.IntVal)
}

// UnmarshalJSON reads a number or a string.
func (x *IntOrString) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		x.Type = String
		return json.Unmarshal(b, &x.StrVal)
	}
	x.Type = Int
	return json.Unmarshal(b, &x.IntVal)
}
