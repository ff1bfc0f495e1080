package meta

import (
	"time"

	"github.com/pilothouse/pilothouse/proto/jsonwire"
)

// Time is an instant with a resolution of one second, as API objects show it:
// RFC 3339 in UTC, or null when it is zero.
type Time struct{ time.Time }

// NewTime wraps t.
func NewTime(t time.Time) Time { return Time{t} }

// Now is the present, cut to the resolution of the wire.
func Now() Time { return Time{time.Now().UTC().Truncate(time.Second)} }

// AppendJSON appends RFC 3339 in UTC, or null.
func (t Time) AppendJSON(b []byte) []byte { return appendTime(b, t.Time, time.RFC3339) }

// DecodeJSON reads RFC 3339 with any offset, or null.
func (t *Time) DecodeJSON(d *jsonwire.Decoder) { decodeTime(d, time.RFC3339, &t.Time) }

// MarshalJSON writes RFC 3339 in UTC, or null.
func (t Time) MarshalJSON() ([]byte, error) { return t.AppendJSON(nil), nil }

// UnmarshalJSON reads RFC 3339 with any offset, or null.
func (t *Time) UnmarshalJSON(b []byte) error { return jsonwire.Unmarshal(b, t) }

// MicroTime is an instant with a resolution of one microsecond; Leases and
// events use it.
type MicroTime struct{ time.Time }

// microLayout is the wire form of MicroTime.
const microLayout = "2006-01-02T15:04:05.000000Z07:00"

// NewMicroTime wraps t.
func NewMicroTime(t time.Time) MicroTime { return MicroTime{t} }

// NowMicro is the present, cut to the resolution of the wire.
func NowMicro() MicroTime { return MicroTime{time.Now().UTC().Truncate(time.Microsecond)} }

// AppendJSON appends RFC 3339 with six decimals in UTC, or null.
func (t MicroTime) AppendJSON(b []byte) []byte { return appendTime(b, t.Time, microLayout) }

// DecodeJSON reads RFC 3339 with six decimals, or null.
func (t *MicroTime) DecodeJSON(d *jsonwire.Decoder) { decodeTime(d, microLayout, &t.Time) }

// MarshalJSON writes RFC 3339 with six decimals in UTC, or null.
func (t MicroTime) MarshalJSON() ([]byte, error) { return t.AppendJSON(nil), nil }

// UnmarshalJSON reads RFC 3339 with six decimals, or null.
func (t *MicroTime) UnmarshalJSON(b []byte) error { return jsonwire.Unmarshal(b, t) }

func appendTime(b []byte, t time.Time, layout string) []byte {
	if t.IsZero() {
		return append(b, "null"...)
	}
	b = t.UTC().AppendFormat(append(b, '"'), layout)
	return append(b, '"')
}

func decodeTime(d *jsonwire.Decoder, layout string, t *time.Time) {
	if d.Null() {
		*t = time.Time{}
		return
	}
	text, ok := d.Text()
	if !ok {
		return
	}
	p, err := time.Parse(layout, string(text))
	if err != nil {
		d.Fail(err)
		return
	}
	*t = p.UTC()
}

// Duration is a span of time written as Go writes it ("1m30s").
type Duration struct{ time.Duration }

// AppendJSON appends the span as a string.
func (d Duration) AppendJSON(b []byte) []byte { return jsonwire.AppendString(b, d.String()) }

// DecodeJSON reads a span such as "1m30s".
func (d *Duration) DecodeJSON(in *jsonwire.Decoder) {
	text, ok := in.Text()
	if !ok {
		return
	}
	p, err := time.ParseDuration(string(text))
	if err != nil {
		in.Fail(err)
		return
	}
	d.Duration = p
}

// MarshalJSON writes the span as a string.
func (d Duration) MarshalJSON() ([]byte, error) { return d.AppendJSON(nil), nil }

// UnmarshalJSON reads a span such as "1m30s".
func (d *Duration) UnmarshalJSON(b []byte) error { return jsonwire.Unmarshal(b, d) }
