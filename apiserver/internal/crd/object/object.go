// Package object is the Go type of custom resources: kind and metadata as
// every object has them, and beside them a tree of plain values that the
// definition's schema has pruned. It is a meta.Object like any other, so that
// custom resources go through the server as the built-in kinds do.
package object

import (
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd/structural"
	"github.com/pilothouse/pilothouse/proto/jsonwire"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Object is one custom resource.
type Object struct {
	meta.TypeMeta
	meta.ObjectMeta
	// Content is all else: map[string]any, []any, string, bool, int64, float64 and
	// nil.
	Content map[string]any

	schema *structural.Schema
}

// New makes an empty object whose fields are those of the schema when it is
// read. Without a schema everything is kept.
func New(t meta.TypeMeta, s *structural.Schema) *Object {
	return &Object{TypeMeta: t, Content: map[string]any{}, schema: s}
}

// Schema is what the object was made with.
func (o *Object) Schema() *structural.Schema { return o.schema }

// DeepCopyObject copies the object and its content.
func (o *Object) DeepCopyObject() meta.Object {
	c := *o
	c.ObjectMeta = *o.ObjectMeta.DeepCopy()
	c.Content = jsonwire.CopyTree(o.Content).(map[string]any)
	return &c
}

// AppendJSON appends the object's text: kind, apiVersion and metadata first,
// then the content in the order of its keys.
func (o *Object) AppendJSON(b []byte) []byte {
	b = append(b, '{')
	if o.Kind != "" {
		b = append(jsonwire.AppendString(append(b, `"kind":`...), o.Kind), ',')
	}
	if o.APIVersion != "" {
		b = append(jsonwire.AppendString(append(b, `"apiVersion":`...), o.APIVersion), ',')
	}
	b = o.ObjectMeta.AppendJSON(append(b, `"metadata":`...))
	var room [16]string
	for _, k := range jsonwire.SortedKeys(o.Content, room[:0]) {
		b = append(jsonwire.AppendString(append(b, ','), k), ':')
		b = jsonwire.AppendTree(b, o.Content[k])
	}
	return append(b, '}')
}

// MarshalJSON is AppendJSON for encoding/json.
func (o *Object) MarshalJSON() ([]byte, error) { return o.AppendJSON(nil), nil }

// DecodeJSON reads an object. What its schema does not know is left out, and
// told of in strict reading.
func (o *Object) DecodeJSON(d *jsonwire.Decoder) {
	if !d.Object("map[string]interface {}") {
		return
	}
	o.Content = map[string]any{}
	var shape jsonwire.Shape
	if o.schema != nil {
		shape = o.schema
	}
	var seen uint64
	for ok := d.FirstKey(); ok; ok = d.NextKey() {
		switch string(d.Key()) {
		case "kind":
			d.Once(&seen, 0)
			d.String(&o.Kind)
		case "apiVersion":
			d.Once(&seen, 1)
			d.String(&o.APIVersion)
		case "metadata":
			d.Once(&seen, 2)
			o.ObjectMeta.DecodeJSON(d)
		default:
			d.TreeField(o.Content, shape)
		}
	}
	d.TreeEnd(o.Content)
}

// UnmarshalJSON is DecodeJSON for encoding/json.
func (o *Object) UnmarshalJSON(b []byte) error { return jsonwire.Unmarshal(b, o) }

// Default fills in what the object leaves out.
func (o *Object) Default() { o.schema.Fill(o.Content) }

// Get is the value at a path of fields, and whether it is there.
func (o *Object) Get(path ...string) (any, bool) {
	var v any = o.Content
	for _, name := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = m[name]; !ok {
			return nil, false
		}
	}
	return v, true
}

// Set puts a value at a path of fields and makes the objects on the way. It says
// false when something else than an object is in the way.
func (o *Object) Set(v any, path ...string) bool {
	m := o.Content
	for _, name := range path[:len(path)-1] {
		next, there := m[name]
		if !there || next == nil {
			next = map[string]any{}
			m[name] = next
		}
		var ok bool
		if m, ok = next.(map[string]any); !ok {
			return false
		}
	}
	m[path[len(path)-1]] = v
	return true
}

// List is a list of custom resources.
type List struct {
	meta.TypeMeta
	meta.ListMeta
	// Items are the objects.
	Items []Object
}

// Len is how many items there are.
func (l *List) Len() int { return len(l.Items) }

// At is an item, in place.
func (l *List) At(i int) meta.Object { return &l.Items[i] }

// AppendItem adds an item.
func (l *List) AppendItem(o meta.Object) { l.Items = append(l.Items, *o.(*Object)) }

// DeepCopyList copies the list.
func (l *List) DeepCopyList() meta.List {
	c := *l
	c.ListMeta = *l.ListMeta.DeepCopy()
	c.Items = make([]Object, len(l.Items))
	for i := range l.Items {
		c.Items[i] = *l.Items[i].DeepCopyObject().(*Object)
	}
	return &c
}

// AppendJSON appends the list's text.
func (l *List) AppendJSON(b []byte) []byte {
	b = jsonwire.AppendString(append(b, `{"kind":`...), l.Kind)
	b = jsonwire.AppendString(append(b, `,"apiVersion":`...), l.APIVersion)
	b = l.ListMeta.AppendJSON(append(b, `,"metadata":`...))
	b = append(b, `,"items":[`...)
	for i := range l.Items {
		if i > 0 {
			b = append(b, ',')
		}
		b = l.Items[i].AppendJSON(b)
	}
	return append(b, "]}"...)
}

// SortProblems puts what strict reading found into the order in which it is told
// of custom resources: repeated fields first, then unknown ones by name.
func SortProblems(problems []string) {
	slices.SortStableFunc(problems, func(a, b string) int {
		x, y := strings.HasPrefix(a, "duplicate"), strings.HasPrefix(b, "duplicate")
		switch {
		case x && y:
			return 0
		case x:
			return -1
		case y:
			return 1
		}
		return strings.Compare(a, b)
	})
}
