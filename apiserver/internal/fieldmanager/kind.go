package fieldmanager

import (
	"sync"
	"time"
	"unsafe"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/schema"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// Kind tracks the fields of one kind's objects.
type Kind struct {
	kind      *scheme.Kind
	version   string
	structure func() Structure
	shape     func() *shape
	reaches   map[string]reach
	// empty is what an object is compared with that is new.
	empty    string
	sketches sketches
}

// NewKind tracks the fields of a kind's objects. structure, if not nil, is the
// shape of a custom resource; without it that of the Go struct counts, and where
// there is none it is deduced from the objects. subresources are those of the
// kind.
func NewKind(k *scheme.Kind, structure func() Structure, subresources ...string) *Kind {
	f := &Kind{kind: k, version: k.APIVersion(), structure: sync.OnceValue(func() Structure {
		if structure != nil {
			return structure()
		}
		if t := schema.For(k.New()); t != nil {
			return Built(t)
		}
		return Deduced()
	})}
	f.shape = sync.OnceValue(func() *shape { return compile(f.structure()) })
	f.reaches = reachesOf(k, structure != nil, subresources)
	if b, err := codec.EncodeJSON(k.New()); err == nil {
		f.empty = string(b)
	} else {
		f.empty = "{}"
	}
	return f
}

// Writer is who writes an object, and how.
type Writer struct {
	// Manager is the name it goes by.
	Manager string
	// Subresource is the part of the object that it writes to; empty for the
	// object itself.
	Subresource string
	// Now is the time of the write.
	Now time.Time
	// Convert makes of an object's JSON that of the same object at another
	// version, and says what keeps the fields of that version; nil means that
	// there is no such version. It is needed only where others wrote at another
	// version.
	Convert func(obj []byte, apiVersion string) ([]byte, *Kind)
}

// convert is Convert where there is one.
func (w *Writer) convert(obj []byte, apiVersion string) ([]byte, *Kind) {
	if w.Convert == nil {
		return nil, nil
	}
	return w.Convert(obj, apiVersion)
}

// Managed is the object's metadata.managedFields.
type Managed = []meta.ManagedFieldsEntry

// Create is the managedFields of a new object, given as its JSON without
// managedFields; sent are those that its creator sent.
func (k *Kind) Create(w Writer, obj []byte, sent Managed) Managed {
	if w.Subresource == "" && len(sent) == 0 && len(obj) > 0 && obj[0] == '{' {
		return k.createOwned(w, view(obj))
	}
	t := newTree()
	defer t.free()
	if w.Subresource != "" || isReset(sent) {
		sent = nil
	}
	entries, err := t.read(sent)
	if err != nil {
		entries, sent = nil, nil
	}
	return k.written(t, w, k.empty, view(obj), entries, sent)
}

// createOwned is Create for an object that is all its creator's.
func (k *Kind) createOwned(w Writer, obj string) Managed {
	b := skeletons.Get().(*[]byte)
	defer skeletons.Put(b)
	*b, _ = appendSkeleton((*b)[:0], obj, 0)
	set := k.sketches.find(*b)
	if set == nil {
		t := newTree()
		defer t.free()
		m := k.written(t, w, k.empty, obj, nil, nil)
		if len(m) == 1 {
			k.sketches.add(*b, m[0].FieldsV1.Raw)
		}
		return m
	}
	t := tree{}
	e := k.entry(w)
	e.raw = set
	return t.write([]entry{e})
}

// view is JSON as text, in the same memory: nobody changes either.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// Update is the managedFields of an object that was old and becomes obj, both as
// JSON; what old says of managedFields is of no account, obj has none. live are
// those that the object had, sent those that the writer sent, or had as it
// patched.
func (k *Kind) Update(w Writer, old, obj []byte, live, sent Managed) Managed {
	if w.Subresource == "" && isReset(sent) {
		return nil
	}
	t := newTree()
	defer t.free()
	c, err := k.changes(t, w, view(old), view(obj))
	theirs := w.Subresource == "" && len(sent) > 0 && !sameEntries(sent, live)
	if err == nil && !theirs {
		if m, ok := k.settled(t, w, live, c); ok {
			return m
		}
	}
	was := live
	if theirs {
		was = sent
	}
	entries, rerr := t.read(was)
	if theirs && (rerr != nil || len(entries) == 0) {
		was = live
		entries, rerr = t.read(was)
	}
	if rerr != nil || len(entries) == 0 {
		// Nothing is known of who owned what, and a beginning now would say the
		// wrong thing.
		return nil
	}
	if err != nil {
		return was
	}
	return k.moved(t, w, view(old), view(obj), entries, c)
}

// isReset says whether a list of entries asks for the tracking to end: it is
// there and empty, or has one empty entry.
func isReset(m Managed) bool {
	return m != nil && len(m) == 0 || len(m) == 1 && m[0].Manager == "" && m[0].Operation == "" && m[0].APIVersion == "" && m[0].Time == nil &&
		m[0].FieldsType == "" && m[0].FieldsV1 == nil && m[0].Subresource == ""
}

// written is the entries after a write, or was when the objects cannot be
// compared.
func (k *Kind) written(t *tree, w Writer, old, obj string, entries []entry, was Managed) Managed {
	c, err := k.changes(t, w, old, obj)
	if err != nil {
		return was
	}
	return k.moved(t, w, old, obj, entries, c)
}

// changes are the fields that a write changes, as far as it can reach.
func (k *Kind) changes(t *tree, w Writer, old, obj string) (changes, error) {
	c, err := t.compare(k.shape(), old, obj)
	if err != nil {
		return c, err
	}
	if r, ok := k.reaches[w.Subresource]; ok {
		t.within(c.set, r)
		t.within(c.removed, r)
	}
	return c, nil
}

// moved moves the fields that a write changes to the writer.
func (k *Kind) moved(t *tree, w Writer, old, obj string, entries []entry, c changes) Managed {
	entries = k.take(t, w, old, obj, entries, c)
	if !t.empty(c.set) {
		entries = k.give(t, entries, w, c.set)
	}
	return t.write(t.capped(entries))
}

// take takes away from everybody what has changed and what is gone, each at the
// version that it was written at. An entry that has nothing left goes too, and
// so does one of a version that is no longer served.
func (k *Kind) take(t *tree, w Writer, old, obj string, entries []entry, c changes) []entry {
	versions := map[string]*changes{k.version: &c}
	out := entries[:0]
	for _, e := range entries {
		v, ok := versions[e.apiVersion]
		if !ok {
			v = k.changesAt(t, w, e.apiVersion, old, obj)
			versions[e.apiVersion] = v
		}
		if v == nil {
			continue
		}
		changed := t.subtract(e.set, t, v.set, false)
		if t.subtract(e.set, t, v.removed, false) || changed {
			e.raw = nil
		}
		if !t.empty(e.set) {
			out = append(out, e)
		}
	}
	return out
}

// changesAt is what changes at another version; nil when it is not served.
func (k *Kind) changesAt(t *tree, w Writer, version, old, obj string) *changes {
	before, other := w.convert([]byte(old), version)
	if other == nil {
		return nil
	}
	after, other := w.convert([]byte(obj), version)
	if other == nil {
		return nil
	}
	c, err := t.compare(other.shape(), string(before), string(after))
	if err != nil {
		return &changes{t.new(0, "", 0), t.new(0, "", 0)}
	}
	if r, ok := other.reaches[w.Subresource]; ok {
		t.within(c.set, r)
		t.within(c.removed, r)
	}
	return &c
}

// give files the changed fields under the writer.
func (k *Kind) give(t *tree, entries []entry, w Writer, set int32) []entry {
	e := k.entry(w)
	e.set = set
	for i := range entries {
		if o := &entries[i]; o.same(&e) {
			t.union(o.set, set)
			o.raw = nil
			if e.time != nil {
				o.time = e.time
			}
			return entries
		}
	}
	return append(entries, e)
}

// entry is the writer's, without fields yet.
func (k *Kind) entry(w Writer) entry {
	e := entry{manager: w.Manager, operation: update, apiVersion: k.version, subresource: w.Subresource, time: &meta.Time{Time: w.Now}}
	if e.manager == "" {
		e.manager = "unknown"
	}
	if w.Subresource == scale {
		e.time = nil
	}
	return e
}
