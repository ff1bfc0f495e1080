package proxy

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/streaming"
	"github.com/pilothouse/pilothouse/proto/core"
)

// translates says whether the client speaks WebSocket, which kubelets do not.
func translates(r *http.Request) bool { return streaming.Wanted(r) }

// translate serves a WebSocket client by SPDY to the kubelet.
func (p *Proxy) translate(w http.ResponseWriter, r *http.Request, target *url.URL) error {
	k := &streaming.Kubelet{Transport: p.kubelets, URL: target, Refusal: logAnswer}
	if strings.HasPrefix(target.Path, "/portForward/") {
		return streaming.Tunnel(w, r, k)
	}
	q := target.Query()
	return streaming.Command(w, r, k, streaming.Streams{
		Stdin:  q.Has(core.ExecStdinParam),
		Stdout: q.Has(core.ExecStdoutParam),
		Stderr: q.Has(core.ExecStderrParam),
		TTY:    q.Has(core.ExecTTYParam),
	})
}
