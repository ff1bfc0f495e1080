package apiserver_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/apiserver"
	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/flowcontrol"
)

// ask sends one request as a user and returns the answer with its body read.
func ask(t *testing.T, s *testserver.Server, method, path string, body io.Reader, user string, groups ...string) (*http.Response, string) {
	t.Helper()
	r := &runner{t: t, server: s}
	r.as(user, groups...)
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := r.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

// TestFlows: a new cluster gets the objects of flow control, every answer names
// those that decided on its request, and what somebody deletes comes back.
func TestFlows(t *testing.T) {
	s := testserver.Start(t, nil)
	schemas := client.Of[*flowcontrol.FlowSchema](s.Client(t))
	schema := func(name string) (uid string) {
		eventually(t, "flow schema "+name, func() bool {
			o, err := schemas.Get(t.Context(), "", name)
			if err == nil && len(o.Status.Conditions) == 1 && o.Status.Conditions[0].Status == flowcontrol.ConditionFalse {
				uid = string(o.UID)
			}
			return uid != ""
		})
		return uid
	}
	for user, name := range map[string]string{"system:masters": "exempt", "system:nodes": "system-nodes", "others": "global-default"} {
		uid := schema(name)
		eventually(t, "answers that name "+name, func() bool {
			resp, _ := ask(t, s, "GET", "/api/v1/namespaces/default/pods", nil, "user of "+user, user)
			return resp.Header.Get("X-Kubernetes-Pf-Flowschema-Uid") == uid && resp.Header.Get("X-Kubernetes-Pf-Prioritylevel-Uid") != ""
		})
	}
	before := schema("global-default")
	if err := schemas.Delete(t.Context(), "", "global-default"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the deleted schema again", func() bool { return schema("global-default") != before })
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("gave up waiting for %s", what)
		}
	}
}

// TestRequestTimeout: a request ends when its time is up, be that the client's
// or the server's, with a Status that says so; one that asks for nonsense is
// refused.
func TestRequestTimeout(t *testing.T) {
	s := testserver.Start(t, func(c *apiserver.Config) { c.RequestTimeout = 300 * time.Millisecond })
	for _, tt := range []struct {
		query string
		code  int
		says  string
	}{
		{"resourceVersion=999999", 504, "request did not complete within the allotted timeout"},
		{"resourceVersion=999999&timeout=10ms", 504, "request did not complete within the allotted timeout"},
		{"timeout=10s", 200, "PodList"},
		{"timeout=soon", 400, `invalid timeout specified in the request URL - time: invalid duration \"soon\"`},
	} {
		resp, body := ask(t, s, "GET", "/api/v1/pods?"+tt.query, nil, "admin", "system:masters")
		if resp.StatusCode != tt.code || !strings.Contains(body, tt.says) {
			t.Errorf("%s: %d %s, want %d with %q", tt.query, resp.StatusCode, body, tt.code, tt.says)
		}
	}
}

// TestSlowBody: a client that never ends its body is told so when its time is
// up, and keeps no handler.
func TestSlowBody(t *testing.T) {
	s := testserver.Start(t, func(c *apiserver.Config) { c.RequestTimeout = 300 * time.Millisecond })
	body, end := io.Pipe()
	defer end.Close()
	go end.Write([]byte(`{"kind":"ConfigMap",`))
	r := &runner{t: t, server: s}
	r.as("admin", "system:masters")
	req, err := http.NewRequestWithContext(t.Context(), "POST", s.URL+"/api/v1/namespaces/default/configmaps", body)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := r.client.Do(req); err == nil {
		resp.Body.Close()
		if resp.StatusCode < 400 {
			t.Errorf("half a body was taken: %s", resp.Status)
		}
	}
}

// TestDrain: after the stop /readyz fails while requests are still served and
// watches go on; then both end, and the server without an error.
func TestDrain(t *testing.T) {
	s := testserver.Start(t, func(c *apiserver.Config) { c.ShutdownDelay = 2 * time.Second })
	c := client.Of[*core.Namespace](s.Client(t))
	watched := make(chan int)
	go func() {
		resp, _ := ask(t, s, "GET", "/api/v1/namespaces?watch=1", nil, "admin", "system:masters")
		watched <- resp.StatusCode
	}()
	if resp, body := ask(t, s, "GET", "/readyz", nil, "admin", "system:masters"); resp.StatusCode != 200 {
		t.Fatalf("before the stop: %s", body)
	}
	s.Leave()
	eventually(t, "/readyz to fail", func() bool {
		resp, body := ask(t, s, "GET", "/readyz", nil, "admin", "system:masters")
		return resp.StatusCode == 500 && strings.Contains(body, "[-]shutdown failed")
	})
	if _, err := c.Get(t.Context(), "", "default"); err != nil {
		t.Errorf("a request after the stop: %v", err)
	}
	select {
	case <-watched:
		t.Error("the watch ended before the delay was over")
	default:
	}
	if code := <-watched; code != 200 {
		t.Errorf("the watch ended with code %d", code)
	}
}
