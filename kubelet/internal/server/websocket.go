package server

import (
	"net/http"
	"net/url"
	"strings"
)

func isWebSocket(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// bridge refuses a WebSocket, upon which clients come again with SPDY.
func (s *Server) bridge(w http.ResponseWriter, r *http.Request, _ *url.URL) {
	http.Error(w, "this kubelet streams over SPDY", http.StatusBadRequest)
}
