package server

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// TestAnswersWithoutTheRuntime: what the node API says before a container is
// looked for, in the words and codes that clients know.
func TestAnswersWithoutTheRuntime(t *testing.T) {
	logs := t.TempDir()
	if err := os.WriteFile(filepath.Join(logs, "boot.log"), []byte("up\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	healthy := error(nil)
	pod := &core.Pod{TypeMeta: meta.TypeMeta{Kind: "Pod", APIVersion: "v1"}, ObjectMeta: meta.ObjectMeta{Namespace: "ns", Name: "web"},
		Spec: core.PodSpec{Containers: []core.Container{{Name: "main"}}}}
	pod.Status.ContainerStatuses = []core.ContainerStatus{{Name: "main", State: core.ContainerState{Waiting: &core.ContainerStateWaiting{Reason: "ImagePullBackOff"}}}}
	s := &Server{Pods: func() []*core.Pod { return []*core.Pod{pod} }, Healthy: func() error { return healthy }, SystemLogs: logs,
		Settings: map[string]any{"maxPods": 110}}
	for _, tt := range []struct {
		method, url string
		header      [2]string
		code        int
		want        string
	}{
		{"GET", "/healthz", [2]string{}, 200, "ok"},
		{"GET", "/healthz/ping", [2]string{}, 200, "ok"},
		{"GET", "/healthz/syncloop", [2]string{}, 200, "ok"},
		{"GET", "/pods/", [2]string{}, 200, `{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"web","namespace":"ns"}*`},
		{"GET", "/configz", [2]string{}, 200, "{\"kubeletconfig\":{\"maxPods\":110}}\n"},
		{"GET", "/logs/boot.log", [2]string{}, 200, "up\n"},
		{"GET", "/logs/nosuch", [2]string{}, 404, "404 page not found\n"},
		{"GET", "/logs/../../etc/passwd", [2]string{}, 307, "*"},
		{"GET", "/containerLogs/ns/nosuch/main", [2]string{}, 404, `pod "nosuch" does not exist`},
		{"GET", "/containerLogs/ns/web/x", [2]string{}, 404, `container "x" not found in pod "web"`},
		{"GET", "/containerLogs/ns/web/main", [2]string{}, 400, `container "main" in pod "web" is waiting to start: trying and failing to pull image`},
		{"GET", "/containerLogs/ns/web/main?tailLines=-1", [2]string{}, 422, `{"message": "Invalid request."}`},
		{"GET", "/containerLogs/ns/web/main?limitBytes=0", [2]string{}, 422, `{"message": "Invalid request."}`},
		{"GET", "/containerLogs/ns/web/main?sinceSeconds=1&sinceTime=2020-01-01T00:00:00Z", [2]string{}, 422, `{"message": "Invalid request."}`},
		{"GET", "/containerLogs/ns/web/main?tailLines=x", [2]string{}, 400, `{"message": "Unable to decode query."}`},
		{"GET", "/containerLogs/ns/web/main?sinceTime=x", [2]string{}, 400, `{"message": "Unable to decode query."}`},
		{"POST", "/exec/ns/web/main?command=ls", [2]string{}, 400, "you must specify at least 1 of stdin, stdout, stderr"},
		{"POST", "/exec/ns/web/main?command=ls&tty=1&error=1", [2]string{}, 400, "you must specify at least 1 of stdin, stdout, stderr"},
		{"POST", "/exec/ns/nosuch/main?command=ls&output=1", [2]string{}, 404, "pod does not exist"},
		{"POST", "/attach/ns/nosuch/main?output=1", [2]string{}, 404, "pod does not exist"},
		{"POST", "/run/ns/nosuch/main?cmd=ls", [2]string{}, 404, "pod does not exist"},
		{"POST", "/portForward/ns/nosuch", [2]string{}, 404, "pod does not exist"},
		{"GET", "/portForward/ns/web", [2]string{"Upgrade", "websocket"}, 400, `query parameter "port" is required`},
		{"GET", "/portForward/ns/web?port=", [2]string{"Upgrade", "websocket"}, 400, `query parameter "port" cannot be empty`},
		{"GET", "/portForward/ns/web?port=0", [2]string{"Upgrade", "websocket"}, 400, `port "0" must be > 0`},
		{"GET", "/portForward/ns/web?port=80,x", [2]string{"Upgrade", "websocket"}, 400, `unable to parse "80,x" as a port: strconv.ParseUint: parsing "x": invalid syntax`},
	} {
		r := httptest.NewRequestWithContext(t.Context(), tt.method, tt.url, nil)
		if tt.header[0] != "" {
			r.Header.Set(tt.header[0], tt.header[1])
		}
		w := httptest.NewRecorder()
		s.routes().ServeHTTP(w, r)
		begin, open := strings.CutSuffix(tt.want, "*")
		if body := w.Body.String(); w.Code != tt.code || body != tt.want && !(open && strings.HasPrefix(body, begin)) {
			t.Errorf("%s %s: %d %q, want %d %q", tt.method, tt.url, w.Code, body, tt.code, tt.want)
		}
	}
	healthy = errors.New("the runtime is gone")
	w := httptest.NewRecorder()
	s.routes().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/healthz/syncloop", nil))
	if w.Code != http.StatusInternalServerError {
		t.Errorf("not healthy: %d", w.Code)
	}
}

// TestLogOptions: a flag is set unless it says that it is not.
func TestLogOptions(t *testing.T) {
	for query, want := range map[string][3]bool{
		"":                              {},
		"follow=true&previous=false":    {true, false, false},
		"follow&timestamps=":            {true, false, true},
		"follow=0&previous=maybe":       {false, true, false},
		"follow=FALSE&timestamps=7":     {false, false, true},
		"tail=all&tailLines=3&follow=1": {true, false, false},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/?"+query, nil)
		o, previous, bad := logOptions(r.URL.Query())
		if got := [3]bool{o.Follow, previous, o.Timestamps}; bad != 0 || got != want || o.TailLines != -1 {
			t.Errorf("%s: %v, %d, %+v", query, got, bad, o)
		}
	}
}
