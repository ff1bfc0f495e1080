package streaming

import (
	"context"
	"net/http"
	"strings"
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
	conn, err := upgrade(w, r, offered(r))
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

// offered is the first protocol that the client names, as events come in the same
// way in each. A browser takes none for a refusal. The one that only carries a
// token is none.
func offered(r *http.Request) string {
	for _, p := range websocket.Subprotocols(r) {
		if !strings.HasPrefix(p, "base64url.bearer.") {
			return p
		}
	}
	return unnamed
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
