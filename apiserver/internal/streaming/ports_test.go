package streaming

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/moby/spdystream"
)

// TestPorts: each port has a channel for data and one for failures, both of
// which begin with its number.
func TestPorts(t *testing.T) {
	for _, protocol := range []string{unnamed, version4, base64v4} {
		gone := make(chan struct{})
		k := serveKubelet(t, func(w http.ResponseWriter, _ *http.Request) {
			defer close(gone)
			conn, opened := takeOver(t, w)
			defer conn.Close()
			data := map[string]*spdystream.Stream{}
			for range 4 {
				s := <-opened
				switch port := s.Headers().Get("port"); s.Headers().Get("streamtype") {
				case "data":
					data[port] = s
				case "error":
					if port == "81" {
						write(t, s, []byte("nobody listens"))
					}
					_ = s.Close()
				}
			}
			buf := make([]byte, 4)
			if _, err := io.ReadFull(data["80"], buf); err != nil {
				t.Error(err)
			}
			write(t, data["80"], []byte(strings.ToUpper(string(buf))))
			_ = data["80"].Close()
			_ = data["81"].Close()
			<-conn.CloseChan()
		})
		address, served := front(t, func(w http.ResponseWriter, r *http.Request) error { return Ports(w, r, k, []uint16{80, 81}) })
		conn := dialFront(t, address, protocol)
		say(t, conn, 0, []byte("ping"))
		o := hear(t, conn)
		for channel, want := range []string{"P\x00PING", "P\x00", "Q\x00", "Q\x00nobody listens"} {
			if got := string(o.channels[byte(channel)]); got != want {
				t.Errorf("%q: channel %d says %q, should be %q", protocol, channel, got, want)
			}
		}
		conn.Close()
		within(t, "the request is served", served)
		within(t, "the kubelet is left", gone)
	}
}

func TestPortsRefused(t *testing.T) {
	k := serveKubelet(t, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "pod is not running", http.StatusBadRequest)
	})
	address, _ := front(t, func(w http.ResponseWriter, r *http.Request) error { return Ports(w, r, k, nil) })
	if code, message := refusedBy(t, address, version4); code != 400 || message != `query parameter "port" is required` {
		t.Errorf("%d %s", code, message)
	}
	address, _ = front(t, func(w http.ResponseWriter, r *http.Request) error { return Ports(w, r, k, []uint16{1}) })
	if code, message := refusedBy(t, address, version4); code != 400 || message != "pod is not running" {
		t.Errorf("%d %s", code, message)
	}
}

// TestBytes sends what there is and ends well.
func TestBytes(t *testing.T) {
	for protocol, want := range map[string]string{unnamed: "one line\n", binaryBytes: "one line\n", base64Bytes: "b25lIGxpbmUK"} {
		address, served := front(t, func(w http.ResponseWriter, r *http.Request) error {
			return Bytes(w, r, io.NopCloser(strings.NewReader("one line\n")))
		})
		conn := dialFront(t, address, protocol)
		var got []byte
		var err error
		for err == nil {
			var msg []byte
			_, msg, err = conn.ReadMessage()
			got = append(got, msg...)
		}
		if string(got) != want || !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
			t.Errorf("%q: %q, %v", protocol, got, err)
		}
		conn.Close()
		within(t, "the request is served", served)
	}
}

// TestBytesClientLeaves: nobody reads a log that is followed any more, so that
// the kubelet is left.
func TestBytesClientLeaves(t *testing.T) {
	from, to := io.Pipe()
	address, served := front(t, func(w http.ResponseWriter, r *http.Request) error { return Bytes(w, r, from) })
	conn := dialFront(t, address, binaryBytes)
	conn.Close()
	within(t, "the request is served", served)
	if _, err := to.Write([]byte("x")); err != io.ErrClosedPipe {
		t.Errorf("a write after the client left: %v", err)
	}
}
