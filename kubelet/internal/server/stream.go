package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	pb "k8s.io/cri-api/pkg/apis/runtime/v1"

	"github.com/pilothouse/pilothouse/kubelet/internal/cri"
)

// truthy reads upstream's stream parameters, which say 1 or true.
func truthy(r *http.Request, names ...string) bool {
	for _, n := range names {
		if b, err := strconv.ParseBool(r.URL.Query().Get(n)); err == nil && b {
			return true
		}
	}
	return false
}

func (s *Server) exec(w http.ResponseWriter, r *http.Request) {
	id, ok := s.running(w, r)
	if !ok {
		return
	}
	tty := truthy(r, "tty")
	resp, err := s.Runtime.Runtime.Exec(r.Context(), &pb.ExecRequest{
		ContainerId: id, Cmd: r.URL.Query()["command"], Tty: tty,
		Stdin: truthy(r, "input", "stdin"), Stdout: truthy(r, "output", "stdout"), Stderr: !tty && truthy(r, "error", "stderr"),
	})
	if err != nil {
		http.Error(w, cri.Message(err), http.StatusInternalServerError)
		return
	}
	s.relay(w, r, resp.Url)
}

func (s *Server) attach(w http.ResponseWriter, r *http.Request) {
	id, ok := s.running(w, r)
	if !ok {
		return
	}
	tty := truthy(r, "tty")
	resp, err := s.Runtime.Runtime.Attach(r.Context(), &pb.AttachRequest{
		ContainerId: id, Tty: tty,
		Stdin: truthy(r, "input", "stdin"), Stdout: truthy(r, "output", "stdout"), Stderr: !tty && truthy(r, "error", "stderr"),
	})
	if err != nil {
		http.Error(w, cri.Message(err), http.StatusInternalServerError)
		return
	}
	s.relay(w, r, resp.Url)
}

func (s *Server) portForward(w http.ResponseWriter, r *http.Request) {
	pod, err := s.find(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	rt, err := s.Runtime.Pod(r.Context(), pod.UID)
	sandbox := rt.Sandbox()
	if err != nil || sandbox == nil || !sandbox.Ready {
		http.Error(w, fmt.Sprintf("unable to forward port because pod is not running. Current status=%v", pod.Status.Phase), http.StatusBadRequest)
		return
	}
	var ports []int32
	for _, p := range r.URL.Query()["port"] {
		n, err := strconv.ParseInt(p, 10, 32)
		if err != nil {
			http.Error(w, fmt.Sprintf("port=%q: must be a number", p), http.StatusBadRequest)
			return
		}
		ports = append(ports, int32(n))
	}
	resp, err := s.Runtime.Runtime.PortForward(r.Context(), &pb.PortForwardRequest{PodSandboxId: sandbox.ID, Port: ports})
	if err != nil {
		http.Error(w, cri.Message(err), http.StatusInternalServerError)
		return
	}
	s.relay(w, r, resp.Url)
}

// runTimeout bounds a command that is run for its output alone.
const runTimeout = 2 * time.Minute

// run carries out a command and answers with its output.
func (s *Server) run(w http.ResponseWriter, r *http.Request) {
	id, ok := s.running(w, r)
	if !ok {
		return
	}
	resp, err := s.Runtime.Runtime.ExecSync(r.Context(), &pb.ExecSyncRequest{ContainerId: id, Cmd: strings.Fields(r.FormValue("cmd")), Timeout: int64(runTimeout / time.Second)})
	if err != nil {
		http.Error(w, cri.Message(err), http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(append(resp.Stdout, resp.Stderr...))
}

// running is the id of the running container that a request names; otherwise
// the request is answered.
func (s *Server) running(w http.ResponseWriter, r *http.Request) (string, bool) {
	_, run, err := s.runOf(r, false)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return "", false
	}
	if run.State != cri.Running {
		http.Error(w, fmt.Sprintf("container not found (%q)", r.PathValue("container")), http.StatusInternalServerError)
		return "", false
	}
	return run.ID, true
}

// relay hands the upgraded connection to the runtime's streaming server: the
// bytes pass through as they are. A WebSocket is translated first.
func (s *Server) relay(w http.ResponseWriter, r *http.Request, target string) {
	u, err := url.Parse(target)
	if err != nil {
		http.Error(w, "the runtime's streaming address: "+err.Error(), http.StatusInternalServerError)
		return
	}
	if isWebSocket(r) {
		s.bridge(w, r, u)
		return
	}
	if !strings.EqualFold(r.Header.Get("Connection"), "upgrade") {
		http.Error(w, "you must specify at least an Upgrade: SPDY/3.1 header", http.StatusBadRequest)
		return
	}
	backend, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", u.Host)
	if err != nil {
		http.Error(w, "the runtime's streaming server: "+err.Error(), http.StatusInternalServerError)
		return
	}
	defer backend.Close()
	out := &http.Request{Method: r.Method, URL: u, Host: u.Host, Header: r.Header.Clone(), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	if err := out.Write(backend); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	said := bufio.NewReader(backend)
	stop := context.AfterFunc(r.Context(), func() { backend.Close() })
	resp, err := http.ReadResponse(said, out)
	if !stop() {
		return // the client is gone
	}
	if err != nil {
		http.Error(w, "the runtime's streaming server: "+err.Error(), http.StatusInternalServerError)
		return
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		refused(w, resp)
		return
	}
	front, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		s.Log.Error("cannot take over a connection", "error", err)
		return
	}
	defer front.Close()
	if err := resp.Write(front); err != nil {
		return
	}
	both(front, buffered.Reader, backend, said)
}

// refusal bounds how much of a runtime's refusal is passed on, in bytes, and
// patience how long it may take.
const (
	refusal  = 64 << 10
	patience = 10 * time.Second
)

// refused passes on that the runtime does not upgrade. It is an ordinary answer:
// were the connection handed over, the client would come back on it with its next
// request, and land at the runtime.
func refused(w http.ResponseWriter, resp *http.Response) {
	defer resp.Body.Close()
	for _, name := range []string{"Content-Type", "Accept", "Sec-Websocket-Version"} {
		if v, ok := resp.Header[name]; ok {
			w.Header()[name] = v
		}
	}
	w.Header().Set("Connection", "close")
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, io.LimitReader(resp.Body, refusal))
}

// lingers is how long a client may take to leave when the runtime has ended.
const lingers = 5 * time.Second

// both copies in both directions until either side has ended; early and said read
// front and backend, with what has been read ahead. What the runtime
// said last always arrives: a client that is still sending when its command
// ends is heard, and closed upon only when it has gone or lingers too long.
func both(front net.Conn, early io.Reader, backend net.Conn, said io.Reader) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(backend, early)
		_, _ = io.Copy(io.Discard, early) // returns at once when it was the client that ended
		backend.Close()
	}()
	_, _ = io.Copy(front, said)
	backend.Close() // a write to it may be waiting
	if c, ok := front.(interface{ CloseWrite() error }); ok {
		_ = c.CloseWrite()
	}
	_ = front.SetReadDeadline(time.Now().Add(lingers))
	<-done
}
