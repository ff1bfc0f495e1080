package rest

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
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

// streamed is the parameter that the media types of a watch carry.
const streamed = ";stream=watch"

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
	// pretty says that JSON is laid out for people.
	pretty bool
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

// offer is what may be answered with: watches have no YAML, and no tables
// where their first bookmark has to carry an object; reviews have no tables, and a
// Status has no other shape at all.
type offer uint8

const (
	offerAll offer = iota
	offerList
	offerReview
	offerStatus
	offerStream
	offerStreamNoTable
)

// streams says whether it is a watch that is answered.
func (o offer) streams() bool { return o >= offerStream }

// formKey names what an Accept header came to.
type formKey struct {
	offer  offer
	custom bool
	accept string
}

// knownForms remembers parsed Accept headers: clients send the same few.
var knownForms sync.Map

// maxAccept bounds what is remembered.
const maxAccept = 256

// negotiate picks the form that the client likes best of those that can be
// served. Custom resources have no protobuf form of their own.
func negotiate(r *http.Request, o offer, custom bool) (form, error) {
	accept := r.Header.Get("Accept")
	f := form{pretty: !o.streams() && wantsPretty(r)}
	if accept == "" || accept == "*/*" || accept == typeJSON {
		return f, nil
	}
	key := formKey{o, custom, accept}
	if known, ok := knownForms.Load(key); ok {
		k := known.(form)
		k.pretty = k.pretty || f.pretty
		return k, nil
	}
	if !custom && o != offerStatus && !routable(accept) {
		return f, status.NoRepresentation(offered(o)...)
	}
	for _, c := range clauses(accept) {
		if got, ok := c.form(o); ok && !(custom && got.shape == whole && got.encoding == encodeProtobuf) {
			if len(accept) < maxAccept {
				knownForms.Store(key, got)
			}
			got.pretty = got.pretty || f.pretty
			return got, nil
		}
	}
	if o == offerStream && acceptable(accept) {
		return f, status.NotAcceptable(typeJSON+streamed, typeProtobuf+streamed)
	}
	return f, status.NotAcceptable(typeJSON, typeYAML, typeProtobuf)
}

// acceptable says whether the header would do for what is no watch.
func acceptable(accept string) bool {
	return slices.ContainsFunc(clauses(accept), func(c clause) bool {
		_, ok := c.form(offerAll)
		return ok
	})
}

// offered are the types that the route of a request answers with.
func offered(o offer) []string {
	types := []string{typeJSON, typeYAML, typeProtobuf}
	if o == offerList || o.streams() {
		types = append(types, typeJSON+streamed, typeProtobuf+streamed)
	}
	return types
}

// routable says whether a media type of the header, taken without its
// parameters, is one of ours: if none is, the request finds no route.
func routable(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		media, _, _ := strings.Cut(part, ";")
		switch strings.TrimSpace(media) {
		case "*/*", typeJSON, typeYAML, typeProtobuf:
			return true
		}
	}
	return false
}

// wantsPretty says whether JSON is to be laid out for people: if the query
// asks for it, or says nothing and the client is one that people look through.
func wantsPretty(r *http.Request) bool {
	if strings.Contains(r.URL.RawQuery, "pretty") {
		if v := r.URL.Query().Get("pretty"); v != "" {
			pretty, _ := strconv.ParseBool(v)
			return pretty
		}
	}
	agent := r.UserAgent()
	return strings.HasPrefix(agent, "curl") || strings.HasPrefix(agent, "Wget") || strings.HasPrefix(agent, "Mozilla/5.0")
}

// clause is one media range of an Accept header, such as
// application/json;as=Table;v=v1;g=meta.k8s.io;q=0.8.
type clause struct {
	media   string
	params  string
	quality float64
}

// clauses are those of the header, the best liked first; of equals, those that
// say more.
func clauses(accept string) []clause {
	var out []clause
	for part := range strings.SplitSeq(accept, ",") {
		media, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		c := clause{media: strings.TrimSpace(media), params: params, quality: 1}
		for p := range strings.SplitSeq(params, ";") {
			if k, v, _ := strings.Cut(strings.TrimSpace(p), "="); k == "q" {
				q, err := strconv.ParseFloat(v, 64)
				if err != nil {
					q = 1
				}
				c.quality = q
			}
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b clause) int {
		return cmp.Or(-cmp.Compare(a.quality, b.quality), cmp.Compare(strings.Count(a.media, "*"), strings.Count(b.media, "*")))
	})
	return out
}

// form is what the clause asks for, if that can be had.
func (c *clause) form(o offer) (form, bool) {
	var f form
	switch c.media {
	case typeJSON, "application/*", "*/*":
	case typeProtobuf:
		f.encoding = encodeProtobuf
	case typeYAML:
		f.encoding = encodeYAML
	default:
		return f, false
	}
	as, group, converts := "", "", false
	for p := range strings.SplitSeq(c.params, ";") {
		k, v, _ := strings.Cut(strings.TrimSpace(p), "=")
		switch k {
		case "as":
			as, converts = v, true
		case "g":
			group, converts = v, true
		case "v":
			f.version, converts = v, true
		case "pretty":
			f.pretty = v == "1" && f.encoding == encodeJSON
		case "stream":
			if f.encoding == encodeYAML || v != "watch" {
				return f, false
			}
		}
	}
	f.pretty = f.pretty && !o.streams()
	if f.encoding == encodeYAML && o.streams() {
		return f, false
	}
	if !converts {
		return f, true
	}
	if o == offerStatus || group != "meta.k8s.io" || f.version != "v1" && f.version != "v1beta1" {
		return f, false
	}
	switch as {
	case "Table":
		f.shape = asTable
		return f, f.encoding != encodeProtobuf && o != offerStreamNoTable && o != offerReview
	case "PartialObjectMetadata":
		f.shape = asPartial
	case "PartialObjectMetadataList":
		f.shape = asPartialList
	default:
		return f, false
	}
	return f, true
}

// takesLog refuses who does not take what a log could be refused with. The
// log itself is text, which alone is not enough.
func takesLog(r *http.Request) error {
	accept := r.Header.Get("Accept")
	if accept == "" {
		return nil
	}
	if !routable(accept) && !slices.ContainsFunc(clauses(accept), func(c clause) bool { return c.media == "text/plain" }) {
		return status.NoRepresentation(append([]string{"text/plain"}, offered(offerAll)...)...)
	}
	if !slices.ContainsFunc(clauses(accept), func(c clause) bool { _, ok := c.form(offerStatus); return ok }) {
		return status.NotAcceptable(offered(offerAll)...)
	}
	return nil
}

// takesGzip says whether the client can read gzip.
func takesGzip(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}
