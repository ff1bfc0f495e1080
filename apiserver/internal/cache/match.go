package cache

import (
	"hash/maphash"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/proto/selector"
)

// matcher is a compiled query: what a list or a watch wants of a table.
type matcher struct {
	namespace, name string
	labels          []selector.Requirement
	fields          []fieldTerm
	nothing         bool
}

type fieldTerm struct {
	index int
	not   bool
	value string
}

// compile makes a matcher. Errors: *InvalidSelectorError.
func (t *Table) compile(namespace, name string, labels selector.Labels, fields selector.Fields) (matcher, error) {
	m := matcher{namespace: namespace, name: name, labels: labels.Requirements()}
	m.nothing = len(m.labels) == 0 && !labels.Empty()
	for _, r := range fields.Requirements() {
		if r.Field == "" && r.Value == "" {
			continue // a lone "=" asks for nothing
		}
		i, ok := t.fieldIndex(r.Field)
		if !ok {
			return m, &InvalidSelectorError{Field: r.Field}
		}
		not := r.Operator == selector.NotEquals
		switch {
		case i == fieldName && !not && m.name == "":
			m.name = r.Value
		case i == fieldNamespace && !not && m.namespace == "" && t.res.Namespaced:
			m.namespace = r.Value
		default:
			m.fields = append(m.fields, fieldTerm{index: i, not: not, value: r.Value})
		}
	}
	return m, nil
}

// unfiltered says whether the query wants everything in its namespace.
func (m *matcher) unfiltered() bool {
	return !m.nothing && m.name == "" && len(m.labels) == 0 && len(m.fields) == 0
}

func (m *matcher) matches(o *Object) bool {
	if m.nothing || (m.namespace != "" && m.namespace != o.Namespace) || (m.name != "" && m.name != o.Name) {
		return false
	}
	for i := range m.fields {
		if f := &m.fields[i]; (o.fieldAt(f.index) == f.value) == f.not {
			return false
		}
	}
	for i := range m.labels {
		if !meets(o, &m.labels[i]) {
			return false
		}
	}
	return true
}

// meets says whether the object's labels meet one requirement.
func meets(o *Object, r *selector.Requirement) bool {
	value, present := o.Label(r.Key)
	switch r.Operator {
	case selector.Equals, selector.DoubleEquals, selector.In:
		return present && contains(r.Values, value)
	case selector.NotEquals, selector.NotIn:
		return !present || !contains(r.Values, value)
	case selector.Exists:
		return present
	case selector.DoesNotExist:
		return !present
	}
	if !present || len(r.Values) != 1 {
		return false
	}
	have, err := strconv.ParseInt(value, 10, 64)
	limit, limitErr := strconv.ParseInt(r.Values[0], 10, 64)
	if err != nil || limitErr != nil {
		return false
	}
	return (r.Operator == selector.GreaterThan && have > limit) || (r.Operator == selector.LessThan && have < limit)
}

func contains(values []string, v string) bool {
	for _, w := range values {
		if v == w {
			return true
		}
	}
	return false
}

// A term is the hash of something that an index can look up: a label pair, a
// field's value, a namespace, a name. Two may share a hash, so what an index
// finds is always matched again.
type term uint64

var termSeed = maphash.MakeSeed()

func labelTerm(key, value string) term {
	return term(maphash.String(termSeed, key)*31 + maphash.String(termSeed, value))
}

func fieldTermOf(index int, value string) term {
	return term((maphash.String(termSeed, value)+uint64(index)+1)*0x9E3779B97F4A7C15 + uint64(index))
}

// best is the term that narrows the query most, if it has one that is looked
// up by equality. Declared fields come first (a kubelet's node), then the
// name, then labels.
func (m *matcher) best(t *Table) (term, bool) {
	for _, f := range m.fields {
		if !f.not && f.value != "" && t.indexed(f.index) {
			return fieldTermOf(f.index, f.value), true
		}
	}
	if m.name != "" {
		return fieldTermOf(fieldName, m.name), true
	}
	for _, r := range m.labels {
		if len(r.Values) == 1 && (r.Operator == selector.Equals || r.Operator == selector.DoubleEquals || r.Operator == selector.In) {
			return labelTerm(r.Key, r.Values[0]), true
		}
	}
	return 0, false
}

// watchTerm is best, or the namespace: the key order serves namespaces for
// lists, but events must be looked up.
func (m *matcher) watchTerm(t *Table) (term, bool) {
	if found, ok := m.best(t); ok {
		return found, true
	}
	if m.namespace != "" {
		return fieldTermOf(fieldNamespace, m.namespace), true
	}
	return 0, false
}

// listTerms calls yield for every term that lists are looked up by.
func (o *Object) listTerms(yield func(term)) {
	for _, i := range o.table.indexes {
		if v := o.fieldAt(i); v != "" {
			yield(fieldTermOf(i, v))
		}
	}
	for i := range o.labels {
		yield(labelTerm(o.labels[i].Key, o.labels[i].Value))
	}
}

// sameListTerms says whether both objects are found by the same terms, which
// is so for most changes.
func sameListTerms(a, b *Object) bool {
	if len(a.labels) != len(b.labels) {
		return false
	}
	for i := range a.labels {
		if a.labels[i] != b.labels[i] {
			return false
		}
	}
	for _, i := range a.table.indexes {
		if a.fieldAt(i) != b.fieldAt(i) {
			return false
		}
	}
	return true
}

// split parts a key below the table's prefix into namespace and name.
func (t *Table) split(key string) (namespace, name string) {
	if !t.res.Namespaced {
		return "", key
	}
	namespace, name, ok := strings.Cut(key, "/")
	if !ok {
		return "", key
	}
	return namespace, name
}
