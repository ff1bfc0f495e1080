package streaming

import (
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"
)

// Subprotocols of a stream that goes one way: logs.
const (
	binaryBytes = "binary.k8s.io"
	base64Bytes = "base64.binary.k8s.io"
)

// Bytes sends a client what from yields until it ends. An error means that the
// client has not been answered yet; from is closed in any case.
func Bytes(w http.ResponseWriter, r *http.Request, from io.ReadCloser) error {
	defer from.Close()
	protocol, err := choose(r, binaryBytes, base64Bytes, unnamed)
	if err != nil {
		return err
	}
	conn, err := upgrade(w, r, protocol)
	if err != nil {
		return err
	}
	defer conn.Close()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	stop := context.AfterFunc(ctx, func() { from.Close(); conn.Close() })
	defer stop()
	var rest sync.WaitGroup
	rest.Go(func() { watch(ctx, cancel, conn) })
	rest.Go(func() { // what the client sends means nothing, but that it is there
		for {
			if _, _, err := conn.NextReader(); err != nil {
				from.Close()
				return
			}
		}
	})
	_ = sendBytes(conn, protocol, nil) // says that all is ready; if it fails, everything later does too
	buf := make([]byte, chunk)
	for {
		n, err := from.Read(buf)
		if n > 0 && sendBytes(conn, protocol, buf[:n]) != nil {
			break
		}
		if err != nil {
			bye(conn)
			break
		}
	}
	cancel()
	rest.Wait()
	return nil
}

func sendBytes(conn *websocket.Conn, protocol string, b []byte) error {
	if protocol == base64Bytes {
		return conn.WriteMessage(websocket.TextMessage, base64.StdEncoding.AppendEncode(nil, b))
	}
	return conn.WriteMessage(websocket.BinaryMessage, b)
}
