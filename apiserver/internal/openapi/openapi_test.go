package openapi

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
)

// get asks the handler for a path and reads the answer.
func get(t *testing.T, h *Handler, path string, into any) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	if w.Code != 200 {
		t.Fatalf("%s answers %d", path, w.Code)
	}
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
		t.Fatal(err)
	}
}

// TestDocuments follows the index to every document, as kubectl does, and
// looks for what it wants of a patch.
func TestDocuments(t *testing.T) {
	h := New(resources.All())
	var index struct {
		Paths map[string]struct{ ServerRelativeURL string }
	}
	get(t, h, "/openapi/v3", &index)
	type document struct {
		Paths map[string]struct {
			Patch struct {
				Parameters []struct{ Name string }
			}
		}
	}
	documents := map[string]document{}
	for path, p := range index.Paths {
		var d document
		get(t, h, p.ServerRelativeURL, &d)
		documents[path] = d
	}
	var v2 document
	get(t, h, "/openapi/v2", &v2)
	for name, d := range map[string]document{"3": documents["api/v1"], "2": v2} {
		var params []string
		for _, p := range d.Paths["/api/v1/namespaces/{namespace}/pods/{name}"].Patch.Parameters {
			params = append(params, p.Name)
		}
		if all := strings.Join(params, " "); !strings.Contains(all, "fieldValidation") || !strings.Contains(all, "dryRun") {
			t.Errorf("in version %s the patch of a pod takes %q", name, all)
		}
	}
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, httptest.NewRequest("GET", "/openapi/v3/apis/none/v1", nil)); w.Code != 404 {
		t.Errorf("an unknown group answers %d", w.Code)
	}
}
