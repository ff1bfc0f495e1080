package scenarios

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
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
