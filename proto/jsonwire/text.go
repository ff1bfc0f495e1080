package jsonwire

import (
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// text reads a string, its escapes resolved. What it returns is valid until
// the next call.
func (d *Decoder) text() []byte {
	start := d.pos + 1
	end := plain(d.data, start)
	if end < len(d.data) && d.data[end] == '"' {
		d.pos = end + 1
		return d.data[start:end]
	}
	return d.slowText(start, end)
}

// slowText is text for strings with escapes or beyond ASCII; all before i is
// plain.
func (d *Decoder) slowText(start, i int) []byte {
	out := append(d.scratch[:0], d.data[start:i]...)
	for i < len(d.data) {
		c := d.data[i]
		switch {
		case c == '"':
			d.pos = i + 1
			d.scratch = out
			return out
		case c == '\\':
			n := 0
			if out, n = appendUnescaped(out, d.data[i:]); n == 0 {
				d.broken()
				return nil
			}
			i += n
		case c < ' ':
			d.broken()
			return nil
		case c < utf8.RuneSelf:
			end := plain(d.data, i)
			out = append(out, d.data[i:end]...)
			i = end
		default:
			r, size := utf8.DecodeRune(d.data[i:])
			out = utf8.AppendRune(out, r)
			i += size
		}
	}
	d.broken()
	return nil
}

// appendUnescaped resolves the escape at the start of s and returns its
// length, 0 for none.
func appendUnescaped(out, s []byte) ([]byte, int) {
	if len(s) < 2 {
		return out, 0
	}
	switch c := s[1]; c {
	case '"', '\\', '/':
		return append(out, c), 2
	case 'b':
		return append(out, '\b'), 2
	case 'f':
		return append(out, '\f'), 2
	case 'n':
		return append(out, '\n'), 2
	case 'r':
		return append(out, '\r'), 2
	case 't':
		return append(out, '\t'), 2
	}
	r := hexRune(s)
	if r < 0 {
		return out, 0
	}
	if utf16.IsSurrogate(r) {
		if low := hexRune(s[6:]); low >= 0 {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return utf8.AppendRune(out, pair), 12
			}
		}
		r = utf8.RuneError
	}
	return utf8.AppendRune(out, r), 6
}

// hexRune is the code of an escape \uXXXX at the start of s, or -1.
func hexRune(s []byte) rune {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return -1
	}
	r := rune(0)
	for _, c := range s[2:6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// chunkSize is how much room for strings is allocated at a time, and the most
// that one kept string can hold in memory beside itself.
const chunkSize = 1024

// keep copies b into the current chunk.
func (d *Decoder) keep(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	used := d.chunk.Len()
	if d.chunk.Cap()-used < len(b) {
		if len(b) > chunkSize/4 {
			return string(b)
		}
		d.chunk = strings.Builder{}
		d.chunk.Grow(chunkSize)
		used = 0
	}
	d.chunk.Write(b)
	return d.chunk.String()[used:]
}

// String reads a string.
func (d *Decoder) String(v *string) { d.StringAs(v, "string") }

// StringAs is String for one that users know by a type of its own.
func (d *Decoder) StringAs(v *string, typ string) {
	switch d.peek() {
	case '"':
		*v = d.keep(d.text())
	case 'n':
		d.literal("null")
	default:
		d.Mismatch(typ)
		if d.mismatch != nil && d.mismatch.typ == typ {
			d.mismatch.text = true
		}
	}
}

// Text reads a string for a type that parses it; it is false on null and when
// there is none. What it returns is valid until the next read.
func (d *Decoder) Text() ([]byte, bool) {
	switch d.peek() {
	case '"':
		b := d.text()
		return b, !d.syntax
	case 'n':
		d.literal("null")
	default:
		d.Mismatch("string")
	}
	return nil, false
}

// Peek is the first character of the value to come, or 0 at the end.
func (d *Decoder) Peek() byte { return d.peek() }

// Bytes reads base64.
func (d *Decoder) Bytes(v *[]byte) {
	switch d.peek() {
	case '"':
		text := d.text()
		out := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
		n, err := base64.StdEncoding.Decode(out, text)
		if err != nil {
			d.Fail(err)
			return
		}
		*v = out[:n]
	case 'n':
		d.literal("null")
		*v = nil
	default:
		d.Mismatch("[]uint8")
	}
}
