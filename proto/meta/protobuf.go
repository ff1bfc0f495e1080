package meta

import (
	"time"

	"github.com/pilothouse/pilothouse/proto/pbwire"
)

// The protobuf forms of the types whose JSON is no object.

// AppendProto appends seconds and nanoseconds since 1970, the latter always 0;
// nothing for the zero time.
func (t *Time) AppendProto(b []byte) []byte {
	if t.IsZero() {
		return b
	}
	return append(pbwire.AppendVarint(append(b, 0x8), uint64(t.Unix())), 0x10, 0)
}

// DecodeProto reads what AppendProto writes, whole seconds only.
func (t *Time) DecodeProto(d *pbwire.Decoder, b []byte) {
	if sec, _, ok := readTime(d, b); ok {
		t.Time = time.Unix(sec, 0).UTC()
	} else {
		t.Time = time.Time{}
	}
}

// AppendProto appends seconds and nanoseconds since 1970, cut to whole
// microseconds; nothing for the zero time.
func (t *MicroTime) AppendProto(b []byte) []byte {
	if t.IsZero() {
		return b
	}
	b = pbwire.AppendVarint(append(b, 0x8), uint64(t.Unix()))
	return pbwire.AppendVarint(append(b, 0x10), uint64(t.Nanosecond()/1000*1000))
}

// DecodeProto reads what AppendProto writes, whole microseconds only.
func (t *MicroTime) DecodeProto(d *pbwire.Decoder, b []byte) {
	if sec, nano, ok := readTime(d, b); ok {
		t.Time = time.Unix(sec, nano/1000*1000).UTC()
	} else {
		t.Time = time.Time{}
	}
}

// readTime reads a time; it is false for the zero time.
func readTime(d *pbwire.Decoder, b []byte) (sec, nano int64, ok bool) {
	ok = len(b) > 0
	for len(b) > 0 {
		number, f, rest := d.Next(b)
		b = rest
		switch number {
		case 1:
			sec = d.Int(f)
		case 2:
			nano = int64(int32(d.Int(f)))
		}
	}
	return sec, nano, ok
}

// AppendProto appends the nanoseconds.
func (d *Duration) AppendProto(b []byte) []byte {
	return pbwire.AppendVarint(append(b, 0x8), uint64(d.Duration))
}

// DecodeProto reads what AppendProto writes.
func (d *Duration) DecodeProto(in *pbwire.Decoder, b []byte) {
	for len(b) > 0 {
		number, f, rest := in.Next(b)
		b = rest
		if number == 1 {
			d.Duration = time.Duration(in.Int(f))
		}
	}
}

// AppendProto appends the bytes: JSON text in an object, a whole envelope in
// an event of a watch.
func (r *RawExtension) AppendProto(b []byte) []byte {
	if r.Raw == nil {
		return b
	}
	return pbwire.AppendString(append(b, 0xa), r.Raw)
}

// DecodeProto reads what AppendProto writes.
func (r *RawExtension) DecodeProto(d *pbwire.Decoder, b []byte) {
	for len(b) > 0 {
		number, f, rest := d.Next(b)
		b = rest
		if number == 1 {
			r.Raw = d.Bytes(f)
		}
	}
}

// AppendProto appends the text.
func (f *FieldsV1) AppendProto(b []byte) []byte { return (*RawExtension)(f).AppendProto(b) }

// DecodeProto reads what AppendProto writes.
func (f *FieldsV1) DecodeProto(d *pbwire.Decoder, b []byte) { (*RawExtension)(f).DecodeProto(d, b) }

// AppendProto appends which of the two it is, and both.
func (x *IntOrString) AppendProto(b []byte) []byte {
	b = pbwire.AppendVarint(append(b, 0x8), uint64(x.Type))
	b = pbwire.AppendVarint(append(b, 0x10), uint64(x.IntVal))
	return pbwire.AppendString(append(b, 0x1a), x.StrVal)
}

// DecodeProto reads what AppendProto writes.
func (x *IntOrString) DecodeProto(d *pbwire.Decoder, b []byte) {
	for len(b) > 0 {
		number, f, rest := d.Next(b)
		b = rest
		switch number {
		case 1:
			x.Type = IntOrStringType(d.Int(f))
		case 2:
			x.IntVal = int32(d.Int(f))
		case 3:
			x.StrVal = d.String(f)
		}
	}
}
