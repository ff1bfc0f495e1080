// Package openapi publishes the description of the API that kubectl explain
// and validation read: /openapi/v2 whole, /openapi/v3 by group. The documents
// come from proto/openapi, by the table of resources; they are made when
// somebody first asks for them.
package openapi

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/aggregation"
	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/apiserver/internal/rest"
	"github.com/pilothouse/pilothouse/client/version"
	"github.com/pilothouse/pilothouse/proto/openapi"
)

// Handler answers below /openapi/.
type Handler struct {
	mu         sync.Mutex
	custom     []openapi.Resource
	extensions []aggregation.Version

	builtin []openapi.Resource
	fixed   func() map[string]document // version 3 of what is built in
	now     atomic.Pointer[documents]
}

// documents are the answers for one table, made when first asked for.
type documents struct {
	v2      func() document
	v2Proto func() document
	v3      func() map[string]document // by path, such as api/v1; the index by ""
}

// document is a text and what names its content, in whatever encoding.
type document struct {
	text []byte
	hash string
	// proto encodes the text, if it can be; it is kept from the first time on.
	proto func() ([]byte, error)
}

// New makes the handler for the table of what is built in.
func New(table []*resources.Resource) *Handler {
	h := &Handler{builtin: served(table)}
	h.fixed = sync.OnceValue(func() map[string]document { return makeV3(h.builtin) })
	h.SetCustom(nil)
	return h
}

// SetCustom declares what is served beside what is built in.
func (h *Handler) SetCustom(table []*resources.Resource) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.custom = served(table)
	h.make()
}

// SetExtensions declares what other API servers serve.
func (h *Handler) SetExtensions(versions []aggregation.Version) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.extensions = versions
	h.make()
}

// make prepares the documents of what is served now.
func (h *Handler) make() {
	custom, extensions := h.custom, h.extensions
	v2 := sync.OnceValue(func() *openapi.Document {
		d := openapi.V2(version.Get().GitVersion, slices.Concat(h.builtin, custom))
		extendV2(d, extensions)
		return d
	})
	h.now.Store(&documents{
		v2:      sync.OnceValue(func() document { return encode(v2()) }),
		v2Proto: sync.OnceValue(func() document { return hashed(v2().AppendProto(nil)) }),
		v3: sync.OnceValue(func() map[string]document {
			docs := makeV3(custom)
			for path, d := range h.fixed() {
				docs[path] = d
			}
			extendV3(docs, extensions)
			for path, d := range docs {
				docs[path] = d.encodable()
			}
			docs[""] = index(docs)
			return docs
		}),
	})
}

// served is the table in the words of the documents.
func served(table []*resources.Resource) (out []openapi.Resource) {
	for _, r := range table {
		o := openapi.Resource{Kind: r.Kind, Verbs: r.Verbs, Custom: r.Custom, Schema: r.Schema, Selectable: r.Selectable}
		for _, s := range r.Subresources {
			o.Subresources = append(o.Subresources, openapi.Subresource{Name: s.Name, Kind: s.Kind, Verbs: s.Verbs})
		}
		out = append(out, o)
	}
	return out
}

// makeV3 makes the documents of version 3.
func makeV3(table []openapi.Resource) map[string]document {
	out := map[string]document{}
	for path, d := range openapi.V3(version.Get().GitVersion, table) {
		out[path] = encode(d).encodable()
	}
	return out
}

// index tells each document's hash, so that clients can keep what they have.
func index(docs map[string]document) document {
	type place struct {
		URL string `json:"serverRelativeURL"`
	}
	places := map[string]place{}
	for path, d := range docs {
		if path != "" {
			places[path] = place{"/openapi/v3/" + path + "?hash=" + d.hash}
		}
	}
	return encode(map[string]any{"paths": places})
}

// v2Protobuf is how the media type of version 2 in protobuf starts; what
// follows is written in two ways.
const v2Protobuf = "application/com.github.proto-openapi.spec.v2"

// v3Protobuf is the media type of version 3 in protobuf. Clients ask for it with
// an @, which no media type may hold.
const (
	v3Protobuf      = "application/com.github.proto-openapi.spec.v3.v1.0+protobuf"
	v3ProtobufAsked = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf"
)

// ServeHTTP answers with a document.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := h.now.Load()
	accept := r.Header.Get("Accept")
	path, _ := strings.CutPrefix(r.URL.Path, "/openapi/")
	if path == "v2" {
		switch form, ok := rest.Pick(accept, "application/json", v2Protobuf, v2Protobuf+".v1.0+protobuf", v2Protobuf+"@v1.0+protobuf"); {
		case !ok:
			w.WriteHeader(http.StatusNotAcceptable)
		case form == "application/json":
			send(w, r, now.v2())
		default:
			w.Header().Set("Content-Type", v2Protobuf+".v1.0+protobuf")
			send(w, r, now.v2Proto())
		}
		return
	}
	name, ok := strings.CutPrefix(path, "v3")
	name = strings.TrimPrefix(name, "/")
	d, found := now.v3()[name]
	switch {
	case strings.HasPrefix(path, "v3/") && !(found && name != ""):
		w.WriteHeader(http.StatusNotFound)
		return
	case !ok || !found:
		http.NotFound(w, r)
		return
	}
	form, ok := rest.Pick(accept, "application/json", v3ProtobufAsked, v3Protobuf)
	if !ok && name != "" {
		w.Header().Set("Vary", "Accept")
		w.WriteHeader(http.StatusNotAcceptable)
		return
	}
	switch hash := r.URL.Query().Get("hash"); {
	case hash == d.hash && name != "":
		w.Header().Set("Cache-Control", "public, immutable")
		w.Header().Set("Expires", time.Now().AddDate(1, 0, 0).UTC().Format(time.RFC1123))
	case hash != "" && name != "": // it was another document's
		u := *r.URL
		u.RawQuery = "hash=" + d.hash
		http.Redirect(w, r, u.String(), http.StatusMovedPermanently)
		return
	}
	if form != "application/json" && name != "" {
		b, err := d.proto()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", v3Protobuf)
		d.text = b
	}
	send(w, r, d)
}

func send(w http.ResponseWriter, r *http.Request, d document) {
	h := w.Header()
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/json")
	}
	h.Set("ETag", `"`+d.hash+`"`)
	h.Add("Vary", "Accept")
	if r.Header.Get("If-None-Match") == `"`+d.hash+`"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Write(d.text)
}

func encode(v any) document {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("openapi: %v", err)) // Our own structs: a bug that any test finds.
	}
	return hashed(b)
}

func hashed(b []byte) document { return document{text: b, hash: fmt.Sprintf("%X", sha256.Sum256(b))} }
