package fieldmanager

import (
	"strings"
)

// lists compares two lists whose elements are known by key or value; either may
// be null.
func (w *walker) lists(t *listShape, l, r string, c changes) {
	base := len(w.parts)
	w.elements(t, l)
	mid := len(w.parts)
	w.elements(t, r)
	w.pairs(base, mid, nil, t.elem, c)
	w.parts = w.parts[:base]
}

// elements puts a list's elements on the stack.
func (w *walker) elements(t *listShape, s string) {
	if isNull(s) || s[0] != '[' {
		return
	}
	for i, ok := first(s, 0); ok; {
		end := skip(s, i)
		p := part{value: s[i:end]}
		if p.kind, p.name = w.element(t, p.value); p.name != "" {
			w.parts = append(w.parts, p)
		}
		i, ok = next(s, end)
	}
}

// element names the element of a list that s begins with: by its keys, or by its
// value. The name is empty when it has neither.
func (w *walker) element(t *listShape, s string) (kind byte, name string) {
	c := s[0]
	if len(t.keys) == 0 {
		if c == '{' || c == '[' || c == 'n' {
			w.err = errElement
			return 'v', ""
		}
		w.scratch = appendEscaped(w.scratch[:0], s[:skip(s, 0)])
		return 'v', string(w.scratch)
	}
	if c != '{' {
		w.err = errElement
		return 'k', ""
	}
	b := append(w.scratch[:0], '{')
	for _, k := range t.keys {
		v := lookup(s, k.name)
		if v == "" {
			v = k.def
		}
		if v == "" {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(append(b, `\"`...), k.name...), `\":`...)
		b = appendEscaped(b, v)
	}
	w.scratch = b
	if len(b) == 1 {
		w.err = errElement
		return 'k', ""
	}
	w.scratch = append(b, '}')
	return 'k', string(w.scratch)
}

// lookup is the text of an object's member, or empty.
func lookup(s, name string) string {
	for i, ok := first(s, 0); ok; {
		key, at := member(s, i)
		end := skip(s, at)
		if key == name {
			return s[at:end]
		}
		i, ok = next(s, end)
	}
	return ""
}

// appendEscaped appends JSON text as it stands between the quotes of a JSON
// string. Within a key or value, characters that HTML knows are escaped, as
// structured-merge-diff does.
func appendEscaped(b []byte, s string) []byte {
	if n := len(s); n > 1 && s[0] == '"' && !strings.ContainsAny(s[1:n-1], "\"\\<>&\u2028\u2029") {
		return append(append(append(b, `\"`...), s[1:n-1]...), `\"`...)
	}
	if !strings.ContainsAny(s, "\"\\<>&\u2028\u2029") {
		return append(b, s...)
	}
	return append(b, strings.NewReplacer(`"`, `\"`, `\`, `\\`, "<", `\\u003c`, ">", `\\u003e`, "&", `\\u0026`,
		"\u2028", `\\u2028`, "\u2029", `\\u2029`).Replace(s)...)
}
