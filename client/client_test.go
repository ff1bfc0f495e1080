package client_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/internal/apitest"
	"github.com/pilothouse/pilothouse/proto/coordination"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type object = map[string]any

const web = "/api/v1/namespaces/default/configmaps/web"

func configMap(name string, data map[string]string) *core.ConfigMap {
	return &core.ConfigMap{ObjectMeta: meta.ObjectMeta{Namespace: "default", Name: name}, Data: data}
}

func TestPaths(t *testing.T) {
	pods, leases := scheme.ByResource("", "v1", "pods"), scheme.ByResource("coordination.k8s.io", "v1", "leases")
	nodes := scheme.ByResource("", "v1", "nodes")
	for _, tt := range []struct{ got, want string }{
		{client.Path(pods, "", "", ""), "/api/v1/pods"},
		{client.Path(pods, "default", "web", "status"), "/api/v1/namespaces/default/pods/web/status"},
		{client.Path(leases, "kube-system", "x", ""), "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x"},
		{client.Path(nodes, "ignored", "n1", ""), "/api/v1/nodes/n1"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %s, want %s", tt.got, tt.want)
		}
	}
}

func TestLifeOfAnObject(t *testing.T) {
	s := apitest.New(t)
	maps := client.Of[*core.ConfigMap](s.NewClient())
	ctx := t.Context()

	made, err := maps.Create(ctx, configMap("web", map[string]string{"a": "1"}))
	if err != nil || made.ResourceVersion == "" || made.Kind != "ConfigMap" {
		t.Fatalf("create: %+v, %v", made, err)
	}
	if _, err := maps.Create(ctx, configMap("web", nil)); !client.IsAlreadyExists(err) || client.IsConflict(err) {
		t.Errorf("second create: %v", err)
	}
	made.Data["a"] = "2"
	if newer, err := maps.Update(ctx, made); err != nil || newer.Data["a"] != "2" {
		t.Fatalf("update: %+v, %v", newer, err)
	}
	if _, err := maps.Update(ctx, made); !client.IsConflict(err) {
		t.Errorf("update of an old version: %v", err)
	}
	if newer, err := maps.Patch(ctx, "default", "web", client.MergePatch, []byte(`{"data":{"a":"3"}}`)); err != nil || newer.Data["a"] != "3" {
		t.Errorf("patch: %+v, %v", newer, err)
	}
	if got, err := maps.Get(ctx, "default", "web"); err != nil || got.Data["a"] != "3" {
		t.Errorf("get: %+v, %v", got, err)
	}
	if err := maps.Delete(ctx, "default", "web"); err != nil {
		t.Error(err)
	}
	if _, err := maps.Get(ctx, "default", "web"); !client.IsNotFound(err) {
		t.Errorf("get after delete: %v", err)
	}
	for _, err := range []error{maps.Delete(ctx, "", "web"), maps.Delete(ctx, "default", "")} {
		if err == nil || !strings.Contains(err.Error(), "is empty") {
			t.Errorf("incomplete name: %v", err)
		}
	}
}

func TestPagesMakeOneList(t *testing.T) {
	s := apitest.New(t)
	for i := range 25 {
		s.Put(fmt.Sprintf("/api/v1/namespaces/ns%d/configmaps/m%02d", i%3, i), object{})
	}
	maps := client.Of[*core.ConfigMap](s.NewClient())
	list, err := maps.ListAll(t.Context(), "", client.ListOptions{}, 10)
	if err != nil || len(list.Items) != 25 || list.ResourceVersion != "35" {
		t.Fatalf("got %d of 25 items at %s, %v", len(list.Items), list.ResourceVersion, err)
	}
	if k := list.Items[0].Kind; k != "ConfigMap" {
		t.Errorf("items are of kind %q", k)
	}
	if n := s.Requests["GET /api/v1/configmaps"]; n != 3 {
		t.Errorf("%d requests, want 3", n)
	}
	one, err := maps.ListAll(t.Context(), "ns1", client.ListOptions{}, 10)
	if err != nil || len(one.Items) != 8 {
		t.Errorf("one namespace: %d items, want 8; %v", len(one.Items), err)
	}
}

func TestRetries(t *testing.T) {
	tests := []struct {
		name     string
		method   string
		code     int
		after    string
		attempts int32 // that are refused before one is let through
		want     int32 // requests that arrive
	}{
		{"429 counts as not done", http.MethodPost, 429, "0", 2, 3},
		{"a long wait is the caller's business", http.MethodPost, 429, "30", 9, 1},
		{"a read of a server in trouble", http.MethodGet, 503, "", 2, 3},
		{"a write may have been done", http.MethodPost, 503, "0", 9, 1},
		{"a write that can be repeated", http.MethodPut, 503, "0", 1, 2},
		{"an error inside", http.MethodGet, 500, "", 9, 1},
		{"an error inside that will pass", http.MethodGet, 500, "1", 1, 2},
		{"a refusal", http.MethodGet, 403, "", 9, 1},
		{"not for ever", http.MethodGet, 503, "", 99, 6},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := apitest.New(t)
			s.Put(web, object{})
			var requests atomic.Int32
			s.Before = func(w http.ResponseWriter, r *http.Request) bool {
				if requests.Add(1) > tt.attempts {
					return false
				}
				if tt.after != "" {
					w.Header().Set("Retry-After", tt.after)
				}
				apitest.Refuse(w, tt.code, "", "not now")
				return true
			}
			path := web
			if tt.method == http.MethodPost {
				path = "/api/v1/namespaces/default/configmaps"
			}
			_, err := s.NewClient().Raw().Do(t.Context(), tt.method, path, nil, "application/json", []byte(`{"metadata":{"name":"new"}}`))
			if got := requests.Load(); got != tt.want {
				t.Errorf("%d requests, want %d; %v", got, tt.want, err)
			}
			if failed := tt.want <= tt.attempts; failed != (err != nil) {
				t.Errorf("error %v, want one: %v", err, failed)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	c, err := client.New(&client.Config{Host: "https://" + l.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Of[*core.Node](c).Get(t.Context(), "", "n1")
	if !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatalf("got %v", err)
	}
	if want := "GET /api/v1/nodes/n1: "; !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("message %q, want one line that begins with %q", err, want)
	}
}

func TestAHangingServerIsGivenUp(t *testing.T) {
	s := apitest.New(t)
	s.Before = func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true }
	cfg := s.Config()
	cfg.Timeout = 50 * time.Millisecond
	c, err := client.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := client.Of[*core.Node](c).Get(t.Context(), "", "n1"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestAnswersThatAreNoStatus(t *testing.T) {
	s := apitest.New(t)
	s.Before = func(w http.ResponseWriter, _ *http.Request) bool {
		http.Error(w, "<h1>go away</h1>\nand more", http.StatusForbidden)
		return true
	}
	_, err := client.Of[*core.Node](s.NewClient()).Get(t.Context(), "", "n1")
	if !client.IsForbidden(err) || err.Error() != "the server answered 403: <h1>go away</h1>" {
		t.Errorf("got %v", err)
	}
}

func TestBadConfig(t *testing.T) {
	for _, tt := range []struct {
		cfg  client.Config
		want string
	}{
		{client.Config{}, "no API server is named"},
		{client.Config{Host: "ftp://x"}, `API server "ftp://x": not a URL`},
		{client.Config{Host: "https://x", CAFile: "/none"}, "certificate authority: open /none"},
		{client.Config{Host: "https://x", CAData: []byte("x")}, "no PEM certificate"},
		{client.Config{Host: "https://x", CertFile: "/none"}, "client certificate: open /none"},
	} {
		if _, err := client.New(&tt.cfg); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: error %v, want %s", tt.cfg, err, tt.want)
		}
	}
}

func TestTokenFile(t *testing.T) {
	s := apitest.New(t)
	var seen atomic.Value
	s.Before = func(w http.ResponseWriter, r *http.Request) bool {
		seen.Store(r.Header.Get("Authorization"))
		if r.Header.Get("Authorization") == "Bearer old" {
			apitest.Refuse(w, 401, "Unauthorized", "who?")
			return true
		}
		return false
	}
	s.Put(web, object{})
	file := filepath.Join(t.TempDir(), "token")
	cfg := s.Config()
	cfg.TokenFile = file
	c, err := client.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	maps := client.Of[*core.ConfigMap](c)
	if _, err := maps.Get(t.Context(), "default", "web"); err == nil || !strings.Contains(err.Error(), "bearer token") {
		t.Errorf("without a file: %v", err)
	}
	os.WriteFile(file, []byte("old\n"), 0o600)
	if _, err := maps.Get(t.Context(), "default", "web"); !client.IsUnauthorized(err) {
		t.Errorf("old token: %v", err)
	}
	os.WriteFile(file, []byte("new\n"), 0o600)
	if _, err := maps.Get(t.Context(), "default", "web"); err != nil || seen.Load() != "Bearer new" {
		t.Errorf("after the token was replaced: %v, sent %q", err, seen.Load())
	}
}

// next is the next event as "TYPE name@version", within five seconds.
func next[T meta.Object](t *testing.T, w *client.Watch[T]) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	e, err := w.Next(ctx)
	if err != nil {
		return "error " + err.Error()
	}
	m := e.Object.GetObjectMeta()
	return fmt.Sprintf("%s %s@%s", e.Type, m.Name, m.ResourceVersion)
}

func TestAWatchOutlivesItsConnections(t *testing.T) {
	s := apitest.New(t)
	maps := client.Of[*core.ConfigMap](s.NewClient())
	w, err := maps.Watch(t.Context(), "", client.ListOptions{ResourceVersion: "10"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	expect := func(want string) {
		t.Helper()
		if got := next(t, w); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	expect("ADDED web@" + s.Put(web, object{}))
	for range 5 {
		s.CutWatches()
		expect("MODIFIED web@" + s.Put(web, object{}))
	}
	s.CutWatches()
	s.CloseClientConnections()
	expect("DELETED web@" + s.Delete(web))
	// The cut leaves a revision behind that is forgotten before the watch is
	// back: only a new list helps.
	s.Lock()
	s.Before = func(w http.ResponseWriter, r *http.Request) bool {
		s.Compact()
		return false
	}
	s.Unlock()
	s.CutWatches()
	s.Put(web, object{})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	for err == nil {
		_, err = w.Next(ctx)
	}
	if !client.IsGone(err) {
		t.Errorf("got %v, want that the revision is gone", err)
	}
}

func TestAWatchEndsWithItsContext(t *testing.T) {
	s := apitest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	w, err := client.Of[*coordination.Lease](s.NewClient()).Watch(ctx, "", client.ListOptions{ResourceVersion: "10"})
	if err != nil {
		t.Fatal(err)
	}
	short, done := context.WithTimeout(t.Context(), time.Millisecond)
	defer done()
	if _, err := w.Next(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("nothing happened: %v", err)
	}
	cancel()
	if _, err := w.Next(t.Context()); !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}
}

func TestAWatchThatIsRefused(t *testing.T) {
	s := apitest.New(t)
	s.Before = func(w http.ResponseWriter, r *http.Request) bool {
		apitest.Refuse(w, 403, "Forbidden", "no")
		return true
	}
	if _, err := client.Of[*core.Node](s.NewClient()).Watch(t.Context(), "", client.ListOptions{}); !client.IsForbidden(err) {
		t.Errorf("got %v", err)
	}
}

// TestClientCertificatesAreReadAgain: a renewed certificate is used on the
// next connection.
func TestClientCertificatesAreReadAgain(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "crt"), filepath.Join(dir, "key")
	writePair(t, certFile, keyFile, "first")
	cfg := &client.Config{Host: "https://x", CertFile: certFile, KeyFile: keyFile}
	tlsConfig, err := cfg.TLS()
	if err != nil {
		t.Fatal(err)
	}
	name := func() string {
		cert, err := tlsConfig.GetClientCertificate(&tls.CertificateRequestInfo{})
		if err != nil {
			t.Fatal(err)
		}
		return cert.Leaf.Subject.CommonName
	}
	if got := name(); got != "first" {
		t.Errorf("got %s", got)
	}
	writePair(t, certFile, keyFile, "second")
	for _, f := range []string{certFile, keyFile} {
		at := time.Now().Add(time.Minute)
		if err := os.Chtimes(f, at, at); err != nil {
			t.Fatal(err)
		}
	}
	if got := name(); got != "second" {
		t.Errorf("after a renewal: got %s", got)
	}
	os.WriteFile(certFile, []byte("half a cert"), 0o600)
	if got := name(); got != "second" {
		t.Errorf("while files are written: got %s", got)
	}
}
