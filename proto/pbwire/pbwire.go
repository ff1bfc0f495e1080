// Package pbwire reads and writes the bytes of protocol buffers for the
// generated codecs. It has no reflection and no descriptors: the code that
// knows a message's fields calls these pieces in turn.
//
// What it writes follows the rules of the API's protobuf form: fields in the
// order of their numbers, map entries in the order of their keys, repeated
// numbers unpacked. It reads fields in any order, packed or not.
package pbwire

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"sync"

	"github.com/pilothouse/pilothouse/proto/room"
)

// The wire types.
const (
	Varint = 0
	Fixed8 = 1
	Length = 2
	Fixed4 = 5
)

// Message is what the generated types implement.
type Message interface {
	// AppendProto appends the message's fields to b.
	AppendProto(b []byte) []byte
	// DecodeProto reads the fields in b.
	DecodeProto(d *Decoder, b []byte)
}

// AppendVarint appends v in groups of seven bits, the lowest first.
func AppendVarint(b []byte, v uint64) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

// AppendDouble appends a number with a fraction.
func AppendDouble(b []byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
}

// AppendBool appends 0 or 1.
func AppendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// AppendString appends the length of s and s.
func AppendString[S ~string | ~[]byte](b []byte, s S) []byte {
	return append(AppendVarint(b, uint64(len(s))), s...)
}

// Close writes the length of a nested message that begins at start into the
// byte that was left for it before start, and makes room when one byte is not
// enough.
func Close(b []byte, start int) []byte {
	n := len(b) - start
	if n < 0x80 {
		b[start-1] = byte(n)
		return b
	}
	extra := 0
	for v := n >> 7; v > 0; v >>= 7 {
		extra++
	}
	for range extra {
		b = append(b, 0)
	}
	copy(b[start+extra:], b[start:start+n])
	AppendVarint(b[:start-1], uint64(n))
	return b
}

// What is wrong with bytes that are no message, in the words of other servers.
var (
	errTruncated = io.ErrUnexpectedEOF
	errVarint    = errors.New("proto: integer overflow")
	errLength    = errors.New("proto: negative length found during unmarshaling")
	errNumber    = errors.New("proto: illegal tag 0")
	errType      = errors.New("proto: wrong wireType")
	errDepth     = errors.New("proto: messages are nested too deep")
)

// Decoder holds what the reading of one object shares: the first error and
// the room for strings.
type Decoder struct {
	err   error
	depth int // of messages that can hold themselves
	room  room.Room
	chunk strings.Builder
}

// maxDepth is how far such messages may be nested: as far as JSON.
const maxDepth = 10000

// Field is the value of one field as it came.
type Field struct {
	Uint uint64 // a number
	Data []byte // what has a length; nil for a number
}

// pool keeps decoders for the rest of their last chunks.
var pool = sync.Pool{New: func() any { return new(Decoder) }}

// Unmarshal reads a message.
func Unmarshal(b []byte, m Message) error {
	d := pool.Get().(*Decoder)
	d.room = room.For(len(b))
	m.DecodeProto(d, b)
	err := d.err
	d.err, d.depth = nil, 0
	pool.Put(d)
	return err
}

// Fail records an error, unless there is one already.
func (d *Decoder) Fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

// Enter begins a message of a type that can hold itself; false when there are
// too many around it. Leave ends it.
func (d *Decoder) Enter() bool {
	if d.depth >= maxDepth {
		d.Fail(errDepth)
		return false
	}
	d.depth++
	return true
}

// Leave ends what Enter began.
func (d *Decoder) Leave() { d.depth-- }

// Next takes one field off b, which is not empty. After an error the number is
// 0 and the rest empty.
func (d *Decoder) Next(b []byte) (number int, f Field, rest []byte) {
	if d.err != nil {
		return 0, f, nil
	}
	tag := uint64(b[0])
	if tag < 0x80 {
		b = b[1:]
	} else if tag, b = d.varint(b); b == nil {
		return 0, f, nil
	}
	switch tag & 7 {
	case Length:
		var n uint64
		if len(b) > 0 && b[0] < 0x80 {
			n, b = uint64(b[0]), b[1:]
		} else if n, b = d.varint(b); b == nil {
			return 0, f, nil
		}
		if n > math.MaxInt64 {
			d.Fail(errLength)
			return 0, f, nil
		}
		if n > uint64(len(b)) {
			d.Fail(errTruncated)
			return 0, f, nil
		}
		f.Data, b = b[:n:n], b[n:]
	case Varint:
		if len(b) > 0 && b[0] < 0x80 {
			f.Uint, b = uint64(b[0]), b[1:]
		} else if f.Uint, b = d.varint(b); b == nil {
			return 0, f, nil
		}
	default:
		if f.Uint, b = d.fixed(b, int(tag&7)); b == nil {
			return 0, f, nil
		}
	}
	if number = int(tag >> 3); number <= 0 {
		d.Fail(errNumber)
		return 0, f, nil
	}
	return number, f, b
}

// varint takes a number off b; the rest is nil after an error.
func (d *Decoder) varint(b []byte) (v uint64, rest []byte) {
	for i, c := range b {
		if i == 9 && c > 1 {
			d.Fail(errVarint)
			return 0, nil
		}
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			return v, b[i+1:]
		}
	}
	d.Fail(errTruncated)
	return 0, nil
}

// fixed takes a number of a fixed size off b; the rest is nil after an error.
func (d *Decoder) fixed(b []byte, wire int) (v uint64, rest []byte) {
	size := 0
	switch wire {
	case Fixed8:
		size = 8
	case Fixed4:
		size = 4
	default:
		d.Fail(errType)
		return 0, nil
	}
	if len(b) < size {
		d.Fail(errTruncated)
		return 0, nil
	}
	for i := range size {
		v |= uint64(b[i]) << (8 * i)
	}
	return v, b[size:]
}

// chunkSize is how much room for strings is allocated at a time, and the most
// that one kept string can hold in memory beside itself.
const chunkSize = 1024

// Message is the field's bytes when it is a message.
func (d *Decoder) Message(f Field) []byte {
	if f.Data == nil {
		d.Fail(errType)
	}
	return f.Data
}

// Bytes is a copy of the field's bytes, not nil.
func (d *Decoder) Bytes(f Field) []byte { return append([]byte{}, d.Message(f)...) }

// String is the field's text.
func (d *Decoder) String(f Field) string {
	s := f.Data
	if len(s) == 0 {
		d.Message(f)
		return ""
	}
	used := d.chunk.Len()
	if d.chunk.Cap()-used < len(s) {
		if len(s) > chunkSize/4 {
			return string(s)
		}
		d.chunk = strings.Builder{}
		d.chunk.Grow(chunkSize)
		used = 0
	}
	d.chunk.Write(s)
	return d.chunk.String()[used:]
}

// Int is the field's number.
func (d *Decoder) Int(f Field) int64 {
	if f.Data != nil {
		d.Fail(errType)
	}
	return int64(f.Uint)
}

// Double is the field's number with a fraction.
func (d *Decoder) Double(f Field) float64 { return math.Float64frombits(uint64(d.Int(f))) }

// Bool is the field's truth value.
func (d *Decoder) Bool(f Field) bool { return d.Int(f) != 0 }

// Ints appends the field's number, or its numbers when they are packed.
func Ints[N ~int32 | ~int64](d *Decoder, f Field, list []N) []N {
	if f.Data == nil {
		return append(list, N(f.Uint))
	}
	for b := f.Data; len(b) > 0; {
		var v uint64
		if v, b = d.varint(b); b != nil {
			list = append(list, N(v))
		}
	}
	return list
}
