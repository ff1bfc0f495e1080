package jsonwire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// Decoder walks one JSON text. The methods that read a value take the
// variable it goes to, and leave that alone on null. After the first error
// they read on to the text's end without effect worth keeping, so that callers
// need to ask for it only once, with Err.
//
// Strings are cut from chunks that the Decoder allocates, a few for a whole
// object; a string that outlives its object keeps at most one chunk alive.
type Decoder struct {
	data   []byte
	pos    int
	depth  int    // of the objects and arrays entered
	key    []byte // the last key, in data or in scratch
	chunk  strings.Builder
	strict bool
	inMap  bool

	syntax   bool  // the text is no JSON
	err      error // the first value that did not fit
	mismatch *mismatch
	problems []problem
	scratch  []byte
}

// mismatch is a value of the wrong type; its words are found when asked for.
type mismatch struct {
	offset      int
	value, typ  string
	owner       string // the struct that has the field
	insideOfMap bool
}

// problem is a field that strict reading reports.
type problem struct {
	offset    int // of the key
	duplicate bool
}

// maxProblems bounds the list that strict reading returns.
const maxProblems = 100

// maxDepth is how far values may be nested.
const maxDepth = 10000

// Unmarshaler is what the generated types implement to read themselves.
type Unmarshaler interface {
	// DecodeJSON reads the value at d's place.
	DecodeJSON(d *Decoder)
}

// pool keeps decoders for the rest of their last chunks.
var pool = sync.Pool{New: func() any { return new(Decoder) }}

func newDecoder(data []byte, strict bool) *Decoder {
	d := pool.Get().(*Decoder)
	d.data, d.strict = data, strict
	return d
}

// free gives d back. Its chunk goes on: what is in it already is kept by the
// strings cut from it alone.
func (d *Decoder) free() {
	d.data, d.key, d.pos, d.depth = nil, nil, 0, 0
	d.strict, d.inMap, d.syntax = false, false, false
	d.err, d.mismatch, d.problems = nil, nil, nil
	pool.Put(d)
}

// Unmarshal reads one JSON text into v.
func Unmarshal(data []byte, v Unmarshaler) error {
	d := newDecoder(data, false)
	defer d.free()
	v.DecodeJSON(d)
	return d.Err()
}

// UnmarshalStrict is Unmarshal that also tells which fields it ignored: those
// unknown and those met before.
func UnmarshalStrict(data []byte, v Unmarshaler) (problems []string, err error) {
	d := newDecoder(data, true)
	defer d.free()
	v.DecodeJSON(d)
	if err := d.Err(); err != nil {
		return nil, err
	}
	return d.describe(), nil
}

// Err is what went wrong, in the words of encoding/json. Trailing text is an
// error too.
func (d *Decoder) Err() error {
	if !d.syntax {
		d.space()
		d.syntax = d.pos < len(d.data)
	}
	if d.syntax {
		var any json.RawMessage
		if err := json.Unmarshal(d.data, &any); err != nil {
			return err
		}
		return errors.New("json: the text could not be read") // nothing else refuses it
	}
	if d.mismatch != nil {
		return d.mismatch.error(d.data)
	}
	return d.err
}

// Fail records an error in a value that has been read, unless there is one
// already.
func (d *Decoder) Fail(err error) {
	if d.err == nil && d.mismatch == nil {
		d.err = err
	}
}

// broken notes that the text is no JSON and goes to its end.
func (d *Decoder) broken() {
	d.syntax = true
	d.pos = len(d.data)
}

// space skips white space; d.pos is then at a character or at the end.
func (d *Decoder) space() {
	for d.pos < len(d.data) {
		switch d.data[d.pos] {
		case ' ', '\n', '\r', '\t':
			d.pos++
		default:
			return
		}
	}
}

// peek skips white space and returns the next character, or 0 at the end.
func (d *Decoder) peek() byte {
	if d.pos < len(d.data) {
		if c := d.data[d.pos]; c > ' ' {
			return c
		}
	}
	d.space()
	if d.pos < len(d.data) {
		return d.data[d.pos]
	}
	return 0
}

// Mismatch records that the value here is no typ, the Go type that users know
// the value by, and skips it.
func (d *Decoder) Mismatch(typ string) {
	var value string
	switch c := d.peek(); {
	case c == '"':
		value = "string"
	case c == '{':
		value = "object"
	case c == '[':
		value = "array"
	case c == 't' || c == 'f':
		value = "bool"
	default:
		value = "number"
	}
	d.mismatched(value, typ, d.pos)
	d.Skip()
}

func (d *Decoder) mismatched(value, typ string, offset int) {
	if d.err == nil && d.mismatch == nil {
		d.mismatch = &mismatch{offset: offset, value: value, typ: typ, insideOfMap: d.inMap}
	}
}

// Leave is called when a struct has been read; the first struct to leave
// behind an error is the one that has the field.
func (d *Decoder) Leave(owner string) {
	if d.mismatch != nil && d.mismatch.owner == "" {
		d.mismatch.owner = owner
	}
}

// Null skips a null and says whether it was there.
func (d *Decoder) Null() bool { return d.peek() == 'n' && d.literal("null") }

// literal skips the word that the text must go on with.
func (d *Decoder) literal(word string) bool {
	if end := d.pos + len(word); end <= len(d.data) && string(d.data[d.pos:end]) == word {
		d.pos = end
		return true
	}
	d.broken()
	return false
}

// Object enters an object. It is false on null and on anything else, which is
// recorded as an error.
func (d *Decoder) Object(typ string) bool { return d.enter('{', typ) }

// Array enters an array; see Object.
func (d *Decoder) Array(typ string) bool { return d.enter('[', typ) }

func (d *Decoder) enter(open byte, typ string) bool {
	switch c := d.peek(); c {
	case open:
		d.pos++
		d.depth++
		return true
	case 'n':
		d.literal("null")
	default:
		d.Mismatch(typ)
	}
	return false
}

// FirstKey reads the first key of the object just entered; it is false, and
// the object is left, when there is none.
func (d *Decoder) FirstKey() bool {
	switch d.peek() {
	case '"':
		return d.readKey()
	case '}':
		d.pos++
		d.depth--
		return false
	}
	d.broken()
	return false
}

// NextKey reads the key behind the value just read; it is false, and the
// object is left, when there is none.
func (d *Decoder) NextKey() bool {
	switch d.peek() {
	case ',':
		d.pos++
		if d.peek() == '"' {
			return d.readKey()
		}
	case '}':
		d.pos++
		d.depth--
		return false
	}
	d.broken()
	return false
}

// FirstElem says whether the array just entered has an element, and leaves
// the array when it has not.
func (d *Decoder) FirstElem() bool {
	if d.peek() == ']' {
		d.pos++
		d.depth--
		return false
	}
	return !d.syntax
}

// NextElem goes to the element behind the one just read; it is false, and the
// array is left, when there is none.
func (d *Decoder) NextElem() bool {
	switch d.peek() {
	case ',':
		d.pos++
		return true
	case ']':
		d.pos++
		d.depth--
		return false
	}
	d.broken()
	return false
}

// Key is the key that was read last. It is valid until the next is read.
func (d *Decoder) Key() []byte { return d.key }

// KeyString is Key as a string to keep.
func (d *Decoder) KeyString() string { return d.keep(d.key) }

// readKey reads a key and the colon behind it.
func (d *Decoder) readKey() bool {
	start := d.pos + 1
	end := plain(d.data, start)
	if end < len(d.data) && d.data[end] == '"' {
		d.key = d.data[start:end]
		d.pos = end + 1
	} else if d.key = d.text(); d.syntax {
		return false
	}
	if d.pos < len(d.data) && d.data[d.pos] == ':' || d.peek() == ':' {
		d.pos++
		return true
	}
	d.broken()
	return false
}

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
func (d *Decoder) String(v *string) {
	switch d.peek() {
	case '"':
		*v = d.keep(d.text())
	case 'n':
		d.literal("null")
	default:
		d.Mismatch("string")
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

// Bool reads true or false.
func (d *Decoder) Bool(v *bool) {
	switch d.peek() {
	case 't':
		if d.literal("true") {
			*v = true
		}
	case 'f':
		if d.literal("false") {
			*v = false
		}
	case 'n':
		d.literal("null")
	default:
		d.Mismatch("bool")
	}
}

// Int32 reads a whole number.
func (d *Decoder) Int32(v *int32) {
	n := int64(*v)
	d.integer(&n, 32, "int32")
	*v = int32(n)
}

// Int64 reads a whole number.
func (d *Decoder) Int64(v *int64) { d.integer(v, 64, "int64") }

func (d *Decoder) integer(v *int64, size int, typ string) {
	c := d.peek()
	if c != '-' && (c < '0' || c > '9') {
		if c == 'n' {
			d.literal("null")
		} else {
			d.Mismatch(typ)
		}
		return
	}
	start := d.pos
	text := d.Number()
	if n, ok := small(text); ok {
		*v = n
		return
	}
	if n, err := strconv.ParseInt(string(text), 10, size); err == nil {
		*v = n
	} else if !d.syntax {
		d.mismatched("number "+string(text), typ, start)
	}
}

// small parses a whole number of at most nine digits, which every integer type
// here can hold.
func small(s []byte) (n int64, ok bool) {
	if len(s) == 0 || len(s) > 9 {
		return 0, false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// Float64 reads a number.
func (d *Decoder) Float64(v *float64) {
	c := d.peek()
	if c != '-' && (c < '0' || c > '9') {
		if c == 'n' {
			d.literal("null")
		} else {
			d.Mismatch("float64")
		}
		return
	}
	start := d.pos
	text := d.Number()
	if n, err := strconv.ParseFloat(string(text), 64); err == nil {
		*v = n
	} else if !d.syntax {
		d.mismatched("number "+string(text), "float64", start)
	}
}

// Number reads a number's text.
func (d *Decoder) Number() []byte {
	s, i := d.data, d.pos
	if i < len(s) && s[i] == '-' {
		i++
	}
	switch {
	case i < len(s) && s[i] == '0':
		i++
	case i < len(s) && '1' <= s[i] && s[i] <= '9':
		i = digits(s, i)
	default:
		d.broken()
		return nil
	}
	if i < len(s) && s[i] == '.' {
		j := digits(s, i+1)
		if j == i+1 {
			d.broken()
			return nil
		}
		i = j
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		j := digits(s, i)
		if j == i {
			d.broken()
			return nil
		}
		i = j
	}
	text := s[d.pos:i]
	d.pos = i
	return text
}

// digits is the index behind the digits that start at i.
func digits(s []byte, i int) int {
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	return i
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
	if err := json.Unmarshal(d.Raw(), v); err != nil && !d.syntax {
		d.Fail(err)
	}
}
