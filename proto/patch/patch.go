// Package patch changes JSON documents the four ways that clients of the API
// ask for: merge patches (RFC 7386), JSON patches (RFC 6902), strategic merge
// patches, which know what identifies the elements of a list, and for kubectl
// apply the patch that a three-way comparison yields.
//
// Documents come and go as JSON text. strategic.go applies, threeway.go
// computes; both read a kind's merge keys from proto/schema.
package patch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
)

// Error says what is wrong with a patch, in words for the one who sent it.
type Error struct {
	// Kind is how the API server answers.
	Kind ErrorKind
	// Message tells it.
	Message string
}

// ErrorKind is the sort of an Error.
type ErrorKind int

// The sorts of errors.
const (
	// BadPatch cannot be understood.
	BadPatch ErrorKind = iota
	// Refused can be understood, and not be done.
	Refused
	// TooLarge asks for too much.
	TooLarge
	// Failed is anything else that a strategic merge patch fails for.
	Failed
)

// Error is the message.
func (e *Error) Error() string { return e.Message }

func errorf(format string, args ...any) error { return &Error{BadPatch, fmt.Sprintf(format, args...)} }

func refused(format string, args ...any) error { return &Error{Refused, fmt.Sprintf(format, args...)} }

func failure(format string, args ...any) error { return &Error{Failed, fmt.Sprintf(format, args...)} }

var errRetainKeys = &Error{BadPatch, "invalid patch format of retainKeys"}

func badDirective(what any, patch map[string]any) error {
	return failure("unknown patch type: %v in map: %v", what, patch)
}

func noKey(m map[string]any, key string) error {
	return failure("map: %v does not contain declared merge key: %s", m, key)
}

func merge(doc, patch any) any {
	p, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	d, ok := doc.(map[string]any)
	if !ok {
		d = map[string]any{}
	}
	for k, v := range p {
		if v == nil {
			delete(d, k)
			continue
		}
		d[k] = merge(d[k], v)
	}
	return d
}

// operation is one of a JSON patch, to see whether a text is one.
type operation struct {
	Op    string          `json:"op"`
	Path  string          `json:"path"`
	From  string          `json:"from"`
	Value json.RawMessage `json:"value"`
}

// JSONPatch applies a list of operations, all or none of them.
func JSONPatch(doc, operations []byte) ([]byte, error) {
	var list []operation
	if err := json.Unmarshal(operations, &list); err != nil {
		text := strings.NewReplacer("[]patch.operation", "[]handlers.jsonPatchOp", "patch.operation", "handlers.jsonPatchOp",
			"Go struct field operation.", "Go struct field jsonPatchOp.").Replace(err.Error())
		return nil, errorf("error decoding patch: %s", text)
	}
	if len(list) > maxOperations {
		return nil, &Error{TooLarge, fmt.Sprintf("The allowed maximum operations in a JSON patch is %d, got %d", maxOperations, len(list))}
	}
	ops, err := jsonpatch.DecodePatch(operations)
	if err != nil {
		return nil, errorf("error decoding patch: %v", err)
	}
	out, err := ops.Apply(doc)
	if err != nil {
		return nil, refused("%v", err)
	}
	return out, nil
}

// Bounds of the work that one request can ask for: copies may not blow a small
// patch up to more than a request.
const (
	maxOperations = 10000
	maxCopies     = 3 << 20
)

func init() { jsonpatch.AccumulatedCopySizeLimit = maxCopies }

// decodePatch reads a patch that must be an object; null is none.
func decodePatch(b []byte) (map[string]any, error) {
	v, err := decode(b)
	if err != nil {
		err = json.Unmarshal(b, new(any)) // in the words that users know
	}
	m, ok := v.(map[string]any)
	if err == nil && !ok && v != nil {
		err = json.Unmarshal(b, &m)
	}
	return m, err
}

func decodeBoth(doc, patch []byte) (d, p any, err error) {
	if d, err = decode(doc); err != nil {
		return nil, nil, fmt.Errorf("document: %w", err)
	}
	if p, err = decode(patch); err != nil {
		return nil, nil, errorf("error decoding patch: %v", err)
	}
	if _, ok := p.(map[string]any); !ok {
		return nil, nil, errorf("error decoding patch: a patch must be a JSON object")
	}
	return d, p, nil
}

// decode keeps numbers as text, so that large whole ones stay exact.
func decode(b []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("unexpected data after the JSON value")
	}
	return v, nil
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
