// Package selector decides which objects a query means: by their labels
// (app=web, tier in (a,b), !old) or by their fields (status.phase!=Failed).
//
// The API server filters lists and watches with it, controllers find their
// pods with it, kubectl checks what users type with it. Selectors are
// immutable values and safe to share; the zero value of each selects
// everything.
package selector

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Operator relates a key to values.
type Operator string

// The operators of requirements, as they are written.
const (
	Equals       Operator = "="
	DoubleEquals Operator = "=="
	NotEquals    Operator = "!="
	In           Operator = "in"
	NotIn        Operator = "notin"
	Exists       Operator = "exists"
	DoesNotExist Operator = "!"
	GreaterThan  Operator = "gt"
	LessThan     Operator = "lt"
)

// Labels selects objects whose labels meet all its requirements.
type Labels struct {
	requirements []Requirement // sorted by key
	nothing      bool
}

// Requirement is one condition on one label.
type Requirement struct {
	// Key is the label's key.
	Key string
	// Operator relates the label's value to Values.
	Operator Operator
	// Values are what the operator compares with: none for Exists and
	// DoesNotExist, one for comparisons, any number for In and NotIn.
	Values []string
}

// Everything selects all objects.
func Everything() Labels { return Labels{} }

// Nothing selects no object.
func Nothing() Labels { return Labels{nothing: true} }

// FromMap selects objects that carry all of m; an empty map selects
// everything. The labels are not validated.
func FromMap(m map[string]string) Labels {
	l := Labels{requirements: make([]Requirement, 0, len(m))}
	for k, v := range m {
		l.requirements = append(l.requirements, Requirement{k, Equals, []string{v}})
	}
	return l.sorted()
}

// FromLabelSelector selects what s says. As everywhere in the API, nil selects
// nothing and an empty selector selects everything.
func FromLabelSelector(s *meta.LabelSelector) (Labels, error) {
	if s == nil {
		return Nothing(), nil
	}
	l := FromMap(s.MatchLabels)
	for _, e := range s.MatchExpressions {
		var op Operator
		switch e.Operator {
		case meta.LabelSelectorOpIn:
			op = In
		case meta.LabelSelectorOpNotIn:
			op = NotIn
		case meta.LabelSelectorOpExists:
			op = Exists
		case meta.LabelSelectorOpDoesNotExist:
			op = DoesNotExist
		default:
			return Nothing(), fmt.Errorf("%q is not a valid label selector operator", e.Operator)
		}
		r, err := NewRequirement(e.Key, op, e.Values...)
		if err != nil {
			return Nothing(), err
		}
		l.requirements = append(l.requirements, r)
	}
	return l.sorted(), nil
}

// Checked is FromLabelSelector for a selector that nobody has looked at yet: its
// labels must be sound, too.
func Checked(s *meta.LabelSelector) (Labels, error) {
	if s != nil {
		for k, v := range s.MatchLabels {
			if _, err := NewRequirement(k, In, v); err != nil {
				return Nothing(), err
			}
		}
	}
	return FromLabelSelector(s)
}

// keyPath is what clients are used to read before a key that is wrong.
var keyPath = field.New("<nil>")

// NewRequirement checks the key, the values and their number.
func NewRequirement(key string, op Operator, values ...string) (Requirement, error) {
	var errs field.ErrorList
	if bad := meta.IsQualifiedName(key); len(bad) > 0 {
		errs = append(errs, field.Invalid(keyPath, key, strings.Join(bad, "; ")))
	}
	path := field.New("values")
	if msg := wrongValues(op, values); msg != "" {
		errs = append(errs, field.Invalid(path, append([]string{}, values...), msg))
	}
	for i, v := range values {
		if op == GreaterThan || op == LessThan {
			if _, err := strconv.ParseInt(v, 10, 64); err != nil {
				errs = append(errs, field.Invalid(path.Index(i), v, "for 'Gt', 'Lt' operators, the value must be an integer"))
			}
		}
		if bad := meta.IsLabelValue(v); len(bad) > 0 {
			errs = append(errs, field.Invalid(path.Index(i).Key(key), v, strings.Join(bad, "; ")))
		}
	}
	return Requirement{key, op, values}, errs.Err()
}

// wrongValues says what is wrong with the number of values, if anything.
func wrongValues(op Operator, values []string) string {
	switch op {
	case In, NotIn:
		if len(values) == 0 {
			return "for 'in', 'notin' operators, values set can't be empty"
		}
	case Equals, DoubleEquals, NotEquals:
		if len(values) != 1 {
			return "exact-match compatibility requires one single value"
		}
	case Exists, DoesNotExist:
		if len(values) != 0 {
			return "values set must be empty for exists and does not exist"
		}
	case GreaterThan, LessThan:
		if len(values) != 1 {
			return "for 'Gt', 'Lt' operators, exactly one value is required"
		}
	}
	return ""
}

func (l Labels) sorted() Labels {
	slices.SortStableFunc(l.requirements, func(a, b Requirement) int { return strings.Compare(a.Key, b.Key) })
	return l
}

// Requirements are the conditions, sorted by key; they must not be changed.
func (l Labels) Requirements() []Requirement { return l.requirements }

// Empty reports whether the selector restricts nothing.
func (l Labels) Empty() bool { return !l.nothing && len(l.requirements) == 0 }

// Matches reports whether labels meet every requirement.
func (l Labels) Matches(labels map[string]string) bool {
	if l.nothing {
		return false
	}
	for i := range l.requirements {
		if !l.requirements[i].Matches(labels) {
			return false
		}
	}
	return true
}

// RequiresExact is the single value that the label key must have, if the
// selector demands one: an index by that label then holds all it selects.
func (l Labels) RequiresExact(key string) (value string, ok bool) {
	for _, r := range l.requirements {
		if r.Key == key && len(r.Values) == 1 && (r.Operator == Equals || r.Operator == DoubleEquals || r.Operator == In) {
			return r.Values[0], true
		}
	}
	return "", false
}

// String is the selector as ParseLabels reads it. Nothing has no such form
// and is the empty string too.
func (l Labels) String() string {
	parts := make([]string, len(l.requirements))
	for i, r := range l.requirements {
		parts[i] = r.String()
	}
	return strings.Join(parts, ",")
}

// Matches reports whether labels meet the requirement. NotEquals and NotIn are
// also met by objects that lack the label.
func (r *Requirement) Matches(labels map[string]string) bool {
	value, present := labels[r.Key]
	switch r.Operator {
	case Equals, DoubleEquals, In:
		return present && slices.Contains(r.Values, value)
	case NotEquals, NotIn:
		return !present || !slices.Contains(r.Values, value)
	case Exists:
		return present
	case DoesNotExist:
		return !present
	case GreaterThan, LessThan:
		return present && r.compares(value)
	}
	return false
}

// compares reports whether the integer in value lies on the right side.
func (r *Requirement) compares(value string) bool {
	have, err := strconv.ParseInt(value, 10, 64)
	if err != nil || len(r.Values) != 1 {
		return false
	}
	limit, err := strconv.ParseInt(r.Values[0], 10, 64)
	if err != nil {
		return false
	}
	if r.Operator == GreaterThan {
		return have > limit
	}
	return have < limit
}

// String is the requirement as ParseLabels reads it.
func (r *Requirement) String() string {
	switch r.Operator {
	case Exists:
		return r.Key
	case DoesNotExist:
		return "!" + r.Key
	case In, NotIn:
		values := slices.Sorted(slices.Values(r.Values))
		return r.Key + " " + string(r.Operator) + " (" + strings.Join(values, ",") + ")"
	case GreaterThan:
		return r.Key + ">" + strings.Join(r.Values, ",")
	case LessThan:
		return r.Key + "<" + strings.Join(r.Values, ",")
	}
	return r.Key + string(r.Operator) + strings.Join(r.Values, ",")
}
