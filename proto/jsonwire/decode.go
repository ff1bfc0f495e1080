package jsonwire

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"

	"github.com/pilothouse/pilothouse/proto/room"
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
	room   room.Room

	syntax   bool  // the text is no JSON
	crowded  bool  // it has no room left
	err      error // the first value that did not fit
	mismatch *mismatch
	problems []problem
	scratch  []byte
}

// mismatch is a value of the wrong type; its words are found when asked for.
type mismatch struct {
	offset      int
	depth       int // of the objects and arrays around it
	value, typ  string
	owner       string // the struct that has the field
	insideOfMap bool
	text        bool // typ is a sort of string
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
	d.room = room.For(len(data))
	return d
}

// free gives d back. Its chunk goes on: what is in it already is kept by the
// strings cut from it alone.
func (d *Decoder) free() {
	d.data, d.key, d.pos, d.depth = nil, nil, 0, 0
	d.strict, d.inMap, d.syntax = false, false, false
	d.crowded = false
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
	if d.crowded {
		return room.ErrNone
	}
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
		d.mismatch = &mismatch{offset: offset, depth: d.depth, value: value, typ: typ, insideOfMap: d.inMap}
	}
}

// Leave is called when a struct has been read; the first struct to leave
// behind an error is the one that has the field.
func (d *Decoder) Leave(owner string) {
	if d.mismatch != nil && d.mismatch.owner == "" && d.depth < d.mismatch.depth {
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
		if d.mismatch != nil { // what begins behind an error does not have it
			d.mismatch.depth = min(d.mismatch.depth, d.depth)
		}
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
