// Package openapi publishes the description of the API that kubectl explain
// and validation read: /openapi/v2 whole, /openapi/v3 by group. The types'
// schemas come from proto/schema, the paths from the table of resources. The
// documents are made when somebody first asks for them.
package openapi

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/client/version"
	"github.com/pilothouse/pilothouse/proto/schema"
)

// Handler answers below /openapi/.
type Handler struct {
	table []*resources.Resource
	v2    func() document
	v3    map[string]func() document // by path, such as api/v1
	root  func() document
}

// document is a JSON text and what names its content.
type document struct {
	text []byte
	hash string
}

// New makes the handler for the table.
func New(table []*resources.Resource) *Handler {
	h := &Handler{table: table, v3: map[string]func() document{}}
	h.v2 = sync.OnceValue(h.makeV2)
	h.root = sync.OnceValue(h.makeRoot)
	for _, gv := range groupVersions(table) {
		h.v3[gv.path()] = sync.OnceValue(func() document { return h.makeV3(gv) })
	}
	for _, p := range []string{"api", "apis", "version"} {
		h.v3[p] = sync.OnceValue(func() document { return makeEmpty() })
	}
	return h
}

// groupVersion is a group's version.
type groupVersion struct{ group, version string }

func (gv groupVersion) path() string {
	if gv.group == "" {
		return "api/" + gv.version
	}
	return "apis/" + gv.group + "/" + gv.version
}

func groupVersions(table []*resources.Resource) []groupVersion {
	var out []groupVersion
	seen := map[groupVersion]bool{}
	for _, r := range table {
		gv := groupVersion{r.Kind.Group, r.Kind.Version}
		if !seen[gv] {
			seen[gv] = true
			out = append(out, gv)
		}
	}
	return out
}

// Media types of the documents.
const typeV2Protobuf = "application/com.github.proto-openapi.spec.v2"

// ServeHTTP answers with a document.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/openapi/"), "/")
	switch {
	case path == "v2" && onlyProtobuf(r.Header.Get("Accept")):
		http.Error(w, "only application/json is served", http.StatusNotAcceptable)
	case path == "v2":
		send(w, r, h.v2())
	case path == "v3":
		send(w, r, h.root())
	default:
		doc := h.v3[strings.TrimPrefix(path, "v3/")]
		if doc == nil {
			http.NotFound(w, r)
			return
		}
		d := doc()
		if r.URL.Query().Get("hash") == d.hash {
			w.Header().Set("Cache-Control", "public, immutable")
			w.Header().Set("Expires", "Fri, 01 Jan 2100 00:00:00 GMT")
		}
		send(w, r, d)
	}
}

// onlyProtobuf says whether the client takes nothing but protobuf.
func onlyProtobuf(accept string) bool {
	return strings.HasPrefix(accept, typeV2Protobuf) && !strings.Contains(accept, "json")
}

func send(w http.ResponseWriter, r *http.Request, d document) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
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
	return document{b, fmt.Sprintf("%X", sha256.Sum256(b))}
}

type info struct {
	Title   string `json:"title"`
	Version string `json:"version"`
}

func title() info { return info{"Kubernetes", version.Get().GitVersion} }

func (h *Handler) makeRoot() document {
	type place struct {
		URL string `json:"serverRelativeURL"`
	}
	places := map[string]place{}
	for path, doc := range h.v3 {
		places[path] = place{"/openapi/v3/" + path + "?hash=" + doc().hash}
	}
	return encode(map[string]any{"paths": places})
}

func (h *Handler) makeV2() document {
	paths := map[string]*pathItem{}
	for _, gv := range groupVersions(h.table) {
		h.addPaths(paths, gv, v2)
	}
	return encode(struct {
		Swagger     string                        `json:"swagger"`
		Info        info                          `json:"info"`
		Paths       map[string]*pathItem          `json:"paths"`
		Definitions map[string]*schema.Definition `json:"definitions"`
	}{"2.0", title(), paths, schema.OpenAPIV2Definitions()})
}

// v3Document is a document of version 3.
type v3Document struct {
	OpenAPI    string               `json:"openapi"`
	Info       info                 `json:"info"`
	Paths      map[string]*pathItem `json:"paths"`
	Components struct {
		Schemas map[string]*schema.Definition `json:"schemas,omitempty"`
	} `json:"components"`
}

func (h *Handler) makeV3(gv groupVersion) document {
	d := v3Document{OpenAPI: "3.0.0", Info: title(), Paths: map[string]*pathItem{}}
	h.addPaths(d.Paths, gv, v3)
	d.Components.Schemas = schema.OpenAPIV3Components(gv.group, gv.version)
	return encode(d)
}

func makeEmpty() document {
	return encode(v3Document{OpenAPI: "3.0.0", Info: title(), Paths: map[string]*pathItem{}})
}
