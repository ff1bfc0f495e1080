// Package pbwire reads and writes the bytes of protocol buffers for the
// generated codecs. It has no reflection and no descriptors: the code that
// knows a message's fields calls these pieces in turn.
//
// What it writes follows the rules of the API's protobuf form: fields in the
// order of their numbers, map entries in the order of their keys, repeated
// numbers unpacked. It reads fields in any order, packed or not.
package pbwire

import (
	"errors"
	"strings"
	"sync"
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

// What is wrong with bytes that are no message.
var (
	errTruncated = errors.New("protobuf: the message is cut off")
	errVarint    = errors.New("protobuf: a number is longer than 64 bits")
	errNumber    = errors.New("protobuf: a field has the number 0")
	errType      = errors.New("protobuf: a field has the wrong wire type")
)

// Decoder holds what the reading of one object shares: the field read last,
// the first error and the room for strings.
type Decoder struct {
	Field
	err   error
	chunk strings.Builder
}

// Field is one field as it came.
type Field struct {
	Number int
	Type   int
	Uint   uint64 // the value, unless Type is Length
	Data   []byte // the value when Type is Length
}

// pool keeps decoders for the rest of their last chunks.
var pool = sync.Pool{New: func() any { return new(Decoder) }}

// Unmarshal reads a message.
func Unmarshal(b []byte, m Message) error {
	d := pool.Get().(*Decoder)
	m.DecodeProto(d, b)
	err := d.err
	d.Field, d.err = Field{}, nil
	pool.Put(d)
	return err
}

// Fail records an error, unless there is one already.
func (d *Decoder) Fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

// Next takes one field off b and makes it d's. It is false at the end and
// after an error.
func (d *Decoder) Next(b *[]byte) bool {
	if len(*b) == 0 || d.err != nil {
		return false
	}
	tag := d.varint(b)
	d.Number, d.Type = int(tag>>3), int(tag&7)
	switch d.Type {
	case Varint:
		d.Uint = d.varint(b)
	case Length:
		if n := d.varint(b); n <= uint64(len(*b)) {
			d.Data, *b = (*b)[:n], (*b)[n:]
		} else {
			d.Fail(errTruncated)
		}
	case Fixed8:
		d.Uint = d.fixed(b, 8)
	case Fixed4:
		d.Uint = d.fixed(b, 4)
	default:
		d.Fail(errType)
	}
	if d.Number <= 0 {
		d.Fail(errNumber)
	}
	return d.err == nil
}

// varint takes a number off b.
func (d *Decoder) varint(b *[]byte) uint64 {
	if s := *b; len(s) > 0 && s[0] < 0x80 {
		*b = s[1:]
		return uint64(s[0])
	}
	return d.longVarint(b)
}

func (d *Decoder) longVarint(b *[]byte) (v uint64) {
	s := *b
	for i := 0; i < len(s); i++ {
		c := s[i]
		if i == 9 && c > 1 {
			d.Fail(errVarint)
			return 0
		}
		v |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			*b = s[i+1:]
			return v
		}
	}
	d.Fail(errTruncated)
	return 0
}

func (d *Decoder) fixed(b *[]byte, size int) (v uint64) {
	if len(*b) < size {
		d.Fail(errTruncated)
		return 0
	}
	for i := range size {
		v |= uint64((*b)[i]) << (8 * i)
	}
	*b = (*b)[size:]
	return v
}

// chunkSize is how much room for strings is allocated at a time, and the most
// that one kept string can hold in memory beside itself.
const chunkSize = 1024

// Message is the field's bytes when it is a message.
func (d *Decoder) Message() []byte {
	if d.Type != Length {
		d.Fail(errType)
		return nil
	}
	return d.Data
}

// Bytes is a copy of the field's bytes, not nil.
func (d *Decoder) Bytes() []byte { return append([]byte{}, d.Message()...) }

// String is the field's text.
func (d *Decoder) String() string {
	s := d.Message()
	if len(s) == 0 {
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
func (d *Decoder) Int() int64 {
	if d.Type != Varint {
		d.Fail(errType)
	}
	return int64(d.Uint)
}

// Bool is the field's truth value.
func (d *Decoder) Bool() bool { return d.Int() != 0 }

// Ints appends the field's number, or its numbers when they are packed.
func Ints[N ~int32 | ~int64](d *Decoder, list []N) []N {
	if d.Type != Length {
		return append(list, N(d.Int()))
	}
	for b := d.Data; len(b) > 0 && d.err == nil; {
		list = append(list, N(d.varint(&b)))
	}
	return list
}
