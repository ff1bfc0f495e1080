package rest

import (
	"net/http"
	"strings"
	"sync"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
)

// Media types of the wire.
const (
	typeJSON     = "application/json"
	typeYAML     = "application/yaml"
	typeProtobuf = "application/vnd.kubernetes.protobuf"
)

// encoding is how bytes are laid out.
type encoding uint8

const (
	encodeJSON encoding = iota
	encodeProtobuf
	encodeYAML
)

// shape is what is made of an object before it is encoded.
type shape uint8

const (
	whole shape = iota
	asTable
	asPartial     // PartialObjectMetadata
	asPartialList // PartialObjectMetadataList
)

// form is how a client wants its answer.
type form struct {
	encoding encoding
	shape    shape
	// version is that of Table and PartialObjectMetadata: v1 or v1beta1.
	version string
}

// contentType is the header of an answer in that form.
func (f form) contentType() string {
	switch f.encoding {
	case encodeProtobuf:
		return typeProtobuf
	case encodeYAML:
		return typeYAML
	}
	return typeJSON
}

// knownForms remembers parsed Accept headers: clients send the same few.
var knownForms sync.Map

// maxAccept bounds what is remembered.
const maxAccept = 256

// negotiate picks the form that the client likes best of those that can be
// served.
func negotiate(r *http.Request) (form, error) {
	accept := r.Header.Get("Accept")
	if accept == "" || accept == "*/*" || accept == typeJSON {
		return form{}, nil
	}
	if f, ok := knownForms.Load(accept); ok {
		return f.(form), nil
	}
	for part := range strings.SplitSeq(accept, ",") {
		if f, ok := parseForm(part); ok {
			if len(accept) < maxAccept {
				knownForms.Store(accept, f)
			}
			return f, nil
		}
	}
	return form{}, status.NotAcceptable(typeJSON, typeYAML, typeProtobuf)
}

// parseForm reads one media range, such as
// application/json;as=Table;v=v1;g=meta.k8s.io.
func parseForm(s string) (form, bool) {
	media, params, _ := strings.Cut(strings.TrimSpace(s), ";")
	var f form
	switch strings.TrimSpace(media) {
	case typeJSON, "application/*", "*/*":
	case typeProtobuf:
		f.encoding = encodeProtobuf
	case typeYAML:
		f.encoding = encodeYAML
	default:
		return f, false
	}
	as, group := "", ""
	for p := range strings.SplitSeq(params, ";") {
		k, v, _ := strings.Cut(strings.TrimSpace(p), "=")
		switch k {
		case "as":
			as = v
		case "g":
			group = v
		case "v":
			f.version = v
		}
	}
	if as == "" {
		f.version = ""
		return f, true
	}
	if group != "meta.k8s.io" || f.version != "v1" && f.version != "v1beta1" {
		return f, false
	}
	switch as {
	case "Table":
		f.shape = asTable
	case "PartialObjectMetadata":
		f.shape = asPartial
	case "PartialObjectMetadataList":
		f.shape = asPartialList
	default:
		return f, false
	}
	return f, f.shape != asTable || f.encoding != encodeProtobuf
}

// takesGzip says whether the client can read gzip.
func takesGzip(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}
