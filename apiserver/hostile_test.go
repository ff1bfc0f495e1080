package apiserver_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// TestHostileRequests: whatever is sent, the answer is a Status (or plain text
// where nothing of the API's is) that blames the client, and the server goes on.
func TestHostileRequests(t *testing.T) {
	s := testserver.Start(t, nil)
	maps := "/api/v1/namespaces/default/configmaps"
	token := func(s string) string {
		return url.QueryEscape(base64.RawURLEncoding.EncodeToString([]byte(s)))
	}
	labels := `{"metadata":{"name":"labels","labels":{` + strings.Repeat(`"a":"b",`, 100000) + `"c":"d"}}}`
	for _, tt := range []struct {
		method, path, body string
		code               int
		reason             meta.StatusReason
	}{
		{"GET", maps + "?continue=%00", "", 400, "BadRequest"},
		{"GET", maps + "?continue=" + strings.Repeat("A", 100000), "", 400, "BadRequest"},
		{"GET", maps + "?continue=" + token(`{"v":"meta.k8s.io/v1","rv":1,"start":"../../secrets/"}`), "", 400, "BadRequest"},
		{"GET", maps + "?continue=" + token(`{"v":"meta.k8s.io/v1","rv":-9223372036854775808,"start":"default/a"}`), "", 200, ""},
		{"GET", maps + "?continue=" + token(`{"v":"meta.k8s.io/v1","rv":"x","start":"default/a"}`), "", 400, "BadRequest"},
		{"GET", maps + "?limit=9223372036854775807", "", 200, ""},
		{"GET", maps + "?limit=9223372036854775808", "", 400, "BadRequest"},
		{"GET", maps + "?labelSelector=" + strings.Repeat("%28", 5000), "", 400, "BadRequest"},
		{"GET", maps + "?labelSelector=a+in+%28" + strings.Repeat("b,", 5000) + "c%29", "", 200, ""},
		{"GET", maps + "?fieldSelector=" + strings.Repeat("metadata.name%3Dx,", 5000), "", 200, ""},
		{"GET", maps + "?fieldSelector=%5C", "", 400, "BadRequest"},
		{"GET", maps + "/a%2Fb", "", 404, "NotFound"},
		{"GET", maps + "/%2e%2e/secrets", "", 404, "NotFound"},
		{"GET", "/api/v1/namespaces/default%2Fsecrets/configmaps", "", 404, "NotFound"},
		{"GET", "/%2Fapi/v1/pods", "", 404, ""},
		{"GET", "//api/v1/pods", "", 404, ""},
		{"POST", maps, labels, 201, ""},
		{"POST", maps, `{"metadata":{"name":"` + strings.Repeat("x", 100000) + `"}}`, 422, "Invalid"},
		{"POST", maps, strings.Repeat(`{"a":`, 100000), 400, "BadRequest"},
		{"POST", maps, strings.Repeat(`[`, 1000000), 400, "BadRequest"},
		{"POST", maps, `{"metadata":{"name":"a"},"data":{"b":"` + "\xff\xfe" + `"}}`, 201, ""},
		{"POST", maps, `{"metadata":{"name":"twice","name":"twice"}}`, 201, ""},
		{"POST", maps + "?fieldValidation=Strict", `{"metadata":{"name":"x","name":"y"}}`, 400, "BadRequest"},
		{"POST", maps, `{"metadata":`, 400, "BadRequest"},
		{"POST", maps, "\x00\x01\x02", 400, "BadRequest"},
		{"POST", maps, strings.Repeat(" ", 4<<20), 413, "RequestEntityTooLarge"},
		{"DELETE", maps + "/a", strings.Repeat(`[`, 100000), 400, "BadRequest"},
		{"DELETE", maps + "?labelSelector=%28", "", 400, "BadRequest"},
		{"TRACE", maps, "", 405, "MethodNotAllowed"},
	} {
		name := tt.method + " " + tt.path[:min(len(tt.path), 90)]
		resp, body := ask(t, s, tt.method, tt.path, strings.NewReader(tt.body), "admin", "system:masters")
		var st meta.Status
		if resp.StatusCode >= 400 && tt.reason != "" {
			if err := json.Unmarshal([]byte(body), &st); err != nil {
				t.Errorf("%s: the answer is no Status: %.200q", name, body)
			}
		}
		if resp.StatusCode != tt.code || st.Reason != tt.reason {
			t.Errorf("%s: %d %s, want %d %s: %.300s", name, resp.StatusCode, st.Reason, tt.code, tt.reason, body)
		}
	}
}

// TestHugeBody: a body of a hundred megabytes, of JSON or protobuf, is turned away
// without being kept, with its length told or not.
func TestHugeBody(t *testing.T) {
	s := testserver.Start(t, nil)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	zeros := bytes.Repeat([]byte{' '}, 1<<20)
	for i, told := range []bool{true, false, true, false} {
		var body io.Reader = io.LimitReader(endless(zeros), 100<<20)
		r := &runner{t: t, server: s}
		r.as("admin", "system:masters")
		req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/api/v1/namespaces/default/configmaps", body)
		if err != nil {
			t.Fatal(err)
		}
		if told {
			req.ContentLength = 100 << 20
		}
		if i >= 2 {
			req.Header.Set("Content-Type", typeProtobuf)
		}
		resp, err := r.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("told %v: %s", told, resp.Status)
		}
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.TotalAlloc - before.TotalAlloc); grown > 120<<20 {
		t.Errorf("%d MiB were allocated for four bodies of 100", grown>>20)
	}
}

// endless repeats b.
type endless []byte

func (e endless) Read(p []byte) (int, error) { return copy(p, e), nil }

// TestIdleWatches: thousands of watches that are told nothing cost little memory
// each and delay nobody.
func TestIdleWatches(t *testing.T) {
	watches, connections := 10000, 20
	if testing.Short() {
		watches, connections = 1000, 4
	}
	s := testserver.Start(t, nil)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var open, done sync.WaitGroup
	for n := range connections {
		r := &runner{t: t, server: s}
		r.as(fmt.Sprintf("admin%d", n), "system:masters")
		open.Go(func() {
			for i := range watches / connections {
				req, err := http.NewRequestWithContext(ctx, "GET", fmt.Sprintf("%s/api/v1/pods?watch=1&allowWatchBookmarks=true&fieldSelector=spec.nodeName%%3Dn%d-%d", s.URL, n, i), nil)
				if err != nil {
					t.Error(err)
					return
				}
				resp, err := r.client.Do(req)
				if err != nil || resp.StatusCode != http.StatusOK {
					t.Errorf("watch %d of %d: %v", i, n, err)
					return
				}
				done.Go(func() { io.Copy(io.Discard, resp.Body); resp.Body.Close() })
			}
		})
	}
	open.Wait()
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := int64(after.HeapInuse+after.StackInuse-before.HeapInuse-before.StackInuse) / int64(watches)
	t.Logf("%d bytes for each of %d watches, the client's half included", each, watches)
	if each > 64<<10 {
		t.Errorf("each of %d idle watches holds on to %d bytes", watches, each)
	}
	if resp, body := ask(t, s, "POST", "/api/v1/namespaces/default/configmaps", strings.NewReader(`{"metadata":{"name":"beside"}}`), "ann", "system:masters"); resp.StatusCode != 201 {
		t.Errorf("a request beside them: %s", body)
	}
	cancel()
	done.Wait()
}
