package selector

import (
	"fmt"
	"slices"
	"strings"
)

// Fields selects objects by the values of some of their fields; which fields
// can be asked for is declared per kind by the API server.
type Fields struct {
	requirements []FieldRequirement
}

// FieldRequirement is one condition on one field.
type FieldRequirement struct {
	// Field is the path, such as spec.nodeName.
	Field string
	// Operator is Equals, DoubleEquals or NotEquals.
	Operator Operator
	// Value is what the field is compared with.
	Value string
}

// ParseFields reads conditions joined by commas: path=v, path==v or path!=v.
// In a value, the signs '\', ',' and '=' are written behind a backslash. The
// empty string selects everything.
func ParseFields(s string) (Fields, error) {
	var f Fields
	parts := splitTerms(s)
	slices.Sort(parts)
	for _, part := range parts {
		if part == "" {
			continue
		}
		i, op := findOperator(part)
		if i < 0 {
			return Fields{}, fmt.Errorf("invalid selector: '%s'; can't understand '%s'", s, part)
		}
		value, err := unescape(part[i+len(op):])
		if err != nil {
			return Fields{}, err
		}
		f.requirements = append(f.requirements, FieldRequirement{part[:i], op, value})
	}
	return f, nil
}

// FieldEquals selects objects whose field path has the given value.
func FieldEquals(path, value string) Fields {
	return Fields{[]FieldRequirement{{path, Equals, value}}}
}

// Requirements are the conditions, sorted as they were written; they must not be
// changed.
func (f Fields) Requirements() []FieldRequirement { return f.requirements }

// Split gives the conditions on the fields that in says yes to, and all others.
func (f Fields) Split(in func(field string) bool) (those, others Fields) {
	for _, r := range f.requirements {
		if in(r.Field) {
			those.requirements = append(those.requirements, r)
		} else {
			others.requirements = append(others.requirements, r)
		}
	}
	return those, others
}

// Rename gives the same conditions on fields with other names; those that names
// does not know keep theirs.
func (f Fields) Rename(names map[string]string) Fields {
	out := Fields{requirements: slices.Clone(f.requirements)}
	for i := range out.requirements {
		if n, ok := names[out.requirements[i].Field]; ok {
			out.requirements[i].Field = n
		}
	}
	return out
}

// Empty reports whether the selector restricts nothing.
func (f Fields) Empty() bool { return len(f.requirements) == 0 }

// Matches reports whether the values that get returns meet every condition.
func (f Fields) Matches(get func(field string) string) bool {
	for _, r := range f.requirements {
		if (get(r.Field) == r.Value) == (r.Operator == NotEquals) {
			return false
		}
	}
	return true
}

// RequiresExact is the value that the field must have, if the selector demands
// one: an index by that field then holds all it selects.
func (f Fields) RequiresExact(path string) (value string, ok bool) {
	for _, r := range f.requirements {
		if r.Field == path && r.Operator != NotEquals {
			return r.Value, true
		}
	}
	return "", false
}

// String is the selector as ParseFields reads it.
func (f Fields) String() string {
	parts := make([]string, len(f.requirements))
	for i, r := range f.requirements {
		op := r.Operator
		if op == DoubleEquals {
			op = Equals
		}
		parts[i] = r.Field + string(op) + EscapeFieldValue(r.Value)
	}
	slices.Sort(parts) // = and == are read in another order than they are written
	return strings.Join(parts, ",")
}

// EscapeFieldValue puts backslashes where a value would be taken apart.
func EscapeFieldValue(v string) string {
	return strings.NewReplacer(`\`, `\\`, `,`, `\,`, `=`, `\=`).Replace(v)
}

// splitTerms cuts at the commas that are not escaped.
func splitTerms(s string) []string {
	var terms []string
	start := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case ',':
			terms = append(terms, s[start:i])
			start = i + 1
		}
	}
	return append(terms, s[start:])
}

// findOperator is the place of the first operator of a term, or -1.
func findOperator(term string) (int, Operator) {
	for i := range len(term) {
		for _, op := range []Operator{NotEquals, DoubleEquals, Equals} {
			if strings.HasPrefix(term[i:], string(op)) {
				return i, op
			}
		}
	}
	return -1, ""
}

// unescape takes the backslashes out of a value.
func unescape(s string) (string, error) {
	if !strings.ContainsAny(s, `\,=`) {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '\\':
			i++
			if i == len(s) || !strings.ContainsRune(`\,=`, rune(s[i])) {
				return "", fmt.Errorf(`invalid field selector: invalid escape sequence: \%s`, s[i:min(i+1, len(s))])
			}
			b.WriteByte(s[i])
		case ',', '=':
			return "", fmt.Errorf("invalid field selector: unescaped character in value: %d", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}
