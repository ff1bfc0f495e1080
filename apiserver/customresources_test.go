package apiserver_test

import (
	"bufio"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
)

// widgets is a definition; versions are its versions as JSON, more is more of
// its spec.
func widgets(versions, more string) []byte {
	return []byte(`{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.test.example.com"},
		"spec":{"group":"test.example.com","scope":"Namespaced","names":{"plural":"widgets","kind":"Widget"},"versions":[` + versions + `]` + more + `}}`)
}

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

// customRunner is a server and somebody who may do everything there.
func customRunner(t *testing.T) *runner {
	r := &runner{t: t, server: testserver.Start(t, nil), line: t.Name(), ns: "default"}
	r.as("system:admin", "system:masters")
	return r
}

// must sends a request that has to be answered with a code.
func (r *runner) must(code int, method, path, body string) string {
	r.t.Helper()
	contentType := ""
	if method == "PATCH" {
		contentType = "application/merge-patch+json"
	}
	var b []byte
	if body != "" {
		b = []byte(body)
	}
	r.do(method, path, b, contentType)
	if r.code != code {
		r.t.Fatalf("%s %s: %d %s", method, path, r.code, r.body)
	}
	return string(r.body)
}

// await watches a path until an event holds text; a watch that ends because the
// resource changes is begun again.
func (r *runner) await(path, text string) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		if r.sees(ctx, path, "0", text) {
			return
		}
	}
	r.t.Fatalf("%s: no event holds %s", path, text)
}

func (r *runner) sees(ctx context.Context, path, rev, text string) bool {
	query := "?"
	if strings.Contains(path, "?") {
		query = "&"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.server.URL+path+query+"watch=true&resourceVersion="+rev, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if strings.Contains(lines.Text(), text) {
			return true
		}
	}
	return false
}

// define creates or replaces the definition and waits until it is served.
func (r *runner) define(body []byte) {
	r.t.Helper()
	r.must(http.StatusCreated, "POST", definitions, string(body))
	r.await(definitions, `"type":"Established","status":"True"`)
}

const widgetPath = "/apis/test.example.com/v1/namespaces/default/widgets"

func TestDefinitionChangesLive(t *testing.T) {
	r := customRunner(t)
	version := func(name, size string, storage bool) string {
		return fmt.Sprintf(`{"name":%q,"served":true,"storage":%v,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{%s}}}}}}`, name, storage, size)
	}
	r.define(widgets(version("v1", `"size":{"type":"integer"},"old":{"type":"string"}`, true), ""))
	r.must(http.StatusCreated, "POST", widgetPath, `{"apiVersion":"test.example.com/v1","kind":"Widget","metadata":{"name":"a"},"spec":{"old":"x","none":1}}`)
	if got := r.must(200, "GET", widgetPath+"/a", ""); !strings.Contains(got, `"spec":{"old":"x"}`) {
		t.Fatalf("what the schema does not know stays: %s", got)
	}
	// A field goes, another gets a default, and a second version comes that is
	// stored from now on.
	var d map[string]any
	if err := json.Unmarshal([]byte(r.must(200, "GET", definitions+"/widgets.test.example.com", "")), &d); err != nil {
		t.Fatal(err)
	}
	var vs []any
	text := "[" + version("v1", `"size":{"type":"integer","default":7}`, false) + "," + version("v2", `"size":{"type":"integer","default":7}`, true) + "]"
	if err := json.Unmarshal([]byte(text), &vs); err != nil {
		t.Fatal(err)
	}
	d["spec"].(map[string]any)["versions"] = vs
	next, _ := json.Marshal(d)
	before := r.must(200, "GET", "/apis/test.example.com", "")
	if strings.Contains(before, "v2") {
		t.Fatalf("v2 is there too early: %s", before)
	}
	r.must(200, "PUT", definitions+"/widgets.test.example.com", string(next))
	r.await("/apis/test.example.com/v1/widgets", `"spec":{"size":7}`)
	v2 := strings.Replace(widgetPath, "/v1/", "/v2/", 1)
	for _, path := range []string{v2 + "/a", v2} {
		if got := r.must(200, "GET", path, ""); !strings.Contains(got, `"apiVersion":"test.example.com/v2"`) || !strings.Contains(got, `"spec":{"size":7}`) {
			t.Errorf("%s: %s", path, got)
		}
	}
	// What is served is told a moment after it is served, never before.
	r.until("/apis/test.example.com", `"preferredVersion":{"groupVersion":"test.example.com/v2"`)
	if got := r.must(200, "GET", "/openapi/v3/apis/test.example.com/v2", ""); !strings.Contains(got, "com.example.test.v2.Widget") {
		t.Error("v2 is not described")
	}
	// An update that changes nothing still stores the new version.
	rev := `"resourceVersion":"`
	a := r.must(200, "GET", v2+"/a", "")
	was := a[strings.Index(a, rev):][:len(rev)+8]
	if got := r.must(200, "PUT", v2+"/a", a); strings.Contains(got, was) {
		t.Error("what is stored in the old version was not written anew")
	}
}

func TestDefinitionTakesItsObjectsAlong(t *testing.T) {
	r := customRunner(t)
	r.define(widgets(`{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}`, ""))
	r.must(http.StatusCreated, "POST", widgetPath, `{"apiVersion":"test.example.com/v1","kind":"Widget","metadata":{"name":"a"}}`)
	r.must(http.StatusCreated, "POST", widgetPath, `{"apiVersion":"test.example.com/v1","kind":"Widget","metadata":{"name":"b","finalizers":["example.com/wait"]}}`)
	r.must(200, "DELETE", definitions+"/widgets.test.example.com", "")
	r.await("/apis/test.example.com/v1/widgets", `"deletionTimestamp"`)
	r.must(http.StatusMethodNotAllowed, "POST", widgetPath, `{"apiVersion":"test.example.com/v1","kind":"Widget","metadata":{"name":"c"}}`)
	r.must(404, "GET", widgetPath+"/a", "")
	var at struct {
		Metadata struct{ ResourceVersion string }
	}
	if err := json.Unmarshal([]byte(r.must(200, "GET", definitions+"/widgets.test.example.com", "")), &at); err != nil {
		t.Fatal(err)
	}
	done := make(chan bool, 1)
	go func() { done <- r.sees(t.Context(), definitions, at.Metadata.ResourceVersion, `"type":"DELETED"`) }()
	if got := r.must(200, "GET", definitions+"/widgets.test.example.com", ""); !strings.Contains(got, "InstanceDeletionInProgress") && !strings.Contains(got, "InstanceDeletionPending") {
		t.Errorf("the definition does not wait: %s", got)
	}
	r.must(422, "PATCH", "/apis/test.example.com/v1/namespaces/default/widgets/b", `{"metadata":{"finalizers":["example.com/other"]}}`)
	r.must(200, "PATCH", widgetPath+"/b", `{"metadata":{"finalizers":null}}`)
	if !<-done {
		t.Fatal("the definition's end is not told")
	}
	r.must(404, "GET", definitions+"/widgets.test.example.com", "")
}

// TestConversionWebhook keeps a field's name in one version and another name in
// the other.
func TestConversionWebhook(t *testing.T) {
	r := customRunner(t)
	calls := make(chan int, 100)
	hook := sizeHook(t, calls)
	version := func(name, field string, storage bool) string {
		return fmt.Sprintf(`{"name":%q,"served":true,"storage":%v,"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object","properties":{%q:{"type":"integer"}}}}}}}`, name, storage, field)
	}
	r.define(widgets(version("v1", "size", true)+","+version("v2", "width", false),
		convertedBy(hook)))
	v2 := strings.Replace(widgetPath, "/v1/", "/v2/", 1)
	for i, name := range []string{"a", "b", "c"} {
		r.must(http.StatusCreated, "POST", v2, fmt.Sprintf(`{"apiVersion":"test.example.com/v2","kind":"Widget","metadata":{"name":%q},"spec":{"width":%d}}`, name, i))
	}
	if got := r.must(200, "GET", widgetPath+"/b", ""); !strings.Contains(got, `"spec":{"size":1}`) {
		t.Errorf("v1: %s", got)
	}
	for len(calls) > 0 {
		<-calls
	}
	if got := r.must(200, "GET", v2, ""); strings.Count(got, `"width"`) < 3 || strings.Contains(got, `"spec":{"size"`) {
		t.Errorf("v2: %s", got)
	}
	if n := <-calls; n != 3 || len(calls) != 0 {
		t.Errorf("a list of three was converted %d at a time", n)
	}
	r.must(200, "GET", widgetPath, "")
	if len(calls) != 0 {
		t.Error("what is stored in the version asked for was sent to the webhook")
	}
	r.must(200, "PATCH", v2+"/a", `{"spec":{"width":5}}`)
	if got := r.must(200, "GET", widgetPath+"/a", ""); !strings.Contains(got, `"spec":{"size":5}`) {
		t.Errorf("after a patch through v2, v1: %s", got)
	}
	got := r.must(500, "POST", v2, `{"apiVersion":"test.example.com/v2","kind":"Widget","metadata":{"name":"d"},"spec":{"width":13}}`)
	if !strings.Contains(got, "conversion webhook for test.example.com/v2, Kind=Widget failed: thirteen is unlucky") {
		t.Errorf("a refusal is told as %s", got)
	}
}

// sizeHook converts widgets: what v1 calls size is width in all other versions.
// It tells how many it is asked for at once.
func sizeHook(t *testing.T, calls chan<- int) *httptest.Server {
	hook := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		var review struct {
			APIVersion, Kind string
			Request          struct {
				UID               string           `json:"uid"`
				DesiredAPIVersion string           `json:"desiredAPIVersion"`
				Objects           []map[string]any `json:"objects"`
			}
		}
		b, _ := io.ReadAll(req.Body)
		if err := json.Unmarshal(b, &review); err != nil {
			t.Error(err)
		}
		calls <- len(review.Request.Objects)
		status := map[string]any{"status": "Success"}
		for _, o := range review.Request.Objects {
			from, to := "size", "width"
			if strings.HasSuffix(review.Request.DesiredAPIVersion, "/v1") {
				from, to = to, from
			}
			spec := o["spec"].(map[string]any)
			spec[to] = spec[from]
			delete(spec, from)
			if spec[to] == float64(13) {
				status = map[string]any{"status": "Failure", "message": "thirteen is unlucky"}
			}
			o["apiVersion"] = review.Request.DesiredAPIVersion
		}
		json.NewEncoder(w).Encode(map[string]any{"apiVersion": review.APIVersion, "kind": review.Kind,
			"response": map[string]any{"uid": review.Request.UID, "convertedObjects": review.Request.Objects, "result": status}})
	}))
	t.Cleanup(hook.Close)
	return hook
}

// convertedBy is the part of a definition's spec that names a webhook.
func convertedBy(hook *httptest.Server) string {
	ca, _ := json.Marshal(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: hook.Certificate().Raw}))
	return `,"conversion":{"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],"clientConfig":{"url":"` + hook.URL + `","caBundle":` + string(ca) + `}}}`
}
