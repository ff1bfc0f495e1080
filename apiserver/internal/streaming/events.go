package streaming

import (
	"context"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"
)

// Events is a WebSocket that a client is told events by, one message each.
type Events struct {
	conn   *websocket.Conn
	cancel context.CancelFunc
	rest   sync.WaitGroup
}

// OpenEvents makes a WebSocket of the client's connection. gone is called when
// the client has left. An error means that the client has not been answered.
func OpenEvents(w http.ResponseWriter, r *http.Request, gone func()) (*Events, error) {
	conn, err := upgrade(w, r, unnamed)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(r.Context())
	e := &Events{conn: conn, cancel: cancel}
	e.rest.Go(func() { watch(ctx, func() { conn.Close() }, conn) })
	e.rest.Go(func() { // what the client sends means nothing, but that it is there
		defer gone()
		for {
			if _, _, err := conn.NextReader(); err != nil {
				return
			}
		}
	})
	return e, nil
}

// Send tells of one event, as text or as bytes.
func (e *Events) Send(b []byte, text bool) error {
	kind := websocket.BinaryMessage
	if text {
		kind = websocket.TextMessage
	}
	return e.conn.WriteMessage(kind, b)
}

// Close takes leave of the client.
func (e *Events) Close() {
	bye(e.conn)
	e.conn.Close()
	e.cancel()
	e.rest.Wait()
}
