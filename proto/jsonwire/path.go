package jsonwire

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// describe puts the problems into words.
func (d *Decoder) describe() []string {
	if len(d.problems) == 0 {
		return nil
	}
	offsets := make([]int, len(d.problems))
	for i, p := range d.problems {
		offsets[i] = p.offset
	}
	var out []string
	for i, path := range paths(d.data, offsets, true) {
		kind := "unknown"
		if d.problems[i].duplicate {
			kind = "duplicate"
		}
		if s := fmt.Sprintf("%s field %q", kind, path); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// error is encoding/json's sentence about a value of the wrong type.
func (m *mismatch) error(data []byte) error {
	path := paths(data, []int{m.offset}, false)[0]
	if m.insideOfMap {
		path = path[:max(strings.LastIndexByte(path, '.'), 0)]
	}
	into := "value"
	if m.owner != "" && path != "" {
		into = "struct field " + m.owner + "." + path
	}
	return &TypeError{From: m.value, Into: m.typ, Text: m.text,
		message: fmt.Sprintf("json: cannot unmarshal %s into Go %s of type %s", m.value, into, m.typ)}
}

// TypeError is a value of the wrong type.
type TypeError struct {
	// From is what there is and Into the Go type that users know what should be
	// there by. Text says that this is a sort of string.
	From, Into string
	Text       bool

	message string
}

// Error is encoding/json's sentence.
func (e *TypeError) Error() string { return e.message }

// paths names the values of a valid text that start behind the given
// ascending offsets: "spec.containers[0].name", or without the indexes. The
// decoder itself keeps no path: errors are rare, and this costs them alone.
func paths(data []byte, offsets []int, indexes bool) []string {
	w := pathWalker{d: Decoder{data: data}, offsets: offsets, indexes: indexes}
	w.value()
	for len(w.found) < len(offsets) {
		w.found = append(w.found, "")
	}
	return w.found
}

// maxPath bounds, in bytes, what one path shows of a long way down.
const maxPath = 16 << 10

type pathWalker struct {
	d       Decoder
	offsets []int
	indexes bool
	path    []byte // to the value that is read, one text for all levels
	found   []string
}

// done says whether all paths are known.
func (w *pathWalker) done() bool { return len(w.found) == len(w.offsets) }

// value walks the value at the decoder's place.
func (w *pathWalker) value() {
	start := w.d.pos
	c := w.d.peek()
	for !w.done() && w.offsets[len(w.found)] >= start && w.offsets[len(w.found)] <= w.d.pos {
		w.found = append(w.found, string(w.path[:min(len(w.path), maxPath)]))
	}
	if w.done() {
		return
	}
	outer := len(w.path)
	switch c {
	case '{':
		w.d.deeper()
		for ok := w.d.FirstKey(); ok; ok = w.d.NextKey() {
			if outer > 0 {
				w.path = append(w.path, '.')
			}
			w.path = append(w.path, w.d.Key()...)
			w.value()
			w.path = w.path[:outer]
			if w.done() {
				return
			}
		}
	case '[':
		w.d.deeper()
		i := 0
		for ok := w.d.FirstElem(); ok; ok = w.d.NextElem() {
			if w.indexes {
				w.path = append(strconv.AppendInt(append(w.path, '['), int64(i), 10), ']')
			}
			w.value()
			w.path = w.path[:outer]
			if w.done() {
				return
			}
			i++
		}
	default:
		w.d.Skip()
	}
}
