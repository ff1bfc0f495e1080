// Package codec turns API objects into the two encodings of the wire and
// back: JSON and Kubernetes' protobuf. It is the one door to both, for the API
// server, the client and the tools.
package codec

import (
	"bytes"
	"encoding/json"

	"github.com/pilothouse/pilothouse/proto/jsonwire"
)

// EncodeJSON is o's canonical JSON: kind, apiVersion and metadata first, maps
// in the order of their keys, nothing escaped that need not be.
func EncodeJSON(o any) ([]byte, error) {
	return exact(func(b []byte) ([]byte, error) { return AppendJSON(b, o) })
}

// AppendJSON appends EncodeJSON's text to b. Types that are no struct of the
// API go through encoding/json.
func AppendJSON(b []byte, o any) ([]byte, error) {
	if a, ok := o.(jsonwire.Appender); ok {
		return a.AppendJSON(b), nil
	}
	buf := bytes.NewBuffer(b)
	e := json.NewEncoder(buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(o); err != nil {
		return b, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// DecodeJSON reads one JSON text into the struct that into points to, and
// ignores fields that the struct does not have. Their names are matched
// exactly.
func DecodeJSON(b []byte, into any) error {
	if u, ok := into.(jsonwire.Unmarshaler); ok {
		return jsonwire.Unmarshal(b, u)
	}
	return json.Unmarshal(b, into)
}

// DecodeJSONStrict is DecodeJSON that also tells, field by field, of what it
// had to ignore: unknown and repeated fields, in the order of the text.
func DecodeJSONStrict(b []byte, into any) (problems []string, err error) {
	if u, ok := into.(jsonwire.Unmarshaler); ok {
		return jsonwire.UnmarshalStrict(b, u)
	}
	return nil, json.Unmarshal(b, into)
}
