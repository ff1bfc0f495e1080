package pbwire

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"testing"
)

func TestVarints(t *testing.T) {
	for _, v := range []uint64{0, 1, 127, 128, 300, 1 << 21, math.MaxInt64, math.MaxUint64} {
		var d Decoder
		got, rest := d.varint(append(AppendVarint(nil, v), 7))
		if got != v || !bytes.Equal(rest, []byte{7}) || d.err != nil {
			t.Errorf("%d came back as %d with %x behind it, %v", v, got, rest, d.err)
		}
	}
}

// TestClose checks nested messages around the sizes where the length grows.
func TestClose(t *testing.T) {
	for _, size := range []int{0, 1, 127, 128, 129, 16383, 16384, 1 << 21} {
		body := bytes.Repeat([]byte{'x'}, size)
		b := append([]byte("before"), 0xa, 0)
		b = Close(append(b, body...), len(b))
		want := AppendString(append([]byte("before"), 0xa), body)
		if !bytes.Equal(b, want) {
			t.Errorf("a message of %d bytes is wrapped wrongly", size)
		}
	}
}

// list is a message of numbers (1) and texts (2).
type list struct {
	numbers []int32
	texts   []string
}

func (l *list) AppendProto(b []byte) []byte { return b }

func (l *list) DecodeProto(d *Decoder, b []byte) {
	for len(b) > 0 {
		number, f, rest := d.Next(b)
		b = rest
		switch number {
		case 1:
			l.numbers = Ints(d, f, l.numbers)
		case 2:
			l.texts = append(l.texts, d.String(f))
		}
	}
}

func TestFields(t *testing.T) {
	var l list
	in := []byte{0x08, 5, 0x0a, 3, 1, 0xac, 0x02, 0x12, 0, 0x12, 1, 'a', 0x18, 9}
	if err := Unmarshal(in, &l); err != nil || !slices.Equal(l.numbers, []int32{5, 1, 300}) || !slices.Equal(l.texts, []string{"", "a"}) {
		t.Errorf("got %+v, %v", l, err)
	}
}

func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		in   []byte
		want error
	}{
		"a tag alone":           {[]byte{0x08}, errTruncated},
		"half a number":         {[]byte{0x08, 0x80}, errTruncated},
		"a text cut off":        {[]byte{0x12, 5, 'a'}, errTruncated},
		"a huge length":         {[]byte{0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, errLength},
		"a number too long":     {append([]byte{0x08}, bytes.Repeat([]byte{0xff}, 11)...), errVarint},
		"number 0":              {[]byte{0x02, 0}, errNumber},
		"a group":               {[]byte{0x0b}, errType},
		"a text for a number":   {[]byte{0x10, 1}, errType},
		"half of eight bytes":   {[]byte{0x09, 1, 2, 3}, errTruncated},
		"a packed list cut off": {[]byte{0x0a, 1, 0x80}, errTruncated},
	} {
		if err := Unmarshal(c.in, &list{}); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}
