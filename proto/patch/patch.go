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

	jsonpatch "github.com/evanphx/json-patch/v5"
)

// Error says what is wrong with a patch, in words for the one who sent it.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

func errorf(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

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

// JSONPatch applies a list of operations, all or none of them.
func JSONPatch(doc, operations []byte) ([]byte, error) {
	ops, err := jsonpatch.DecodePatch(operations)
	if err != nil {
		return nil, errorf("error decoding patch: %v", err)
	}
	if len(ops) > maxOperations {
		return nil, errorf("The allowed maximum operations in a JSON patch is %d, got %d", maxOperations, len(ops))
	}
	options := jsonpatch.NewApplyOptions()
	options.AccumulatedCopySizeLimit = 3 << 20 // copies may not blow a small patch up to more than a request
	out, err := ops.ApplyWithOptions(doc, options)
	if err != nil {
		return nil, errorf("the server rejected our request due to an error in our request: %v", err)
	}
	return out, nil
}

// maxOperations bounds the work that one request can ask for.
const maxOperations = 10000

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
