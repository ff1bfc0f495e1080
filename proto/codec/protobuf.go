package codec

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/pbwire"
)

// magic opens every protobuf body; its last byte is the version of the
// envelope behind it.
const magic = "k8s\x00"

// What is wrong with a body that is no object in protobuf.
var (
	errEmpty = errors.New("empty data")
	errMagic = fmt.Errorf("provided data does not appear to be a protobuf message, expected prefix %v", []byte(magic))
	errKind  = errors.New("empty body")
)

// typed is what has a kind and version: objects, lists and what is only sent.
type typed interface{ GetTypeMeta() *meta.TypeMeta }

// HasProto says whether v's type has a protobuf form. Tables have none.
func HasProto(v any) bool {
	_, message := v.(pbwire.Message)
	_, kind := v.(typed)
	return message && kind
}

// EncodeProto is o, a pointer to an object, a list or a Status, in an envelope
// that tells its kind and version as they stand in o.
func EncodeProto(o any) ([]byte, error) {
	return exact(func(b []byte) ([]byte, error) { return AppendProto(b, o) })
}

// AppendProto appends EncodeProto's bytes to b.
func AppendProto(b []byte, o any) ([]byte, error) {
	if !HasProto(o) {
		return b, fmt.Errorf("%T has no protobuf form", o)
	}
	t := o.(typed).GetTypeMeta()
	return AppendEnvelope(b, t.APIVersion, t.Kind, o.(pbwire.Message).AppendProto), nil
}

// AppendEnvelope appends an envelope around the message that appendRaw
// appends.
func AppendEnvelope(b []byte, apiVersion, kind string, appendRaw func([]byte) []byte) []byte {
	b = append(append(b, magic...), 0xa, 0)
	start := len(b)
	b = pbwire.AppendString(append(b, 0xa), apiVersion)
	b = pbwire.AppendString(append(b, 0x12), kind)
	b = append(pbwire.Close(b, start), 0x12, 0)
	start = len(b)
	b = pbwire.Close(appendRaw(b), start)
	return append(b, 0x1a, 0, 0x22, 0) // no content encoding, no content type
}

// DecodeProto reads an object in its envelope into the struct that into points
// to and sets the kind and version that the envelope tells.
func DecodeProto(b []byte, into any) error {
	if !HasProto(into) {
		return fmt.Errorf("%T has no protobuf form", into)
	}
	apiVersion, kind, raw, err := DecodeEnvelope(b)
	if err != nil {
		return err
	}
	if err := pbwire.Unmarshal(raw, into.(pbwire.Message)); err != nil {
		return err
	}
	t := into.(typed).GetTypeMeta()
	if apiVersion != "" {
		t.APIVersion = apiVersion
	}
	if kind != "" {
		t.Kind = kind
	}
	return nil
}

// DecodeEnvelope takes an object's envelope off. raw is a part of b.
func DecodeEnvelope(b []byte) (apiVersion, kind string, raw []byte, err error) {
	switch {
	case len(b) == 0:
		return "", "", nil, errEmpty
	case len(b) < len(magic) || string(b[:len(magic)]) != magic:
		return "", "", nil, errMagic
	case len(b) == len(magic):
		return "", "", nil, errKind
	}
	var u unknown
	if err := pbwire.Unmarshal(b[len(magic):], &u); err != nil {
		return "", "", nil, err
	}
	return u.apiVersion, u.kind, u.raw, nil
}

// unknown is the envelope.
type unknown struct {
	apiVersion, kind string
	raw              []byte
}

// AppendProto is there to make unknown a message; AppendEnvelope writes it.
func (u *unknown) AppendProto(b []byte) []byte { return b }

// DecodeProto reads the envelope's fields.
func (u *unknown) DecodeProto(d *pbwire.Decoder, b []byte) {
	for len(b) > 0 {
		number, f, rest := d.Next(b)
		b = rest
		switch number {
		case 1:
			u.decodeType(d, d.Message(f))
		case 2:
			u.raw = d.Message(f)
		}
	}
}

func (u *unknown) decodeType(d *pbwire.Decoder, b []byte) {
	for len(b) > 0 {
		number, f, rest := d.Next(b)
		b = rest
		switch number {
		case 1:
			u.apiVersion = d.String(f)
		case 2:
			u.kind = d.String(f)
		}
	}
}

// AppendWatchFrame appends one event of a protobuf watch: the length of the
// event in four bytes, and the event around object, which is an envelope.
func AppendWatchFrame(b []byte, eventType string, object []byte) []byte {
	b = append(b, 0, 0, 0, 0)
	start := len(b)
	e := meta.WatchEvent{Type: eventType, Object: meta.RawExtension{Raw: object}}
	b = e.AppendProto(b)
	binary.BigEndian.PutUint32(b[start-4:], uint32(len(b)-start))
	return b
}

// DecodeWatchEvent reads the event of a frame, its length taken off.
func DecodeWatchEvent(b []byte) (eventType string, object []byte, err error) {
	var e meta.WatchEvent
	if err := pbwire.Unmarshal(b, &e); err != nil {
		return "", nil, err
	}
	return e.Type, e.Object.Raw, nil
}
