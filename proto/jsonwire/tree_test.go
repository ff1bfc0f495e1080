package jsonwire

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// holder reads a tree with a shape.
type holder struct {
	value any
	shape Shape
}

func (h *holder) DecodeJSON(d *Decoder) { h.value = d.Tree(h.shape) }

// fields is a shape that knows some fields; * stands for all.
type fields map[string]Shape

func (f fields) Field(key []byte) (Shape, bool) {
	s, ok := f[string(key)]
	if !ok {
		s, ok = f["*"]
	}
	return s, ok
}

func (f fields) Item() Shape { return f["[]"] }

func TestTree(t *testing.T) {
	for text, want := range map[string]any{
		`{"a":[1,2.5,-3,1e3,12345678901234567890],"b":{"c":null,"d":true,"é\n":"x"}}`: map[string]any{
			"a": []any{int64(1), 2.5, int64(-3), 1000.0, 12345678901234567890.0},
			"b": map[string]any{"c": nil, "d": true, "é\n": "x"}},
		` [ ] `: []any{}, `{}`: map[string]any{}, `false`: false, `9223372036854775807`: int64(9223372036854775807),
	} {
		var h holder
		if err := Unmarshal([]byte(text), &h); err != nil || !cmp.Equal(h.value, want) {
			t.Errorf("%s: %v %v", text, err, cmp.Diff(want, h.value))
			continue
		}
		var a, b any
		if json.Unmarshal([]byte(text), &a) != nil || json.Unmarshal(AppendTree(nil, h.value), &b) != nil || !cmp.Equal(a, b) {
			t.Errorf("%s is written %s", text, AppendTree(nil, h.value))
		}
		if c := CopyTree(h.value); !cmp.Equal(c, h.value) {
			t.Errorf("%s is copied %v", text, c)
		}
	}
	if got := string(AppendTree(nil, map[string]any{"b": int64(1), "a": []any{"<", 0.5}})); got != `{"a":["<",0.5],"b":1}` {
		t.Errorf("keys are out of order: %s", got)
	}
}

func TestTreeRefuses(t *testing.T) {
	for _, text := range []string{`{`, `{"a"}`, `[1,]`, `{"a":1,}`, `nul`, ``, `-`, `{"a":x}`, `{"a":1e999}`, strings.Repeat("[", 20000), strings.Repeat(`{"a":`, 20000)} {
		if err := Unmarshal([]byte(text), &holder{}); err == nil {
			t.Errorf("%.20s is taken", text)
		}
	}
}

func TestTreeShape(t *testing.T) {
	shape := fields{"spec": fields{"list": fields{"[]": fields{"x": nil}}, "any": nil}}
	h := holder{shape: shape}
	problems, err := UnmarshalStrict([]byte(`{"spec":{"list":[{"x":{"y":1}},{"z":1}],"any":{"q":[{}]},"no":1},"spec":{},"bad":{"x":1}}`), &h)
	want := []string{`unknown field "spec.list[1].z"`, `unknown field "spec.no"`, `duplicate field "spec"`, `unknown field "bad"`}
	if err != nil || !cmp.Equal(problems, want) {
		t.Errorf("%v %q", err, problems)
	}
	if !cmp.Equal(h.value, any(map[string]any{"spec": map[string]any{}})) {
		t.Errorf("%v", h.value)
	}
}
