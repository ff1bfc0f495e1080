package streaming

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/moby/spdystream"
	"go.uber.org/goleak"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait of these tests.
const patience = 20 * time.Second

// script is what a fake kubelet does with the streams of a command, by type.
type script func(s map[string]*spdystream.Stream)

// kubelet is a fake one, which speaks SPDY as the runtimes' streaming servers
// do: it takes want streams, runs the script, resets what is open and goes. The
// channel is closed once it has gone.
func kubelet(t *testing.T, want int, run script) (*Kubelet, <-chan struct{}) {
	t.Helper()
	gone := make(chan struct{})
	return serveKubelet(t, func(w http.ResponseWriter, r *http.Request) {
		defer close(gone)
		if v := r.Header.Get("X-Stream-Protocol-Version"); v != version4 && v != portForward {
			t.Errorf("the kubelet is asked for streams of version %q", v)
		}
		conn, opened := takeOver(t, w)
		defer conn.Close()
		s := map[string]*spdystream.Stream{}
		for range want {
			select {
			case st := <-opened:
				s[st.Headers().Get("streamtype")] = st
			case <-time.After(patience):
				t.Error("the kubelet waits in vain for a stream")
				return
			}
		}
		run(s)
		for _, st := range s {
			_ = st.Reset()
		}
		_ = conn.Close()
	}), gone
}

// takeOver makes a SPDY connection of a request.
func takeOver(t *testing.T, w http.ResponseWriter) (*spdystream.Connection, <-chan *spdystream.Stream) {
	t.Helper()
	raw, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
	}
	if _, err := io.WriteString(raw, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "+spdy+"\r\n\r\n"); err != nil {
		t.Error(err)
	}
	conn, err := spdystream.NewConnection(netConn{raw}, true)
	if err != nil {
		t.Error(err)
	}
	opened := make(chan *spdystream.Stream, 8)
	go conn.Serve(func(s *spdystream.Stream) {
		if err := s.SendReply(http.Header{}, false); err != nil {
			t.Error(err)
		}
		opened <- s
	})
	return conn, opened
}

func serveKubelet(t *testing.T, h http.HandlerFunc) *Kubelet {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL + "/exec/default/web/nginx")
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &Kubelet{Transport: transport, URL: u}
}

// front is an API server that serves every request with serve. The channel is
// closed when the first one has been served.
func front(t *testing.T, serve func(http.ResponseWriter, *http.Request) error) (address string, served <-chan struct{}) {
	t.Helper()
	done := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(done)
		if err := serve(w, r); err != nil {
			s := status.From(err).Status
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(int(s.Code))
			_ = json.NewEncoder(w).Encode(&s)
		}
	}))
	t.Cleanup(server.Close)
	return "ws" + strings.TrimPrefix(server.URL, "http"), done
}

func dialFront(t *testing.T, address, protocol string) *websocket.Conn {
	t.Helper()
	var d websocket.Dialer
	if protocol != unnamed {
		d.Subprotocols = []string{protocol}
	}
	conn, resp, err := d.DialContext(t.Context(), address, nil)
	if err != nil {
		t.Fatalf("dial with %s: %v (%+v)", protocol, err, resp)
	}
	if conn.Subprotocol() != protocol {
		t.Fatalf("the server chose %q of %q", conn.Subprotocol(), protocol)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// within waits for what must happen.
func within(t *testing.T, what string, done <-chan struct{}) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	select {
	case <-done:
	case <-ctx.Done():
		t.Fatalf("%s: not within %s", what, patience)
	}
}

// refusedBy is the Status of a handshake that is refused.
func refusedBy(t *testing.T, address string, protocols ...string) (code int, message string) {
	t.Helper()
	d := websocket.Dialer{Subprotocols: protocols}
	conn, resp, err := d.DialContext(t.Context(), address, nil)
	if err == nil {
		conn.Close()
		t.Fatal("the handshake succeeded")
	}
	if !errors.Is(err, websocket.ErrBadHandshake) {
		t.Fatal(err)
	}
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") { // it is as the kubelet said it
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, strings.TrimSpace(string(b))
	}
	var s struct{ Kind, Message string }
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil {
		t.Fatalf("%s: %v", resp.Status, err)
	}
	return resp.StatusCode, s.Message
}
