package structural

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/jsonwire"
)

func schemaOf(t testing.TB, text string) *Schema {
	t.Helper()
	var p apiextensions.JSONSchemaProps
	if err := jsonwire.Unmarshal([]byte(text), &p); err != nil {
		t.Fatal(err)
	}
	return New(&p)
}

type reading struct {
	v any
	s *Schema
}

func (r *reading) DecodeJSON(d *jsonwire.Decoder) {
	if r.s == nil {
		r.v = d.Tree(nil)
		return
	}
	r.v = d.Tree(r.s)
}

func read(t testing.TB, text string, s *Schema) any {
	t.Helper()
	r := reading{s: s}
	if err := jsonwire.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	return r.v
}

// TestPruneAndFill reads values by schemas, fills in defaults and compares.
func TestPruneAndFill(t *testing.T) {
	for _, c := range []struct{ name, schema, in, out string }{
		{"unknown", `{"type":"object","properties":{"a":{"type":"string"}}}`, `{"a":"x","b":1}`, `{"a":"x"}`},
		{"nothing known", `{"type":"object"}`, `{"a":{"b":1}}`, `{}`},
		{"map", `{"type":"object","additionalProperties":{"type":"object","properties":{"x":{"type":"integer"}}}}`, `{"a":{"x":1,"y":2}}`, `{"a":{"x":1}}`},
		{"any map", `{"type":"object","additionalProperties":true}`, `{"a":{"x":1},"b":2}`, `{"a":{},"b":2}`},
		{"kept", `{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"a":{"type":"object"}}}`, `{"a":{"x":1},"b":{"y":[{"z":1}]}}`, `{"a":{},"b":{"y":[{"z":1}]}}`},
		{"items", `{"type":"array","items":{"type":"object","properties":{"x":{"type":"integer"}}}}`, `[{"x":1,"y":1},{}]`, `[{"x":1},{}]`},
		{"embedded", `{"type":"object","x-kubernetes-embedded-resource":true,"properties":{"spec":{"type":"object"}}}`,
			`{"kind":"A","apiVersion":"v1","metadata":{"name":"x","labels":{"a":"b"},"bad":1},"other":1}`, `{"kind":"A","apiVersion":"v1","metadata":{"name":"x","labels":{"a":"b"}}}`},
		{"default", `{"type":"object","properties":{"a":{"type":"object","default":{"x":1},"properties":{"x":{"type":"integer"},"y":{"type":"integer","default":2}}}}}`, `{}`, `{"a":{"x":1,"y":2}}`},
		{"no default without a parent", `{"type":"object","properties":{"a":{"type":"object","properties":{"y":{"type":"integer","default":2}}}}}`, `{}`, `{}`},
		{"null is filled", `{"type":"object","properties":{"a":{"type":"integer","default":2}}}`, `{"a":null}`, `{"a":2}`},
		{"null goes", `{"type":"object","properties":{"a":{"type":"integer"}}}`, `{"a":null}`, `{}`},
		{"null stays", `{"type":"object","properties":{"a":{"type":"integer","nullable":true,"default":2}}}`, `{"a":null}`, `{"a":null}`},
		{"in items", `{"type":"array","items":{"type":"object","properties":{"a":{"type":"string","default":"x"}}}}`, `[{},{"a":"y"}]`, `[{"a":"x"},{"a":"y"}]`},
		{"in maps", `{"type":"object","additionalProperties":{"type":"object","properties":{"a":{"type":"string","default":"x"}}}}`, `{"k":{}}`, `{"k":{"a":"x"}}`},
	} {
		s := schemaOf(t, c.schema)
		got := read(t, c.in, s)
		s.Fill(got)
		if want := read(t, c.out, nil); !cmp.Equal(got, want) {
			t.Errorf("%s: %s", c.name, jsonwire.AppendTree(nil, got))
		}
		again := jsonwire.CopyTree(got)
		if s.Fill(again); !cmp.Equal(again, got) {
			t.Errorf("%s: defaults do not come to rest", c.name)
		}
	}
}

func TestRatchet(t *testing.T) {
	s := schemaOf(t, `{"type":"object","properties":{"a":{"type":"string","maxLength":1},"b":{"type":"string","maxLength":1},
		"l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],"items":{"type":"object","properties":{"k":{"type":"string"},"v":{"type":"integer","maximum":1}}}}}}`)
	old := read(t, `{"a":"long","b":"x","l":[{"k":"1","v":9},{"k":"2","v":1}]}`, s)
	for text, want := range map[string][]string{
		`{"a":"long","b":"y","l":[{"k":"1","v":9},{"k":"2","v":1}]}`:         nil,
		`{"a":"longer","b":"x"}`:                                             {"a: Too long: may not be more than 1 bytes"},
		`{"a":"long","l":[{"k":"0","v":1},{"k":"2","v":8},{"k":"1","v":9}]}`: {"l[1].v: Invalid value: 8: l[1].v in body should be less than or equal to 1"},
	} {
		var got []string
		for _, e := range s.ValidateChange(read(t, text, s), old, "") {
			got = append(got, e.Error())
		}
		if !cmp.Equal(got, want) {
			t.Errorf("%s: %q", text, got)
		}
	}
}

func TestFormats(t *testing.T) {
	for format, values := range map[string][2]string{
		"date-time": {"2020-01-01T00:00:00Z", "2020-01-01"}, "date": {"2020-01-01", "01.01.2020"}, "duration": {"1h5m", "soon"},
		"ipv4": {"10.0.0.1", "::1"}, "ipv6": {"::1", "10.0.0.1"}, "cidr": {"10.0.0.0/8", "10.0.0.0"}, "uuid": {"0a0a0a0a-0b0b-4c4c-8d8d-0e0e0e0e0e0e", "0a"},
		"uuid4": {"0a0a0a0a-0b0b-4c4c-8d8d-0e0e0e0e0e0e", "0a0a0a0a-0b0b-3c4c-8d8d-0e0e0e0e0e0e"}, "hostname": {"a.example.com", "-a"}, "byte": {"YQ==", "%"},
		"email": {"a@example.com", "a"}, "mac": {"00:00:5e:00:53:01", "00"}, "uri": {"https://a/b", "a b"}, "hexcolor": {"#fff", "red"},
		"rgbcolor": {"rgb(1,2,3)", "rgb(256,0,0)"}, "isbn": {"978-0-306-40615-7", "978"}, "isbn10": {"0-306-40615-2", "0-306-40615-3"}, "isbn13": {"9780306406157", "9780306406158"},
		"creditcard": {"4111111111111111", "4111111111111112"}, "ssn": {"123-45-6789", "12"}, "bsonobjectid": {"507f1f77bcf86cd799439011", "x"},
	} {
		s := schemaOf(t, `{"type":"string","format":"`+format+`"}`)
		if errs := s.Validate(values[0], "x"); len(errs) > 0 {
			t.Errorf("%s: %v", format, errs.Err())
		}
		if len(s.Validate(values[1], "x")) == 0 {
			t.Errorf("%s: %q is taken", format, values[1])
		}
	}
}
