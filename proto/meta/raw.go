package meta

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/proto/jsonwire"
)

// UID names one object for all time; no two objects of a cluster's history
// share one.
type UID string

// RawExtension is an object whose type its holder does not know: its JSON
// text. Whoever sets Raw answers for its being JSON without white space
// around its tokens; what was read always is.
type RawExtension struct {
	Raw []byte
}

// AppendJSON appends the text, or null.
func (r RawExtension) AppendJSON(b []byte) []byte {
	if len(r.Raw) == 0 {
		return append(b, "null"...)
	}
	return append(b, r.Raw...)
}

// DecodeJSON keeps a copy of the text; null is no object.
func (r *RawExtension) DecodeJSON(d *jsonwire.Decoder) {
	if d.Null() {
		r.Raw = nil
	} else {
		r.Raw = d.Raw()
	}
}

// MarshalJSON writes the text, or null.
func (r RawExtension) MarshalJSON() ([]byte, error) { return r.AppendJSON(nil), nil }

// UnmarshalJSON keeps a copy of the text; null is no object.
func (r *RawExtension) UnmarshalJSON(b []byte) error { return jsonwire.Unmarshal(b, r) }

// FieldsV1 is a set of fields in the form that managedFields uses: a JSON
// trie whose text is kept as it came.
type FieldsV1 struct {
	Raw []byte
}

// AppendJSON appends the text, or null.
func (f FieldsV1) AppendJSON(b []byte) []byte { return RawExtension(f).AppendJSON(b) }

// DecodeJSON keeps a copy of the text.
func (f *FieldsV1) DecodeJSON(d *jsonwire.Decoder) { (*RawExtension)(f).DecodeJSON(d) }

// MarshalJSON writes the text, or null.
func (f FieldsV1) MarshalJSON() ([]byte, error) { return f.AppendJSON(nil), nil }

// UnmarshalJSON keeps a copy of the text.
func (f *FieldsV1) UnmarshalJSON(b []byte) error { return jsonwire.Unmarshal(b, f) }

// IntOrString holds a number or a name, as a port or a percentage does.
type IntOrString struct {
	Type   IntOrStringType
	IntVal int32
	StrVal string
}

// IntOrStringType says which of the two an IntOrString holds.
type IntOrStringType int64

// The values of IntOrStringType.
const (
	Int    IntOrStringType = iota // IntVal counts.
	String                        // StrVal counts.
)

// FromInt holds n.
func FromInt(n int32) IntOrString { return IntOrString{Type: Int, IntVal: n} }

// FromString holds s.
func FromString(s string) IntOrString { return IntOrString{Type: String, StrVal: s} }

// GoString writes the value as errors show it.
func (x IntOrString) GoString() string {
	return fmt.Sprintf("intstr.IntOrString{Type:%d, IntVal:%d, StrVal:%q}", x.Type, x.IntVal, x.StrVal)
}

// AppendJSON appends a number or a string.
func (x IntOrString) AppendJSON(b []byte) []byte {
	if x.Type == String {
		return jsonwire.AppendString(b, x.StrVal)
	}
	return jsonwire.AppendInt(b, int64(x.IntVal))
}

// DecodeJSON reads a number or a string.
func (x *IntOrString) DecodeJSON(d *jsonwire.Decoder) {
	if d.Peek() == '"' {
		x.Type = String
		d.String(&x.StrVal)
		return
	}
	x.Type = Int
	d.Int32(&x.IntVal)
}

// MarshalJSON writes a number or a string.
func (x IntOrString) MarshalJSON() ([]byte, error) { return x.AppendJSON(nil), nil }

// UnmarshalJSON reads a number or a string.
func (x *IntOrString) UnmarshalJSON(b []byte) error { return jsonwire.Unmarshal(b, x) }

// Of is the number that x means beside a total: the number itself, or so many
// per cent of the total. A fraction is rounded up or down. A text that is no
// percentage means 0.
func (x IntOrString) Of(total int, up bool) int {
	if x.Type == Int {
		return int(x.IntVal)
	}
	percent, err := strconv.Atoi(strings.TrimSuffix(x.StrVal, "%"))
	if err != nil || !strings.HasSuffix(x.StrVal, "%") {
		return 0
	}
	n := percent * total
	if up {
		n += 99
	}
	return n / 100
}
