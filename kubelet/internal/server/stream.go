package server

import (
	"bufio"
	"context"
	"errors"
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

// options are the streams of exec and attach that a request asks for; without
// any it is answered.
func options(w http.ResponseWriter, r *http.Request) (o struct{ stdin, stdout, stderr, tty bool }, ok bool) {
	q := r.URL.Query()
	o.stdin, o.stdout, o.tty = q.Get("input") == "1", q.Get("output") == "1", q.Get("tty") == "1"
	o.stderr = !o.tty && q.Get("error") == "1"
	if !o.stdin && !o.stdout && !o.stderr {
		refuse(w, http.StatusBadRequest, "you must specify at least 1 of stdin, stdout, stderr")
		return o, false
	}
	return o, true
}

func (s *Server) exec(w http.ResponseWriter, r *http.Request) {
	o, ok := options(w, r)
	if !ok {
		return
	}
	id, ok := s.running(w, r, fmt.Sprintf("container not found (%q)", r.PathValue("container")))
	if !ok {
		return
	}
	resp, err := s.Runtime.Runtime.Exec(r.Context(), &pb.ExecRequest{
		ContainerId: id, Cmd: r.URL.Query()["command"], Tty: o.tty, Stdin: o.stdin, Stdout: o.stdout, Stderr: o.stderr,
	})
	if err != nil {
		refuse(w, http.StatusInternalServerError, cri.Message(err))
		return
	}
	s.relay(w, r, resp.Url)
}

func (s *Server) attach(w http.ResponseWriter, r *http.Request) {
	o, ok := options(w, r)
	if !ok {
		return
	}
	id, ok := s.running(w, r, fmt.Sprintf("container %s not found in pod %s_%s", r.PathValue("container"), r.PathValue("pod"), r.PathValue("namespace")))
	if !ok {
		return
	}
	resp, err := s.Runtime.Runtime.Attach(r.Context(), &pb.AttachRequest{
		ContainerId: id, Tty: o.tty, Stdin: o.stdin, Stdout: o.stdout, Stderr: o.stderr,
	})
	if err != nil {
		refuse(w, http.StatusInternalServerError, cri.Message(err))
		return
	}
	s.relay(w, r, resp.Url)
}

func (s *Server) portForward(w http.ResponseWriter, r *http.Request) {
	ports, err := forwarded(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	pod := s.find(r)
	if pod == nil {
		refuse(w, http.StatusNotFound, "pod does not exist")
		return
	}
	rt, err := s.Runtime.Pod(r.Context(), pod.UID)
	if err != nil {
		refuse(w, http.StatusInternalServerError, cri.Message(err))
		return
	}
	sandbox := rt.Sandbox()
	if sandbox == nil || !sandbox.Ready {
		refuse(w, http.StatusInternalServerError, fmt.Sprintf("pod not found (%q)", pod.Name+"_"+pod.Namespace))
		return
	}
	resp, err := s.Runtime.Runtime.PortForward(r.Context(), &pb.PortForwardRequest{PodSandboxId: sandbox.ID, Port: ports})
	if err != nil {
		refuse(w, http.StatusInternalServerError, cri.Message(err))
		return
	}
	s.relay(w, r, resp.Url)
}

// forwarded are the ports that a WebSocket's client must name at once; SPDY names
// them stream by stream.
func forwarded(r *http.Request) (ports []int32, err error) {
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return nil, nil
	}
	values := r.URL.Query()["port"]
	if len(values) == 0 {
		return nil, errors.New(`query parameter "port" is required`)
	}
	for _, v := range values {
		if v == "" {
			return nil, errors.New(`query parameter "port" cannot be empty`)
		}
		for _, p := range strings.Split(v, ",") {
			n, err := strconv.ParseUint(p, 10, 16)
			if err != nil {
				return nil, fmt.Errorf("unable to parse %q as a port: %w", v, err)
			}
			if n == 0 {
				return nil, fmt.Errorf("port %q must be > 0", v)
			}
			ports = append(ports, int32(n))
		}
	}
	return ports, nil
}

// runTimeout bounds a command that is run for its output alone.
const runTimeout = 2 * time.Minute

// run carries out a command and answers with its output.
func (s *Server) run(w http.ResponseWriter, r *http.Request) {
	id, ok := s.running(w, r, fmt.Sprintf("container not found (%q)", r.PathValue("container")))
	if !ok {
		return
	}
	cmd := strings.Split(r.URL.Query().Get("cmd"), " ")
	resp, err := s.Runtime.Runtime.ExecSync(r.Context(), &pb.ExecSyncRequest{ContainerId: id, Cmd: cmd, Timeout: int64(runTimeout / time.Second)})
	if err != nil {
		refuse(w, http.StatusInternalServerError, cri.Message(err))
		return
	}
	if resp.ExitCode != 0 {
		refuse(w, http.StatusInternalServerError, fmt.Sprintf("command '%s' exited with %d: %s", strings.Join(cmd, " "), resp.ExitCode, resp.Stderr))
		return
	}
	w.Header().Set("Content-Type", "application/json") // which it is not, but so clients know it
	_, _ = w.Write(append(resp.Stdout, resp.Stderr...))
}

// running is the id of the running container that a request names; otherwise
// the request is answered with why not.
func (s *Server) running(w http.ResponseWriter, r *http.Request, missing string) (string, bool) {
	pod := s.find(r)
	if pod == nil {
		refuse(w, http.StatusNotFound, "pod does not exist")
		return "", false
	}
	rt, err := s.Runtime.Pod(r.Context(), pod.UID)
	if err != nil {
		refuse(w, http.StatusInternalServerError, cri.Message(err))
		return "", false
	}
	if c := rt.Find(r.PathValue("container")); c != nil && c.State == cri.Running {
		return c.ID, true
	}
	refuse(w, http.StatusInternalServerError, missing)
	return "", false
}

// refuse answers with a text and nothing behind it: clients show it as it is.
func refuse(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, text)
}

// relay hands the upgraded connection to the runtime's streaming server: the
// bytes pass through as they are.
func (s *Server) relay(w http.ResponseWriter, r *http.Request, target string) {
	u, err := url.Parse(target)
	if err != nil {
		http.Error(w, "the runtime's streaming address: "+err.Error(), http.StatusInternalServerError)
		return
	}
	if !strings.EqualFold(r.Header.Get("Connection"), "upgrade") {
		http.Error(w, "Upgrade request required", http.StatusInternalServerError)
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

// refusal bounds how much of a runtime's refusal is passed on, in bytes.
const refusal = 64 << 10

// refused passes on that the runtime does not upgrade. It is an ordinary answer:
// were the connection handed over, the client would come back on it with its next
// request, and land at the runtime.
func refused(w http.ResponseWriter, resp *http.Response) {
	defer resp.Body.Close()
	if resp.StatusCode < http.StatusBadRequest {
		http.Error(w, fmt.Sprintf("invalid upgrade response: status code %d", resp.StatusCode), http.StatusInternalServerError)
		return
	}
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
