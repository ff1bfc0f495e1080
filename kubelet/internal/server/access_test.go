package server

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/client"
)

// TestAuthorize: administrators and the API server come in by their certificates;
// for others the API server is asked, once in a while.
func TestAuthorize(t *testing.T) {
	var asked []string
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var o map[string]any
		_ = json.NewDecoder(r.Body).Decode(&o)
		spec := o["spec"].(map[string]any)
		asked = append(asked, r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
		switch {
		case strings.HasSuffix(r.URL.Path, "/tokenreviews"):
			o["status"] = map[string]any{"authenticated": spec["token"] == "good", "user": map[string]any{"username": "ms", "groups": []string{"g"}}}
		case spec["user"] == "broken":
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		default:
			at := spec["resourceAttributes"].(map[string]any)
			o["status"] = map[string]any{"allowed": spec["user"] == "ms" && at["verb"] == "get" && at["resource"] == "nodes" && at["subresource"] == "metrics" && at["name"] == "n1"}
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(o)
	}))
	t.Cleanup(api.Close)
	c, err := client.New(&client.Config{Host: api.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	s := &Server{Access: &Access{API: c, Node: "n1"}, Log: slog.New(slog.DiscardHandler)}
	h := s.authorize(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "in") }))
	certificate := func(name string, groups ...string) *tls.ConnectionState {
		return &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{{Subject: pkix.Name{CommonName: name, Organization: groups}}}}}
	}
	for _, x := range []struct {
		name, method, path, token string
		tls                       *tls.ConnectionState
		want                      string
		asks                      int
	}{
		{"an administrator", "GET", "/pods", "", certificate("a", "system:masters"), "in", 0},
		{"the API server", "POST", "/exec/a/b/c", "", certificate("kube-apiserver-kubelet-client"), "in", 0},
		{"nobody", "GET", "/metrics", "", &tls.ConnectionState{}, "Unauthorized", 0},
		{"a bad token", "GET", "/metrics/resource", "bad", &tls.ConnectionState{}, "Unauthorized", 1},
		{"a good one", "GET", "/metrics/resource", "good", &tls.ConnectionState{}, "in", 2},
		{"once more", "GET", "/metrics", "good", &tls.ConnectionState{}, "in", 0},
		{"for something else", "GET", "/pods", "good", &tls.ConnectionState{}, "Forbidden (user=ms, verb=get, resource=nodes, subresource=proxy)", 1},
		{"to do something", "POST", "/metrics", "good", &tls.ConnectionState{}, "Forbidden (user=ms, verb=create, resource=nodes, subresource=metrics)", 1},
		{"another certificate", "GET", "/metrics", "", certificate("x"), "Forbidden (user=x, verb=get, resource=nodes, subresource=metrics)", 1},
		{"when nobody answers", "GET", "/metrics", "", certificate("broken"), "Authorization error (user=broken, verb=get, resource=nodes, subresource=metrics)", 1},
	} {
		asked = nil
		r := httptest.NewRequest(x.method, x.path, nil)
		r.TLS = x.tls
		if x.token != "" {
			r.Header.Set("Authorization", "Bearer "+x.token)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := strings.TrimSpace(w.Body.String()); got != x.want || len(asked) < x.asks || x.asks == 0 && len(asked) > 0 {
			t.Errorf("%s: %q after asking %v, want %q after %d", x.name, got, asked, x.want, x.asks)
		}
	}
}
