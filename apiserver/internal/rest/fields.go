package rest

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/fieldmanager"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// tracker makes a kind's fieldmanager when it is first asked for: most kinds
// are never written.
type tracker struct {
	once sync.Once
	kind *fieldmanager.Kind
}

// fields keeps the managedFields of the resource's objects.
func (e *entry) fields() *fieldmanager.Kind {
	e.tracker.once.Do(func() {
		subs := make([]string, 0, len(e.Subresources))
		for i := range e.Subresources {
			subs = append(subs, e.Subresources[i].Name)
		}
		e.tracker.kind = fieldmanager.NewKind(e.Kind, e.Structure, subs...)
	})
	return e.tracker.kind
}

// writer is who sends the request, for managedFields.
func (c *call) writer(o options) fieldmanager.Writer {
	name := o.manager
	if name == "" {
		name = managerOf(c.r.UserAgent())
	}
	return fieldmanager.Writer{Manager: name, Subresource: c.info.Subresource, Now: now(), Convert: c.convert}
}

// convert makes of an object's JSON that of the same object at another version.
func (c *call) convert(obj []byte, apiVersion string) ([]byte, *fieldmanager.Kind) {
	from := c.res
	var head meta.TypeMeta
	if codec.DecodeJSON(obj, &head) == nil && head.APIVersion != c.res.Kind.APIVersion() {
		from = c.sibling(head.APIVersion)
	}
	to := c.sibling(apiVersion)
	if from == nil || to == nil {
		return nil, nil
	}
	o := from.Kind.New()
	if codec.DecodeJSON(obj, o) != nil {
		return nil, nil
	}
	var err error
	if from.View != nil {
		if o, err = from.View.ToStored(c.r.Context(), o); err != nil {
			return nil, nil
		}
	}
	if to.View != nil {
		if o, err = to.View.ToServed(c.r.Context(), o); err != nil {
			return nil, nil
		}
	}
	b, err := codec.EncodeJSON(o)
	if err != nil {
		return nil, nil
	}
	return b, to.fields()
}

// sibling is the resource that serves the same objects at a version, or nil.
func (c *call) sibling(apiVersion string) *entry {
	if c.res.Kind.APIVersion() == apiVersion {
		return c.res
	}
	for _, e := range *c.Handler.table.Load() {
		if e.Kind.APIVersion() == apiVersion && e.Stored() == c.res.Stored() && e.table != nil {
			return e
		}
	}
	return nil
}

// maxManager is how long a manager's name may be.
const maxManager = 128

// managerOf is the name of a program that does not say what it is called: what
// stands before the version in its User-Agent.
func managerOf(agent string) string {
	name, _, _ := strings.Cut(agent, "/")
	var b strings.Builder
	for _, r := range name {
		if !unicode.IsPrint(r) {
			continue
		}
		if b.Len()+utf8.RuneLen(r) > maxManager {
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

// trackNew notes whose the fields of a new object are.
func (c *call) trackNew(o options, obj meta.Object) error {
	if o.tracked {
		return nil
	}
	m := obj.GetObjectMeta()
	sent := m.ManagedFields
	m.ManagedFields = nil
	var managed fieldmanager.Managed
	err := codec.WithJSON(obj, func(b []byte) { managed = c.res.fields().Create(c.writer(o), b, sent) })
	m.ManagedFields = managed
	return err
}

// trackChange notes whose the fields are that a write changes.
func (c *call) trackChange(o options, cur *current, next, old meta.Object) error {
	if o.tracked {
		return nil
	}
	m, om := next.GetObjectMeta(), old.GetObjectMeta()
	sent := m.ManagedFields
	m.ManagedFields = nil
	var managed fieldmanager.Managed
	compare := func(was []byte, next meta.Object) error {
		return codec.WithJSON(next, func(b []byte) {
			managed = c.res.fields().Update(c.writer(o), was, b, om.ManagedFields, sent)
		})
	}
	encoded := func(old, next meta.Object) (err error) {
		if e := codec.WithJSON(old, func(was []byte) { err = compare(was, next) }); e != nil {
			return e
		}
		return err
	}
	var err error
	switch kept := c.same(cur.kept, next, old); {
	case len(kept) > 0 && len(kept) == len(cur.kept) && cur.rest != nil:
		err = without(next, kept, func(b meta.Object) error { return compare(cur.rest, b) })
	case len(kept) > 0: // Most of the work would be to find out that they have not changed.
		err = without(old, kept, func(was meta.Object) error {
			return without(next, kept, func(b meta.Object) error { return encoded(was, b) })
		})
	case c.res.View != nil:
		err = encoded(old, next)
	default:
		err = compare(cur.json, next)
	}
	m.ManagedFields = managed
	return err
}

// same are those of the parts that a patch kept that are still the same, unless
// somebody's fields are of another version: to find these, the object is
// converted as a whole.
func (c *call) same(kept []string, next, old meta.Object) []string {
	for _, e := range old.GetObjectMeta().ManagedFields {
		if e.APIVersion != c.res.Kind.APIVersion() {
			return nil
		}
	}
	return sameParts(kept, next, old)
}

// encodeStored is an object's bytes to store, with room for their revision. One that its managedFields alone
// make too large does without them: better nobody owns a field than that the
// object cannot be written.
func encodeStored(o meta.Object) ([]byte, error) {
	var value []byte
	keep := func(b []byte) { value = append(make([]byte, 0, len(b)+cache.RevisionRoom), b...) }
	err := codec.WithJSON(o, keep)
	if m := o.GetObjectMeta(); err == nil && len(value) > store.MaxValue && len(m.ManagedFields) > 0 {
		m.ManagedFields = nil
		err = codec.WithJSON(o, keep)
	}
	return value, err
}

// onlyTimes says whether two lists of entries differ in nothing but when the
// fields were written.
func onlyTimes(a, b []meta.ManagedFieldsEntry) bool {
	differ := false
	return slices.EqualFunc(a, b, func(x, y meta.ManagedFieldsEntry) bool {
		if (x.Time == nil) != (y.Time == nil) {
			return false
		}
		differ = differ || x.Time != nil && !x.Time.Time.Equal(y.Time.Time)
		x.Time, y.Time = nil, nil
		return meta.Equal(&x, &y)
	}) && differ
}
