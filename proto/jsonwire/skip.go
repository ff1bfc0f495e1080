package jsonwire

import (
	"bytes"
	"encoding/json"
)

// Skip reads any value and forgets it.
func (d *Decoder) Skip() {
	switch c := d.peek(); c {
	case '"':
		d.text()
	case '{':
		if d.deeper() {
			for ok := d.FirstKey(); ok; ok = d.NextKey() {
				d.Skip()
			}
		}
	case '[':
		if d.deeper() {
			for ok := d.FirstElem(); ok; ok = d.NextElem() {
				d.Skip()
			}
		}
	case 't':
		d.literal("true")
	case 'f':
		d.literal("false")
	case 'n':
		d.literal("null")
	default:
		d.Number()
	}
}

// Raw reads any value and returns its text without white space, to keep.
func (d *Decoder) Raw() []byte {
	d.peek()
	start := d.pos
	d.Skip()
	if d.syntax {
		return nil
	}
	text := d.data[start:d.pos]
	if bytes.ContainsAny(text, " \n\r\t") {
		var out bytes.Buffer
		if err := json.Compact(&out, text); err == nil {
			return out.Bytes()
		}
	}
	return bytes.Clone(text)
}

// Any reads a value of whatever type it has, as encoding/json would into an
// empty interface.
func (d *Decoder) Any(v *any) {
	switch c := d.peek(); {
	case c == '"':
		var s string
		d.String(&s)
		*v = s
	case c == '-' || '0' <= c && c <= '9':
		var n float64
		d.Float64(&n)
		*v = n
	case c == 't' || c == 'f':
		var b bool
		d.Bool(&b)
		*v = b
	default:
		*v = nil
		if err := json.Unmarshal(d.Raw(), v); err != nil && !d.syntax {
			d.Fail(err)
		}
	}
}

// deeper enters the object or array here, unless that is too deep.
func (d *Decoder) deeper() bool {
	if d.depth >= maxDepth {
		d.broken()
		return false
	}
	d.pos++
	d.depth++
	return true
}

// Unknown skips the value of a key that the struct has no field for.
func (d *Decoder) Unknown() {
	if d.strict {
		d.report(false)
	}
	d.Skip()
}

// Once notes field i of an object as seen and, in strict reading, reports it
// when it was already.
func (d *Decoder) Once(seen *uint64, i uint) {
	if d.strict {
		if *seen&(1<<i) != 0 {
			d.report(true)
		}
		*seen |= 1 << i
	}
}

// MapKey tells that the key just read is one of a map, and whether the map
// has it already. MapEnd is called behind the map.
func (d *Decoder) MapKey(has bool) {
	d.inMap = true
	if has && d.strict {
		d.report(true)
	}
}

// MapEnd ends what MapKey began.
func (d *Decoder) MapEnd() { d.inMap = false }

// report notes the key just read. Its place is that of the value to come,
// which is all that describe needs.
func (d *Decoder) report(duplicate bool) {
	if len(d.problems) < maxProblems {
		d.problems = append(d.problems, problem{d.pos, duplicate})
	}
}
