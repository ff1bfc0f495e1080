package streaming

import (
	"context"
	"io"
	"net/http"
	"slices"
	"sync"

	"github.com/gorilla/websocket"
)

// portForward is the protocol of the streams of port-forward; tunnelled is the
// subprotocol that carries it inside a WebSocket.
const (
	portForward = "portforward.k8s.io"
	tunnelled   = spdy + "+" + portForward
)

// Tunnelled says whether the client speaks SPDY inside a WebSocket.
func Tunnelled(r *http.Request) bool { return slices.Contains(websocket.Subprotocols(r), tunnelled) }

// Tunnel serves port-forward: what the binary messages hold is the SPDY
// connection between client and kubelet. An error means that the client has not
// been answered yet.
func Tunnel(w http.ResponseWriter, r *http.Request, k *Kubelet) error {
	if _, err := choose(r, tunnelled); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	kubelet, err := k.dial(ctx, portForward)
	if err != nil {
		return told(w, err)
	}
	defer kubelet.Close()
	conn, err := upgrade(w, r, tunnelled)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { kubelet.Close(); conn.Close() })
	defer stop()
	var rest sync.WaitGroup
	rest.Go(func() { watch(ctx, cancel, conn) })
	rest.Go(func() { fromKubelet(conn, kubelet) })
	toKubelet(kubelet, conn)
	cancel()
	kubelet.Close()
	conn.Close() // a write that the client does not take ends
	rest.Wait()
	return nil
}

// fromKubelet copies until the kubelet has ended, and says so.
func fromKubelet(conn *websocket.Conn, kubelet io.ReadCloser) {
	buf := make([]byte, chunk)
	for {
		n, err := kubelet.Read(buf)
		if n > 0 && conn.WriteMessage(websocket.BinaryMessage, buf[:n]) != nil {
			conn.Close()
			return
		}
		if err != nil {
			kubelet.Close() // a write to it may be waiting
			bye(conn)
			return
		}
	}
}

// toKubelet copies until the client has ended.
func toKubelet(kubelet io.Writer, conn *websocket.Conn) {
	buf := make([]byte, chunk)
	for {
		_, msg, err := conn.NextReader()
		if err != nil {
			return
		}
		// A failure shows in fromKubelet; the client has to be heard to the end.
		_, _ = io.CopyBuffer(kubelet, msg, buf)
	}
}
