package rest

import (
	"net/http"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
)

// Document is an answer that is no object of a resource, in the encodings that
// it stands in.
type Document struct{ JSON, Protobuf []byte }

// DocumentForm is how a client wants a document.
type DocumentForm struct {
	// As says that it takes the document in the form that As names.
	As     bool
	encode form
}

// FormOf finds how the client likes a document best, which besides as it is can
// be had in the form that as names: the parameters g, v and as of its media
// types. Routed documents are at places whose media types are looked at twice.
// Errors: a Status with code 406.
func FormOf(r *http.Request, routed bool, as map[string]string) (DocumentForm, error) {
	f := DocumentForm{encode: form{pretty: wantsPretty(r)}}
	accept := r.Header.Get("Accept")
	if accept == "" {
		return f, nil
	}
	if routed && !routable(accept) {
		return f, status.NoRepresentation(offered(offerAll)...)
	}
	for _, c := range clauses(accept) {
		got, ok := c.document(as)
		if ok {
			got.encode.pretty = got.encode.pretty || f.encode.pretty
			return got, nil
		}
	}
	return f, status.NotAcceptable(offered(offerAll)...)
}

// document is what the clause asks for of a document.
func (c *clause) document(as map[string]string) (f DocumentForm, ok bool) {
	given := map[string]string{}
	for p := range strings.SplitSeq(c.params, ";") {
		switch k, v, _ := strings.Cut(strings.TrimSpace(p), "="); k {
		case "g", "v", "as":
			given[k] = v
		}
	}
	if len(given) == 0 {
		f.encode, ok = c.form(offerAll)
		return f, ok
	}
	f.As = as != nil
	for k, v := range as {
		f.As = f.As && given[k] == v
	}
	f.encode, ok = (&clause{media: c.media}).form(offerAll)
	return f, ok && f.As
}

// Serve answers with the document in its form. The media type of the answer ends
// in suffix.
func (f DocumentForm) Serve(w http.ResponseWriter, d Document, suffix string) error {
	b := d.JSON
	switch {
	case f.encode.encoding == encodeProtobuf:
		b = d.Protobuf
	case f.encode.encoding == encodeYAML:
		y, err := yaml.JSONToYAML(b)
		if err != nil {
			return err
		}
		b = y
	case f.encode.pretty:
		b = indented(b)
	}
	w.Header().Set("Content-Type", f.encode.contentType()+suffix)
	w.Write(b) // Who does not read the answer has gone.
	return nil
}

// Pick is the first of some media types that the client takes, in the order in
// which it likes them; false when it takes none. Only the type itself counts, and
// an absent header takes the first.
func Pick(accept string, types ...string) (string, bool) {
	if accept == "" {
		return types[0], true
	}
	for _, c := range clauses(accept) {
		group, _, _ := strings.Cut(types[0], "/")
		if c.media == "*/*" || c.media == group+"/*" {
			return types[0], true
		}
		if i := slices.Index(types, c.media); i >= 0 {
			return types[i], true
		}
	}
	return "", false
}
