package openapi

import (
	"fmt"
	"sync"

	openapi_v3 "github.com/google/gnostic-models/openapiv3"
	"google.golang.org/protobuf/proto"
)

// encodable is the document, of version 3, with its form in protobuf, which is
// made when somebody first asks for it.
func (d document) encodable() document {
	if d.proto == nil {
		text := d.text
		d.proto = sync.OnceValues(func() ([]byte, error) { return protobufV3(text) })
	}
	return d
}

// protobufV3 encodes a document of version 3. It may be another server's.
func protobufV3(text []byte) ([]byte, error) {
	d, err := openapi_v3.ParseDocument(text)
	if err != nil {
		return nil, fmt.Errorf("openapi: the document has no form in protobuf: %w", err)
	}
	return proto.MarshalOptions{Deterministic: true}.Marshal(d)
}
