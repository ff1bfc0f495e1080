package cache

import (
	"bytes"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"unique"
)

// Object is one version of one object: its bytes and what selectors need. It
// is shared by everybody and never changes.
type Object struct {
	// Namespace and Name are those of the key; Namespace is empty for
	// cluster-wide kinds.
	Namespace, Name string
	// UID is metadata.uid.
	UID string
	// Rev is the revision of this version: its resourceVersion.
	Rev int64

	key    string // below the table's prefix: "ns/name" or "name"
	table  *Table
	labels []Label
	fields []string // the values of the table's fields
	kept   packed   // the JSON
	// young is a whole watch event of type native with the JSON within: while the
	// version is new, many want just that.
	young  atomic.Pointer[[]byte]
	native EventType
	// typed is how much of the JSON names the kind, if it begins with that.
	typed uint8
	// The resourceVersion field lies at [cut, cutEnd) of the JSON.
	cut, cutEnd int32
	second      atomic.Pointer[packed]
	stale       bool // etcd has it in another form
}

// The parts of a watch event around the object.
const frameTail = "}\n"

var frameHeads = [...]string{
	Added:    `{"type":"ADDED","object":`,
	Modified: `{"type":"MODIFIED","object":`,
	Deleted:  `{"type":"DELETED","object":`,
}

// JSON is the object as clients get it, resourceVersion included. Never change
// it. It may have to be put together: who only passes it on appends it to what
// he has.
func (o *Object) JSON() []byte {
	if f := o.young.Load(); f != nil {
		return within(*f, o.native)
	}
	return o.kept.whole()
}

// within is the object in a watch event.
func within(frame []byte, t EventType) []byte {
	return frame[len(frameHeads[t]) : len(frame)-len(frameTail)]
}

// AppendJSON appends the object as clients get it.
func (o *Object) AppendJSON(dst []byte) []byte { return o.kept.appendTo(dst, 0) }

// AppendItem appends the object as an item of a list, whose kind tells the
// item's own.
func (o *Object) AppendItem(dst []byte) []byte {
	if o.typed == 0 {
		return o.kept.appendTo(dst, 0)
	}
	return o.kept.appendTo(append(dst, '{'), int(o.typed))
}

// Size is the length of the JSON.
func (o *Object) Size() int { return o.kept.size }

// age lets go of what is kept for a new version only.
func (o *Object) age() {
	if o.kept.model != nil {
		o.young.Store(nil)
	}
}

// Stored is a copy of the bytes that etcd holds: without resourceVersion.
func (o *Object) Stored() []byte {
	b := o.JSON()
	out := make([]byte, 0, len(b))
	return append(append(out, b[:o.cut]...), b[o.cutEnd:]...)
}

// Holds says whether value, without resourceVersion, is what is stored: a
// write of it would change nothing.
func (o *Object) Holds(value []byte) bool {
	if o.stale || len(value) != o.kept.size-int(o.cutEnd-o.cut) {
		return false
	}
	b := o.JSON()
	cut := int(o.cut)
	return len(value) == len(b)-int(o.cutEnd-o.cut) &&
		bytes.Equal(value[:cut], b[:cut]) && bytes.Equal(value[cut:], b[o.cutEnd:])
}

// Label is the value of a label, and whether there is one.
func (o *Object) Label(key string) (string, bool) {
	for i := range o.labels {
		if o.labels[i].Key == key {
			return o.labels[i].Value, true
		}
	}
	return "", false
}

// Labels walks over the labels in the order of their keys.
func (o *Object) Labels() iter.Seq2[string, string] {
	return func(yield func(key, value string) bool) {
		for _, l := range o.labels {
			if !yield(l.Key, l.Value) {
				return
			}
		}
	}
}

// Kind is the kind that the object's table declares.
func (o *Object) Kind() string { return o.table.res.Kind }

// Field is the value of a selectable field, or empty for one that the table
// does not declare.
func (o *Object) Field(name string) string {
	i, ok := o.table.fieldIndex(name)
	if !ok {
		return ""
	}
	return o.fieldAt(i)
}

// Encoded is the object in a second encoding: made from the JSON by encode
// when it is first asked for, and kept as long as this version is.
func (o *Object) Encoded(encode func(json []byte) ([]byte, error)) ([]byte, error) {
	if b := o.second.Load(); b != nil {
		return b.whole(), nil
	}
	b, err := encode(o.JSON())
	if err != nil {
		return nil, err
	}
	p := o.table.second.pack(b)
	o.second.Store(&p)
	return b, nil
}

// Fields that every table has; declared ones follow.
const (
	fieldName = iota
	fieldNamespace
	firstDeclared
)

func (o *Object) fieldAt(i int) string {
	switch i {
	case fieldName:
		return o.Name
	case fieldNamespace:
		return o.Namespace
	}
	return o.fields[i-firstDeclared]
}

// WithRevision returns value, an object's JSON without resourceVersion, with
// rev put in: the response to a write of it.
func WithRevision(value []byte, rev int64) []byte {
	out, _, _ := splice(make([]byte, 0, len(value)+RevisionRoom), value, rev)
	return out
}

// GiveRevision is WithRevision within value's own memory, where RevisionRoom is
// left behind it: value is not to be used any more.
func GiveRevision(value []byte, rev int64) []byte {
	at, before, after := splicePoint(value)
	field := append(append(make([]byte, 0, RevisionRoom), before...), `"resourceVersion":"`...)
	field = append(append(strconv.AppendInt(field, rev, 10), '"'), after...)
	return slices.Insert(value, at, field...)
}

// RevisionRoom is what a revision takes in an object's JSON at most.
const RevisionRoom = 64

// splice appends value with its revision to dst and tells where in value's
// copy the field lies.
func splice(dst, value []byte, rev int64) (out []byte, cut, cutEnd int) {
	at, before, after := splicePoint(value)
	start := len(dst)
	dst = append(dst, value[:at]...)
	cut = len(dst) - start
	dst = append(dst, before...)
	dst = append(dst, `"resourceVersion":"`...)
	dst = strconv.AppendInt(dst, rev, 10)
	dst = append(dst, '"')
	dst = append(dst, after...)
	cutEnd = len(dst) - start
	return append(dst, value[at:]...), cut, cutEnd
}

// newObject makes the object of a stored value. The key is relative to the
// table. Values that are no JSON objects give nil.
func newObject(t *Table, key string, value []byte, rev int64, native EventType) *Object {
	head := frameHeads[native]
	frame := make([]byte, 0, len(head)+len(value)+RevisionRoom+len(frameTail))
	frame = append(frame, head...)
	body, cut, cutEnd := splice(frame[len(head):], value, rev)
	frame = frame[:len(head)+len(body)]
	text := frame[len(head):]
	found := t.lift.lift(text)
	if !found.ok {
		return nil
	}
	frame = append(frame, frameTail...)
	o := &Object{Rev: rev, UID: found.uid, key: key, table: t, labels: found.labels,
		kept: t.first.pack(text), native: native, cut: int32(cut), cutEnd: int32(cutEnd)}
	o.young.Store(&frame)
	o.Namespace, o.Name = t.split(key)
	o.fields = t.declared(found.values)
	if len(t.typeHead) < 256 && bytes.HasPrefix(text, t.typeHead) {
		o.typed = uint8(len(t.typeHead))
	}
	if o.kept.model != nil {
		o.detach()
	}
	return o
}

// detach makes the lifted strings independent of the JSON that they lie in.
// Labels and fields have few values for many objects, which share them.
func (o *Object) detach() {
	o.UID = strings.Clone(o.UID)
	for i := range o.labels {
		l := &o.labels[i]
		l.Key, l.Value = unique.Make(l.Key).Value(), unique.Make(l.Value).Value()
	}
	for i := range o.fields {
		o.fields[i] = unique.Make(o.fields[i]).Value()
	}
}

// at makes the object as a deletion at rev shows it: its last state, with the
// deletion's revision.
func (o *Object) at(rev int64) *Object {
	head := frameHeads[Deleted]
	b := o.JSON()
	field := b[o.cut:o.cutEnd]
	frame := make([]byte, 0, len(head)+len(b)+20+len(frameTail))
	frame = append(append(frame, head...), b[:o.cut]...)
	open := bytes.LastIndexByte(field[:bytes.LastIndexByte(field, '"')], '"') + 1
	frame = append(frame, field[:open]...)
	frame = strconv.AppendInt(frame, rev, 10)
	frame = append(frame, field[bytes.LastIndexByte(field, '"'):]...)
	cutEnd := len(frame) - len(head)
	frame = append(append(frame, b[o.cutEnd:]...), frameTail...)
	text := within(frame, Deleted)
	gone := &Object{
		Namespace: o.Namespace, Name: o.Name, UID: o.UID, Rev: rev, key: o.key, table: o.table,
		labels: o.labels, fields: o.fields, kept: packed{bytes: text, size: len(text)}, native: Deleted,
		typed: o.typed, cut: o.cut, cutEnd: int32(cutEnd),
	}
	gone.young.Store(&frame)
	return gone
}
