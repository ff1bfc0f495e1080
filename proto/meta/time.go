package meta

import (
	"encoding/json"
	"time"
)

// Time is an instant with a resolution of one second, as API objects show it:
// RFC 3339 in UTC, or null when it is zero.
type Time struct{ time.Time }

// NewTime wraps t.
func NewTime(t time.Time) Time { return Time{t} }

// Now is the present, cut to the resolution of the wire.
func Now() Time { return Time{time.Now().UTC().Truncate(time.Second)} }

// MarshalJSON writes RFC 3339 in UTC, or null.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return []byte(t.UTC().Format(`"` + time.RFC3339 + `"`)), nil
}

// UnmarshalJSON reads RFC 3339 with any offset, or null.
func (t *Time) UnmarshalJSON(b []byte) error { return unmarshalTime(b, time.RFC3339, &t.Time) }

// MicroTime is an instant with a resolution of one microsecond; Leases and
// events use it.
type MicroTime struct{ time.Time }

// microLayout is the wire form of MicroTime.
const microLayout = "2006-01-02T15:04:05.000000Z07:00"

// NewMicroTime wraps t.
func NewMicroTime(t time.Time) MicroTime { return MicroTime{t} }

// NowMicro is the present, cut to the resolution of the wire.
func NowMicro() MicroTime { return MicroTime{time.Now().UTC().Truncate(time.Microsecond)} }

// MarshalJSON writes RFC 3339 with six decimals in UTC, or null.
func (t MicroTime) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return []byte(t.UTC().Format(`"` + microLayout + `"`)), nil
}

// UnmarshalJSON reads RFC 3339 with or without decimals, or null.
func (t *MicroTime) UnmarshalJSON(b []byte) error { return unmarshalTime(b, microLayout, &t.Time) }

func unmarshalTime(b []byte, layout string, t *time.Time) error {
	if string(b) == "null" {
		*t = time.Time{}
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	p, err := time.Parse(layout, s)
	if err != nil {
		p, err = time.Parse(time.RFC3339Nano, s)
	}
	if err != nil {
		return err
	}
	*t = p.UTC()
	return nil
}

// Duration is a span of time written as Go writes it ("1m30s").
type Duration struct{ time.Duration }

// MarshalJSON writes the span as a string.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(d.Duration.String()) }

// UnmarshalJSON reads a span such as "1m30s".
func (d *Duration) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	p, err := time.ParseDuration(s)
	d.Duration = p
	return err
}
