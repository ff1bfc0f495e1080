package fieldmanager

import (
	"strings"
)

// lists compares two lists whose elements are known by key or value; either may
// be null.
func (w *walker) lists(t *listShape, l, r string, c *changes) {
	base := len(w.parts)
	w.elements(t, l)
	mid := len(w.parts)
	w.elements(t, r)
	w.pairs(base, mid, func(string) *shape { return t.elem }, c)
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

// element names an element of a list: by its keys, or by its value. The name is
// empty when it has neither.
func (w *walker) element(t *listShape, s string) (kind byte, name string) {
	c := s[0]
	if len(t.keys) == 0 {
		if c == '{' || c == '[' || c == 'n' {
			w.err = errElement
			return 'v', ""
		}
		return 'v', escape(s)
	}
	if c != '{' {
		w.err = errElement
		return 'k', ""
	}
	var b strings.Builder
	b.WriteByte('{')
	for _, k := range t.keys {
		v := lookup(s, k.name)
		if v == "" {
			v = k.def
		}
		if v == "" {
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteString(`\"`)
		b.WriteString(k.name)
		b.WriteString(`\":`)
		b.WriteString(escape(v))
	}
	if b.Len() == 1 {
		w.err = errElement
		return 'k', ""
	}
	b.WriteByte('}')
	return 'k', b.String()
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

// escape puts JSON text between the quotes of a JSON string. Within a key or
// value, characters that HTML knows are escaped, as structured-merge-diff does.
func escape(s string) string {
	if strings.IndexAny(s, "\"\\<>&\u2028\u2029") < 0 {
		return s
	}
	if n := len(s); n > 1 && s[0] == '"' && strings.IndexAny(s[1:n-1], "\"\\<>&\u2028\u2029") < 0 {
		return `\"` + s[1:n-1] + `\"`
	}
	return strings.NewReplacer(`"`, `\"`, `\`, `\\`, "<", `\\u003c`, ">", `\\u003e`, "&", `\\u0026`,
		"\u2028", `\\u2028`, "\u2029", `\\u2029`).Replace(s)
}

// add puts a value that is new, or gone, and all below it into n. It returns
// where the value ends.
func (w *walker) add(t *shape, s string, i int, n *node) int {
	n.self = true
	return w.below(t, s, i, n)
}

// below puts what is below a value into n.
func (w *walker) below(t *shape, s string, i int, n *node) int {
	switch {
	case s[i] == '{' && t.object != nil && !t.object.atomic:
		return w.addMembers(t.object, s, i, n)
	case s[i] == '[' && t.list != nil && !t.list.atomic:
		return w.addElements(t.list, s, i, n)
	}
	return skip(s, i)
}

func (w *walker) addMembers(t *objectShape, s string, i int, n *node) int {
	i, ok := first(s, i)
	for ok {
		name, at := member(s, i)
		if f := t.field(name); f == nil {
			i = skip(s, at)
		} else {
			n.kids = append(n.kids, node{kind: 'f', name: name})
			i = w.add(f, s, at, &n.kids[len(n.kids)-1])
		}
		i, ok = next(s, i)
	}
	n.sortKids()
	return i + 1
}

func (w *walker) addElements(t *listShape, s string, i int, n *node) int {
	i, ok := first(s, i)
	for ok {
		end := skip(s, i)
		if kind, name := w.element(t, s[i:end]); name != "" {
			n.kids = append(n.kids, node{kind: kind, name: name})
			w.add(t.elem, s, i, &n.kids[len(n.kids)-1])
		}
		i, ok = next(s, end)
	}
	n.sortKids()
	n.joinKids()
	return i + 1
}

// joinKids makes one of elements that are there several times: nobody can say
// whose their fields are.
func (n *node) joinKids() {
	out := n.kids[:0]
	for i := range n.kids {
		if k := len(out) - 1; k >= 0 && out[k].kind == n.kids[i].kind && out[k].name == n.kids[i].name {
			out[k].kids = nil
			continue
		}
		out = append(out, n.kids[i])
	}
	n.kids = out
}
