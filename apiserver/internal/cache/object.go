package cache

import (
	"bytes"
	"strconv"
	"sync/atomic"
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
	// frame is a whole watch event of type native: the JSON lies within.
	frame  []byte
	native EventType
	// The resourceVersion field lies at [cut, cutEnd) of the JSON.
	cut, cutEnd int32
	second      atomic.Pointer[[]byte]
}

// The parts of a watch event around the object.
const frameTail = "}\n"

var frameHeads = [...]string{
	Added:    `{"type":"ADDED","object":`,
	Modified: `{"type":"MODIFIED","object":`,
	Deleted:  `{"type":"DELETED","object":`,
}

// JSON is the object as clients get it, resourceVersion included. Never change
// it.
func (o *Object) JSON() []byte {
	return o.frame[len(frameHeads[o.native]) : len(o.frame)-len(frameTail)]
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
		return *b, nil
	}
	b, err := encode(o.JSON())
	if err != nil {
		return nil, err
	}
	o.second.Store(&b)
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
	out, _, _ := splice(make([]byte, 0, len(value)+48), value, rev)
	return out
}

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
	frame := make([]byte, 0, len(head)+len(value)+48+len(frameTail))
	frame = append(frame, head...)
	body, cut, cutEnd := splice(frame[len(head):], value, rev)
	frame = frame[:len(head)+len(body)]
	found := t.lift.lift(frame[len(head):])
	if !found.ok {
		return nil
	}
	o := &Object{
		Rev: rev, UID: found.uid, key: key, table: t, labels: found.labels,
		frame: append(frame, frameTail...), native: native, cut: int32(cut), cutEnd: int32(cutEnd),
	}
	o.Namespace, o.Name = t.split(key)
	o.fields = t.declared(found.values)
	return o
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
	return &Object{
		Namespace: o.Namespace, Name: o.Name, UID: o.UID, Rev: rev, key: o.key, table: o.table,
		labels: o.labels, fields: o.fields, frame: frame, native: Deleted, cut: o.cut, cutEnd: int32(cutEnd),
	}
}
