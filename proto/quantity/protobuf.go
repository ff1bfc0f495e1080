package quantity

import (
	"fmt"

	"github.com/pilothouse/pilothouse/proto/pbwire"
)

// AppendProto appends the canonical form as field 1.
func (q *Quantity) AppendProto(b []byte) []byte {
	b = append(b, 0xa, 0)
	start := len(b)
	return pbwire.Close(q.AppendText(b), start)
}

// DecodeProto reads what AppendProto writes, in any form that Parse takes.
func (q *Quantity) DecodeProto(d *pbwire.Decoder, b []byte) {
	for len(b) > 0 {
		number, f, rest := d.Next(b)
		b = rest
		if number != 1 {
			continue
		}
		text := string(d.Message(f))
		p, err := Parse(text)
		if err != nil {
			d.Fail(fmt.Errorf("quantity %q: %w", text, err))
		}
		*q = p
	}
}
