// Package streaming serves clients that speak WebSocket to exec, attach,
// port-forward and logs. Kubelets speak SPDY/3.1 alone, as the runtimes behind
// them do, so that the API server stands between: Command translates message by
// message (command.go; channels.go is the client's half), Tunnel carries a SPDY
// connection of the client's own inside a WebSocket (tunnel.go), Ports is for
// clients that know channels only (ports.go), and Bytes sends what is read and
// nothing more (bytes.go).
//
// Three things always hold. A kubelet is asked before the client's connection
// is upgraded, so that a refusal is an ordinary answer; a client of version 5
// alone, which expects to hear of it where a command's end is told, is upgraded
// first. Nothing is buffered
// beyond one message and direction: whoever reads slowly slows the other side
// down. And when either side goes, the other is closed, and the call returns
// only after all that it started has ended.
package streaming

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
)

// spdy is the only protocol of kubelets.
const spdy = "SPDY/3.1"

// grace is how long a client may take to answer that the connection ends.
const grace = 5 * time.Second

// pingEvery is how often a client is looked for.
const pingEvery = 15 * time.Second

// Wanted says whether the client speaks WebSocket.
func Wanted(r *http.Request) bool { return websocket.IsWebSocketUpgrade(r) }

// Kubelet is the other side of a stream.
type Kubelet struct {
	// Transport reaches kubelets; it must speak HTTP/1.1.
	Transport http.RoundTripper
	// URL is what is asked of it.
	URL *url.URL
}

// dial upgrades a connection to the kubelet; versions are those of the
// streams' protocol, the preferred one first.
func (k *Kubelet) dial(ctx context.Context, versions ...string) (io.ReadWriteCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, k.URL.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", spdy)
	req.Header["X-Stream-Protocol-Version"] = versions
	resp, err := k.Transport.RoundTrip(req)
	if err != nil {
		return nil, &unreachable{k.URL, err}
	}
	conn, upgraded := resp.Body.(io.ReadWriteCloser)
	if resp.StatusCode != http.StatusSwitchingProtocols || !upgraded {
		defer resp.Body.Close()
		b, err := io.ReadAll(io.LimitReader(resp.Body, maxStatus))
		if err != nil {
			return nil, &unreachable{k.URL, err}
		}
		return nil, &refusal{resp.StatusCode, resp.Header.Get("Content-Type"), string(b)}
	}
	if p := resp.Header.Get("Upgrade"); !strings.EqualFold(p, spdy) {
		conn.Close()
		return nil, status.Internal(fmt.Errorf("the kubelet upgrades to %q instead of %s", p, spdy))
	}
	return conn, nil
}

// unreachable is a kubelet that cannot be asked.
type unreachable struct {
	url *url.URL
	err error
}

func (u *unreachable) Error() string { return "error dialing backend: " + u.err.Error() }

// refusal is what a kubelet answers that does not upgrade.
type refusal struct {
	code       int
	kind, text string
}

func (r *refusal) Error() string { return r.text }

// told answers a client whose kubelet did not upgrade: what the kubelet said is
// passed on as it is.
func told(w http.ResponseWriter, err error) error {
	if r := (*refusal)(nil); errors.As(err, &r) {
		w.Header().Set("Content-Type", r.kind)
		w.WriteHeader(r.code)
		_, _ = io.WriteString(w, r.text)
		return nil
	}
	if u := (*unreachable)(nil); errors.As(err, &u) {
		return status.Unexplained(http.StatusInternalServerError, u.Error())
	}
	return err
}

// choose is the first of the client's protocols that is served. A client that
// names none gets the one without a name, where there is one.
func choose(r *http.Request, served ...string) (string, error) {
	offered := websocket.Subprotocols(r)
	if len(offered) == 0 && slices.Contains(served, unnamed) {
		return unnamed, nil
	}
	served = slices.DeleteFunc(served, func(s string) bool { return s == unnamed })
	for _, o := range offered {
		for _, s := range served {
			if o == s {
				return o, nil
			}
		}
	}
	return "", status.BadRequest("Sec-WebSocket-Protocol=%q: must offer one of: %s", strings.Join(offered, ", "), strings.Join(served, ", "))
}

// upgrade makes a WebSocket of the client's connection.
func upgrade(w http.ResponseWriter, r *http.Request, protocol string) (*websocket.Conn, error) {
	var refused error
	u := websocket.Upgrader{
		HandshakeTimeout: grace,
		ReadBufferSize:   chunk,
		WriteBufferSize:  chunk,
		// Pages of any origin may ask, as everywhere in the API: who asks is known
		// by a certificate or a token, never by a cookie that a page rides on.
		CheckOrigin: func(*http.Request) bool { return true },
		Error: func(_ http.ResponseWriter, _ *http.Request, code int, reason error) {
			if refused = status.BadRequest("%s", reason); code >= http.StatusInternalServerError {
				refused = status.Internal(reason)
			}
		},
	}
	if protocol != unnamed {
		u.Subprotocols = []string{protocol}
	}
	conn, err := u.Upgrade(hijackable{w}, r, nil)
	if refused != nil {
		return nil, refused
	}
	return conn, err
}

// watch calls gone when the client cannot be reached any more. Readers find that
// out by themselves, but not while they wait for a kubelet that takes no input.
func watch(ctx context.Context, gone func(), conn *websocket.Conn) {
	t := time.NewTicker(pingEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		err := conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(pingEvery))
		var slow net.Error
		if err == nil || errors.Is(err, websocket.ErrCloseSent) || errors.As(err, &slow) && slow.Timeout() {
			continue // a client may well read slowly
		}
		gone()
		return
	}
}

// hijackable finds what takes over the connection below other writers.
type hijackable struct{ http.ResponseWriter }

// Hijack takes over the connection.
func (h hijackable) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(h.ResponseWriter).Hijack()
}

// bye says that all went well, once everything else has been sent. The client
// answers, which ends its half: closing before that, with input still on its
// way, would make the network drop what the client has yet to read.
func bye(conn *websocket.Conn) {
	deadline := time.Now().Add(grace)
	end := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	if err := conn.WriteControl(websocket.CloseMessage, end, deadline); err != nil && !errors.Is(err, websocket.ErrCloseSent) {
		conn.Close()
		return
	}
	_ = conn.SetReadDeadline(deadline) // a failure ends the reader just as well
}
