package openapi

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"

	openapi_v3 "github.com/google/gnostic-models/openapiv3"
	"google.golang.org/protobuf/proto"

	"github.com/pilothouse/pilothouse/apiserver/internal/aggregation"
	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
)

// TestProtobufV3 reads a document of version 3 in protobuf, which has the name
// of the same document in JSON, and is made only once.
func TestProtobufV3(t *testing.T) {
	h := New(resources.All())
	ask := func(path, accept string) *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", path, nil)
		r.Header.Set("Accept", accept)
		h.ServeHTTP(w, r)
		return w
	}
	const asked = "application/com.github.proto-openapi.spec.v3@v1.0+protobuf"
	text := ask("/openapi/v3/api/v1", "application/json")
	for _, accept := range []string{asked, "application/com.github.proto-openapi.spec.v3.v1.0+protobuf, application/json"} {
		w := ask("/openapi/v3/api/v1", accept)
		if got := w.Header().Get("Content-Type"); w.Code != 200 || got != "application/com.github.proto-openapi.spec.v3.v1.0+protobuf" {
			t.Fatalf("%s answers %d as %q", accept, w.Code, got)
		}
		if w.Header().Get("ETag") != text.Header().Get("ETag") || w.Header().Get("Vary") != "Accept" {
			t.Errorf("the headers are %v, those of the text are %v", w.Header(), text.Header())
		}
		d := &openapi_v3.Document{}
		if err := proto.Unmarshal(w.Body.Bytes(), d); err != nil {
			t.Fatal(err)
		}
		var paths, schemas []string
		for _, p := range d.Paths.Path {
			paths = append(paths, p.Name)
		}
		for _, s := range d.Components.Schemas.AdditionalProperties {
			schemas = append(schemas, s.Name)
		}
		if all := strings.Join(append(paths, schemas...), " "); !strings.Contains(all, "/api/v1/namespaces/{namespace}/pods/{name}/log") ||
			!strings.Contains(all, "io.k8s.api.core.v1.PodSpec") {
			t.Errorf("the document has the paths %q and the schemas %q", paths, schemas)
		}
	}
	first, second := h.now.Load().v3()["api/v1"], h.now.Load().v3()["api/v1"]
	a, _ := first.proto()
	b, _ := second.proto()
	if len(a) == 0 || &a[0] != &b[0] {
		t.Error("the document is made again for everybody who asks")
	}
	if w := ask("/openapi/v3/api/v1", "application/com.github.proto-openapi.spec.v3"); w.Code != 406 {
		t.Errorf("an unknown media type answers %d", w.Code)
	}
	if w := ask("/openapi/v3", asked); !bytes.HasPrefix(w.Body.Bytes(), []byte(`{"paths":`)) {
		t.Errorf("the index is %.40q", w.Body)
	}
	h.SetExtensions([]aggregation.Version{{Group: "bad.example.com", Version: "v1", OpenAPIV3: []byte(`{"openapi":["3"]}`)}})
	if w := ask("/openapi/v3/apis/bad.example.com/v1", asked); w.Code != 500 {
		t.Errorf("another server's broken document answers %d: %q", w.Code, w.Body)
	}
}
