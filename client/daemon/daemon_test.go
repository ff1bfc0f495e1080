package daemon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func command(run func(ctx context.Context, port int) error) Command {
	var port int
	return Command{
		Name: "kube-thing", Short: "does a thing", Long: "It does it well.",
		Flags: func(g *FlagGroups) { g.Group("Serving").IntVar(&port, "secure-port", 1, "port to serve on") },
		Run:   func(ctx context.Context) error { return run(ctx, port) },
		Commands: []Command{{Name: "sub", Short: "does less", Args: "[NAME]", Run: func(ctx context.Context) error {
			return fmt.Errorf("sub got %q", Args(ctx))
		}}},
	}
}

func TestExecute(t *testing.T) {
	tests := []struct {
		args   string
		code   int
		out    []string
		errOut []string
	}{
		{"--help", 0, []string{"kube-thing - does a thing", "It does it well.", "Serving:", "--secure-port int", "Logs and help:", "sub"}, nil},
		{"--version", 0, []string{"Kubernetes v1."}, nil},
		{"--secure-port=7", 1, nil, []string{"kube-thing: port 7; and more\n"}},
		{"--secure_port=8", 1, nil, []string{"port 8"}},
		{"--secure-port=x", 2, nil, []string{"kube-thing: invalid argument \"x\"", "('kube-thing --help' lists the flags)\n"}},
		{"--nonsense", 2, nil, []string{"unknown flag: --nonsense"}},
		{"--logging-format=xml", 2, nil, []string{"--logging-format=xml: must be text or json"}},
		{"sub a b", 1, nil, []string{`kube-thing: sub got ["a" "b"]`}},
		{"wrong", 2, nil, []string{`no command "wrong"; there are sub`}},
		{"--secure-port 7 stray", 2, nil, []string{`unexpected argument "stray"`}},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			var out, errOut bytes.Buffer
			cmd := command(func(_ context.Context, port int) error { return fmt.Errorf("port %d\nand more", port) })
			if code := Execute(t.Context(), cmd, strings.Fields(tt.args), &out, &errOut); code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
			for _, want := range tt.out {
				if !strings.Contains(out.String(), want) {
					t.Errorf("output lacks %q:\n%s", want, out.String())
				}
			}
			for _, want := range tt.errOut {
				if !strings.Contains(errOut.String(), want) {
					t.Errorf("errors lack %q:\n%s", want, errOut.String())
				}
			}
		})
	}
}

func TestASignalIsNoError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	cmd := command(func(ctx context.Context, _ int) error { return ctx.Err() })
	if code := Execute(ctx, cmd, nil, &out, &out); code != 0 || out.Len() > 0 {
		t.Errorf("exit code %d, %s", code, &out)
	}
}

func TestHealth(t *testing.T) {
	var sick error
	o := ServeOptions{
		Checks: map[string]func() error{"loop": func() error { return nil }},
		Ready:  map[string]func() error{"cache": func() error { return sick }},
	}
	get := func(o ServeOptions, path string) (int, string) {
		w := httptest.NewRecorder()
		o.handler().ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w.Code, w.Body.String()
	}
	for _, path := range []string{"/healthz", "/livez", "/readyz"} {
		if code, body := get(o, path); code != 200 || body != "ok" {
			t.Errorf("%s: %d %q", path, code, body)
		}
	}
	sick = errors.New("empty")
	if code, body := get(o, "/readyz"); code != 500 || !strings.Contains(body, "[-]cache failed: empty") || !strings.Contains(body, "[+]loop ok") {
		t.Errorf("not ready: %d %q", code, body)
	}
	if code, _ := get(o, "/livez"); code != 200 {
		t.Errorf("not ready is not dead: %d", code)
	}
	if code, body := get(o, "/metrics"); code != 200 || !strings.Contains(body, "go_goroutines") {
		t.Errorf("metrics: %d", code)
	}
	if code, _ := get(o, "/debug/pprof/"); code != 404 {
		t.Errorf("profiles without being asked for: %d", code)
	}
	o.Profiling = true
	if code, _ := get(o, "/debug/pprof/"); code != 200 {
		t.Errorf("profiles: %d", code)
	}
}

func TestServe(t *testing.T) {
	tlsConfig, err := ServingTLS("kube-thing", "", "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	address, done := make(chan net.Addr, 1), make(chan error, 1)
	go func() {
		done <- Serve(ctx, "127.0.0.1:0", ServeOptions{TLS: tlsConfig, Listening: func(a net.Addr) { address <- a }})
	}()
	at := (<-address).String()
	client := httptest.NewTLSServer(nil)
	defer client.Close()
	transport := client.Client().Transport.(*http.Transport).Clone()
	transport.TLSClientConfig.InsecureSkipVerify = true
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get("https://" + at + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	if string(body) != "ok" {
		t.Errorf("got %q", body)
	}
	if err := Serve(ctx, at, ServeOptions{}); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("a taken port: %v", err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestServingTLSNeedsBothFiles(t *testing.T) {
	if _, err := ServingTLS("x", "/some/cert", ""); err == nil || !strings.Contains(err.Error(), "--tls-private-key-file") {
		t.Errorf("got %v", err)
	}
	if _, err := ServingTLS("x", "/none", "/none"); err == nil || !strings.Contains(err.Error(), "--tls-cert-file: open /none") {
		t.Errorf("got %v", err)
	}
}
