package scenarios

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/client"
)

// What strangers' clients do inside a container: exec, attach, port-forward and
// following a log, over SPDY and over WebSockets. The clients live in the module
// e2e/compat, whose test this runs against a pod here.
func TestStreamsOfStrangers(t *testing.T) {
	ns := namespace(t)
	manifest := file(t, `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"streams","labels":{"app":"streams"}},"spec":{"containers":[
		{"name":"main","image":"busybox:1.35","command":["sh","-c",
			"mkdir /www; echo hello > /www/index.html; httpd -p 8080 -h /www; while true; do echo tick; sleep 0.2; done"]}]}}`)
	kubectl(t, "create", "-n", ns, "-f", manifest)
	if err := cluster.WaitPods(t.Context(), ns, "app=streams", 1, 90*time.Second); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", ".", "-run", "^TestStreams$", "-v")
	cmd.Dir = "../compat"
	cmd.Env = append(os.Environ(), "GOWORK=off", "KUBECONFIG="+cluster.Kubeconfig(), "STREAMS="+ns+" streams 8080")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestStreams") {
		t.Fatalf("%v\n%s", err, out)
	}
}

// A command whose streams cannot be agreed upon is refused, and the node answers
// all that is asked next: the API server's connections to kubelets, which it uses
// over and over, lead nowhere else.
func TestRefusedStreamsLeaveTheNodeReachable(t *testing.T) {
	ns := namespace(t)
	manifest := file(t, `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"streams","labels":{"app":"streams"}},"spec":{"terminationGracePeriodSeconds":0,
		"initContainers":[{"name":"first","image":"busybox:1.35","command":["true"]}],
		"containers":[{"name":"main","image":"busybox:1.35","command":["sh","-c","echo here; sleep 600"]},{"name":"other","image":"busybox:1.35","command":["sleep","600"]}]}}`)
	kubectl(t, "create", "-n", ns, "-f", manifest)
	if err := cluster.WaitPods(t.Context(), ns, "app=streams", 1, 90*time.Second); err != nil {
		t.Fatal(err)
	}
	cfg, err := client.ConfigFromKubeconfig(cluster.Kubeconfig(), "")
	if err != nil {
		t.Fatal(err)
	}
	tls, err := cfg.TLS()
	if err != nil {
		t.Fatal(err)
	}
	tls.NextProtos = []string{"http/1.1"}
	transport := &http.Transport{TLSClientConfig: tls}
	defer transport.CloseIdleConnections()
	ask := func(sub, version string) (int, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, cfg.Host+"/api/v1/namespaces/"+ns+"/pods/streams/"+sub, nil)
		if err != nil {
			t.Fatal(err)
		}
		if version != "" {
			req.Header.Set("Connection", "Upgrade")
			req.Header.Set("Upgrade", "SPDY/3.1")
			req.Header.Set("X-Stream-Protocol-Version", version)
		}
		resp, err := transport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(b)
	}
	for _, c := range []struct {
		sub, version string
		code         int
		want         string
	}{
		{"exec?container=main&command=ls&stdout=1", "v9.channel.k8s.io", 403, "unable to negotiate protocol"},
		{"exec?container=main&command=ls", "v4.channel.k8s.io", 400, "you must specify at least 1 of stdin, stdout, stderr"},
		{"exec?container=first&command=ls&stdout=1", "v4.channel.k8s.io", 500, `container not found ("first")`},
		{"attach?container=first&stdout=1", "v4.channel.k8s.io", 500, "container first not found in pod streams_" + ns},
		{"portforward", "v9", 403, "unable to negotiate protocol"},
		{"exec?command=ls&stdout=1", "v4.channel.k8s.io", 400, "choose one of: [first main other]"},
		{"exec?container=main&command=ls&stdout=1", "", 400, "Upgrade request required"},
	} {
		if code, body := ask(c.sub, c.version); code != c.code || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d %s, want %d with %q", c.sub, code, body, c.code, c.want)
		}
		if out := kubectl(t, "logs", "-n", ns, "streams", "-c", "main"); out != "here\n" {
			t.Fatalf("after %s the log is %q", c.sub, out)
		}
		if out := kubectl(t, "exec", "-n", ns, "streams", "-c", "main", "--", "echo", "here"); out != "here\n" {
			t.Fatalf("after %s a command says %q", c.sub, out)
		}
	}
}
