// Package jsonpath finds values in custom resources by the paths that
// definitions name them with: fields, indexes, [*] and filters such as
// [?(@.type=="Ready")].
package jsonpath

import (
	"fmt"
	"strconv"
	"strings"
)

// Path is a parsed path.
type Path struct {
	steps []step
	text  string
}

// step goes from a value to those below it.
type step struct {
	kind  kind
	name  string
	index int
	// A filter compares the value at where with want.
	where []string
	op    string
	want  any
}

type kind uint8

const (
	field kind = iota
	index
	every
	filter
)

// Parse reads a path such as .spec.replicas. It need not begin with a dot.
func Parse(text string) (*Path, error) {
	p := &Path{text: text}
	s := strings.TrimPrefix(strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}"), "$")
	for s != "" {
		var st step
		var err error
		switch {
		case s[0] == '[':
			st, s, err = bracket(s)
		default:
			s = strings.TrimPrefix(s, ".")
			if s == "" && len(p.steps) == 0 {
				return p, nil
			}
			st, s, err = name(s)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", text, err)
		}
		p.steps = append(p.steps, st)
	}
	return p, nil
}

// name reads a field's name up to the next dot or bracket; a backslash takes
// their meaning away.
func name(s string) (step, string, error) {
	var b strings.Builder
	i := 0
	for ; i < len(s) && s[i] != '.' && s[i] != '['; i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	if b.Len() == 0 {
		return step{}, "", fmt.Errorf("a name is missing")
	}
	if b.String() == "*" {
		return step{kind: every}, s[i:], nil
	}
	return step{kind: field, name: b.String()}, s[i:], nil
}

// bracket reads what stands in brackets.
func bracket(s string) (step, string, error) {
	end := closing(s)
	if end < 0 {
		return step{}, "", fmt.Errorf("unterminated array")
	}
	in, rest := strings.TrimSpace(s[1:end]), s[end+1:]
	switch {
	case in == "*":
		return step{kind: every}, rest, nil
	case strings.HasPrefix(in, "?(") && strings.HasSuffix(in, ")"):
		st, err := condition(in[2 : len(in)-1])
		return st, rest, err
	case len(in) > 1 && (in[0] == '\'' || in[0] == '"') && in[len(in)-1] == in[0]:
		return step{kind: field, name: in[1 : len(in)-1]}, rest, nil
	}
	n, err := strconv.Atoi(in)
	if err != nil {
		return step{}, "", fmt.Errorf("invalid array index %s", in)
	}
	return step{kind: index, index: n}, rest, nil
}

// closing is where the bracket that s begins with is closed.
func closing(s string) int {
	quote := byte(0)
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == ']':
			return i
		}
	}
	return -1
}

func condition(s string) (step, error) {
	for _, op := range []string{"==", "!="} {
		left, right, ok := strings.Cut(s, op)
		if !ok {
			continue
		}
		left, right = strings.TrimSpace(left), strings.TrimSpace(right)
		where, found := strings.CutPrefix(left, "@.")
		if !found {
			return step{}, fmt.Errorf("unsupported filter %s", s)
		}
		st := step{kind: filter, where: strings.Split(where, "."), op: op}
		switch {
		case len(right) > 1 && (right[0] == '"' || right[0] == '\'') && right[len(right)-1] == right[0]:
			st.want = right[1 : len(right)-1]
		case right == "true" || right == "false":
			st.want = right == "true"
		default:
			n, err := strconv.ParseFloat(right, 64)
			if err != nil {
				return step{}, fmt.Errorf("unsupported filter %s", s)
			}
			st.want = n
		}
		return st, nil
	}
	return step{}, fmt.Errorf("unsupported filter %s", s)
}

// String is the path as it was written.
func (p *Path) String() string { return p.text }

// Fields are the path's names when it consists of names alone.
func (p *Path) Fields() ([]string, bool) {
	var out []string
	if p == nil {
		return nil, false
	}
	for _, s := range p.steps {
		if s.kind != field {
			return nil, false
		}
		out = append(out, s.name)
	}
	return out, len(out) > 0
}

// Find is all that the path leads to from v.
func (p *Path) Find(v any) []any {
	found := []any{v}
	for i := range p.steps {
		var next []any
		for _, x := range found {
			next = p.steps[i].from(x, next)
		}
		found = next
	}
	return found
}

func (s *step) from(v any, out []any) []any {
	switch s.kind {
	case field:
		if m, ok := v.(map[string]any); ok {
			if x, has := m[s.name]; has {
				return append(out, x)
			}
		}
	case index:
		if l, ok := v.([]any); ok {
			i := s.index
			if i < 0 {
				i += len(l)
			}
			if i >= 0 && i < len(l) {
				return append(out, l[i])
			}
		}
	case every:
		switch v := v.(type) {
		case []any:
			return append(out, v...)
		case map[string]any:
			for _, x := range v {
				out = append(out, x)
			}
		}
	case filter:
		if l, ok := v.([]any); ok {
			for _, x := range l {
				if s.holds(x) {
					out = append(out, x)
				}
			}
		}
	}
	return out
}

func (s *step) holds(v any) bool {
	for _, name := range s.where {
		m, ok := v.(map[string]any)
		if !ok {
			return false
		}
		var has bool
		if v, has = m[name]; !has {
			return false
		}
	}
	if n, ok := v.(int64); ok {
		v = float64(n)
	}
	return (v == s.want) == (s.op == "==")
}
