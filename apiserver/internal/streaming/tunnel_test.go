package streaming

import (
	"io"
	"net/http"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/moby/spdystream"
)

// messages makes a stream of bytes of a client's WebSocket.
type messages struct {
	*websocket.Conn
	msg io.Reader
}

func (m *messages) Read(p []byte) (int, error) {
	for {
		if m.msg == nil {
			_, msg, err := m.NextReader()
			if websocket.IsCloseError(err, websocket.CloseNormalClosure) {
				return 0, io.EOF
			}
			if err != nil {
				return 0, err
			}
			m.msg = msg
		}
		n, err := m.msg.Read(p)
		if err == io.EOF {
			m.msg, err = nil, nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (m *messages) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil // behind the frame that ends a stream; the other side may be gone already
	}
	return len(p), m.WriteMessage(websocket.BinaryMessage, p)
}

// tunnel runs a script behind Tunnel and returns a SPDY client of it.
func tunnel(t *testing.T, want int, run script) (conn *websocket.Conn, session *spdystream.Connection, served, gone <-chan struct{}) {
	t.Helper()
	k, gone := kubelet(t, want, run)
	address, served := front(t, func(w http.ResponseWriter, r *http.Request) error { return Tunnel(w, r, k) })
	conn = dialFront(t, address, tunnelled)
	session, err := spdystream.NewConnection(netConn{&messages{Conn: conn}}, false)
	if err != nil {
		t.Fatal(err)
	}
	go session.Serve(func(s *spdystream.Stream) { _ = s.Refuse() })
	return conn, session, served, gone
}

func create(t *testing.T, session *spdystream.Connection, kind string) *spdystream.Stream {
	t.Helper()
	s, err := session.CreateStream(http.Header{"Streamtype": {kind}, "Port": {"80"}, "Requestid": {"0"}}, nil, false)
	if err == nil {
		err = s.WaitTimeout(patience)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestTunnel: both ends of a forwarded port speak SPDY to each other, and the
// kubelet's end is the client's.
func TestTunnel(t *testing.T) {
	_, session, served, gone := tunnel(t, 2, func(s map[string]*spdystream.Stream) {
		if _, err := io.Copy(s["data"], s["data"]); err != nil {
			t.Error(err)
		}
		if err := s["data"].Close(); err != nil {
			t.Error(err)
		}
		_, _ = io.Copy(io.Discard, s["error"]) // until the client has read everything
	})
	failure, data := create(t, session, "error"), create(t, session, "data")
	go func() {
		write(t, data, big)
		_ = data.Close()
	}()
	got, err := io.ReadAll(data)
	if err != nil || string(got) != string(big) {
		t.Errorf("%d of %d bytes came back: %v", len(got), len(big), err)
	}
	if err := failure.Close(); err != nil {
		t.Error(err)
	}
	done := make(chan struct{})
	go func() {
		<-session.CloseChan()
		close(done)
	}()
	within(t, "the connection ends", done)
	within(t, "the request is served", served)
	within(t, "the kubelet is left", gone)
}

func TestTunnelClientLeaves(t *testing.T) {
	conn, session, served, gone := tunnel(t, 1, func(s map[string]*spdystream.Stream) { _, _ = io.Copy(io.Discard, s["data"]) })
	create(t, session, "data")
	conn.Close()
	within(t, "the request is served", served)
	within(t, "the kubelet is left", gone)
}

func TestTunnelRefused(t *testing.T) {
	k := serveKubelet(t, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "pod is not running", http.StatusBadRequest)
	})
	serve := func(w http.ResponseWriter, r *http.Request) error { return Tunnel(w, r, k) }
	address, _ := front(t, serve)
	if code, message := refusedBy(t, address, tunnelled); code != 400 || message != "pod is not running" {
		t.Errorf("%d %s", code, message)
	}
	address, _ = front(t, serve)
	if code, message := refusedBy(t, address, "v4.channel.k8s.io"); code != 400 || message != `Sec-WebSocket-Protocol="v4.channel.k8s.io": must offer one of: SPDY/3.1+portforward.k8s.io` {
		t.Errorf("%d %s", code, message)
	}
}
