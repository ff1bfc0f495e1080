package rules

import (
	"fmt"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd/structural"
	"github.com/pilothouse/pilothouse/proto/field"
)

// step is one part of a rule's fieldPath.
type step struct {
	name string
	key  bool // of a map
}

// parsePath reads a path such as .spec['a.b'].c and follows it through the
// schema.
func parsePath(text string, s *structural.Schema) ([]step, error) {
	var out []step
	rest := text
	for rest != "" {
		var name string
		switch {
		case rest[0] == '.':
			rest = rest[1:]
			end := strings.IndexAny(rest, ".[")
			if end < 0 {
				end = len(rest)
			}
			name, rest = rest[:end], rest[end:]
			if name == "" {
				return nil, fmt.Errorf("unexpected end of JSON path")
			}
		case strings.HasPrefix(rest, "['"):
			end := strings.Index(rest, "']")
			if end < 0 {
				return nil, fmt.Errorf("unexpected end of JSON path: missing closing quote")
			}
			name, rest = rest[2:end], rest[end+2:]
		case rest[0] == '[':
			return nil, fmt.Errorf("expected single quoted string but got %s", strings.TrimSuffix(rest[1:], "]"))
		default:
			return nil, fmt.Errorf("expected [ or . but got: %s", rest)
		}
		st := step{name: name}
		if s != nil {
			switch p := s.Properties[name]; {
			case p != nil:
				s = p
			case s.Additional != nil:
				s, st.key = s.Additional, true
			default:
				return nil, fmt.Errorf("does not refer to a valid field")
			}
		}
		out = append(out, st)
	}
	return out, nil
}

// below is the place that the steps lead to from p.
func below(p *field.Path, steps []step) *field.Path {
	for _, s := range steps {
		if s.key {
			p = p.Key(s.name)
		} else {
			p = p.Child(s.name)
		}
	}
	return p
}
