package jsonwire

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
)

// Shape says which fields a value of unknown type may have. A nil Shape lets
// everything through.
type Shape interface {
	// Field is the shape of an object's field; known is false for a field that the
	// object may not have.
	Field(key []byte) (s Shape, known bool)
	// Item is the shape of an array's items.
	Item() Shape
}

// Tree reads a value of any type: map[string]any, []any, string, bool, int64,
// float64 or nil. Fields that s does not know are skipped like those that a
// struct does not have.
func (d *Decoder) Tree(s Shape) any {
	switch d.peek() {
	case '{':
		return d.treeObject(s)
	case '[':
		return d.treeArray(s)
	case '"':
		return d.keep(d.text())
	case 't':
		d.literal("true")
		return true
	case 'f':
		d.literal("false")
		return false
	case 'n':
		d.literal("null")
		return nil
	}
	return d.treeNumber()
}

func (d *Decoder) treeObject(s Shape) any {
	if !d.deeper() {
		return nil
	}
	out := map[string]any{}
	for ok := d.FirstKey(); ok; ok = d.NextKey() {
		d.TreeField(out, s)
	}
	d.TreeEnd(out)
	return out
}

// TreeField reads the value of the key just read into an object.
func (d *Decoder) TreeField(object map[string]any, s Shape) {
	var of Shape
	if s != nil {
		known := false
		if of, known = s.Field(d.key); !known {
			d.unknownTree(object)
			return
		}
	}
	key := d.KeyString()
	if _, has := object[key]; has && d.strict {
		d.report(true)
	}
	object[key] = d.Tree(of)
}

// left stands for a field that the shape does not know while its object is read,
// so that it is noticed when it comes again.
type left struct{}

// unknownTree passes over a field that the shape does not know. Strict readers
// are told of what is repeated within.
func (d *Decoder) unknownTree(object map[string]any) {
	if !d.strict {
		d.Skip()
		return
	}
	key := d.KeyString()
	_, again := object[key]
	d.report(again)
	object[key] = left{}
	d.Tree(nil)
}

// TreeEnd ends an object that TreeField has read the fields of.
func (d *Decoder) TreeEnd(object map[string]any) {
	if d.strict {
		maps.DeleteFunc(object, func(_ string, v any) bool { return v == left{} })
	}
}

func (d *Decoder) treeArray(s Shape) any {
	if !d.deeper() {
		return nil
	}
	var of Shape
	if s != nil {
		of = s.Item()
	}
	out := []any{}
	for ok := d.FirstElem(); ok; ok = d.NextElem() {
		out = append(out, d.Tree(of))
	}
	return out
}

// treeNumber keeps whole numbers whole as long as they fit.
func (d *Decoder) treeNumber() any {
	start := d.pos
	text := d.Number()
	if n, ok := small(text); ok {
		return n
	}
	if !bytes.ContainsAny(text, ".eE") {
		if n, err := strconv.ParseInt(string(text), 10, 64); err == nil {
			return n
		}
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil && !d.syntax {
		d.mismatched("number "+string(text), "float64", start)
	}
	return f
}

// AppendTree appends a value as Tree makes it, objects in the order of their
// keys.
func AppendTree(b []byte, v any) []byte {
	switch v := v.(type) {
	case map[string]any:
		b = append(b, '{')
		var room [16]string
		for i, k := range SortedKeys(v, room[:0]) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(AppendString(b, k), ':')
			b = AppendTree(b, v[k])
		}
		return append(b, '}')
	case []any:
		b = append(b, '[')
		for i, x := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = AppendTree(b, x)
		}
		return append(b, ']')
	case float64:
		return AppendFloat(b, v)
	}
	return AppendAny(b, v)
}

// CopyTree copies a value as Tree makes it.
func CopyTree(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, x := range v {
			out[k] = CopyTree(x)
		}
		return out
	case []any:
		out := slices.Clone(v)
		for i, x := range out {
			out[i] = CopyTree(x)
		}
		return out
	}
	return v
}
