package apiserver_test

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
)

// TestWatchByWebSocket: a client that asks for a WebSocket is told the events as
// messages, in text for JSON and in bytes for protobuf, and of the end of its
// time by the closing of the socket.
func TestWatchByWebSocket(t *testing.T) {
	s := testserver.Start(t, nil)
	r := &runner{t: t, server: s}
	r.as("admin", "system:masters")
	cfg := r.client.Transport.(*http.Transport).TLSClientConfig
	open := func(accept string) *websocket.Conn {
		d := websocket.Dialer{TLSClientConfig: &tls.Config{RootCAs: cfg.RootCAs, Certificates: cfg.Certificates}}
		url := strings.Replace(s.URL, "https", "wss", 1) + "/api/v1/namespaces?watch=1&timeoutSeconds=2&fieldSelector=metadata.name%3Dlate"
		conn, _, err := d.DialContext(t.Context(), url, http.Header{"Accept": {accept}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	text, bytes := open("application/json"), open("application/vnd.kubernetes.protobuf")
	n := &core.Namespace{}
	n.Name = "late"
	if _, err := client.Of[*core.Namespace](s.Client(t)).Create(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	kind, b, err := text.ReadMessage()
	var e struct {
		Type   string
		Object core.Namespace
	}
	if err != nil || kind != websocket.TextMessage || json.Unmarshal(b, &e) != nil || e.Type != "ADDED" || e.Object.Name != "late" {
		t.Errorf("the client of text is told %q (%d), %v", b, kind, err)
	}
	kind, b, err = bytes.ReadMessage()
	if err != nil || kind != websocket.BinaryMessage || !strings.Contains(string(b), "ADDED") || !strings.Contains(string(b), "k8s\x00") || b[0] != 1<<3|2 {
		t.Errorf("the client of bytes is told %q (%d), %v", b, kind, err)
	}
	if _, b, err := text.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Errorf("at the end: %q, %v", b, err)
	}
}

// TestWebSocketProtocol: a browser is given the protocol that it asks for, beside
// the one that carries its token; without one it would leave. Its page may come
// from anywhere.
func TestWebSocketProtocol(t *testing.T) {
	s := testserver.Start(t, nil)
	r := &runner{t: t, server: s}
	r.as("admin", "system:masters")
	cfg := r.client.Transport.(*http.Transport).TLSClientConfig
	for want, offered := range map[string][]string{
		"":              nil,
		"binary.k8s.io": {"base64url.bearer.authorization.k8s.io.eHg", "binary.k8s.io", "base64.binary.k8s.io"},
		"mine":          {"mine"},
	} {
		d := websocket.Dialer{TLSClientConfig: &tls.Config{RootCAs: cfg.RootCAs, Certificates: cfg.Certificates}, Subprotocols: offered}
		conn, _, err := d.DialContext(t.Context(), strings.Replace(s.URL, "https", "wss", 1)+"/api/v1/namespaces?watch=1", http.Header{"Origin": {"http://localhost"}})
		if err != nil {
			t.Fatal(err)
		}
		if got := conn.Subprotocol(); got != want {
			t.Errorf("of %q the server took %q, want %q", offered, got, want)
		}
		conn.Close()
	}
}
