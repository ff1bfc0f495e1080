package proxy

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/apiserver/internal/streaming"
	"github.com/pilothouse/pilothouse/proto/core"
)

// translates says whether the client speaks WebSocket, which kubelets do not.
func translates(r *http.Request) bool { return streaming.Wanted(r) }

// translate serves a WebSocket client by SPDY to the kubelet.
func (p *Proxy) translate(w http.ResponseWriter, r *http.Request, target *url.URL, ports []uint16) error {
	k := &streaming.Kubelet{Transport: p.kubelets, URL: target}
	if strings.HasPrefix(target.Path, "/portForward/") {
		if streaming.Tunnelled(r) {
			return streaming.Tunnel(w, r, k)
		}
		return streaming.Ports(w, r, k, ports)
	}
	q := target.Query()
	return streaming.Command(w, r, k, streaming.Streams{
		Stdin:  q.Has(core.ExecStdinParam),
		Stdout: q.Has(core.ExecStdoutParam),
		Stderr: q.Has(core.ExecStderrParam),
		TTY:    q.Has(core.ExecTTYParam),
	})
}

// forwarded reads the ports that are named in the query, by commas or one by
// one.
func forwarded(values []string) (ports []uint16, err error) {
	for _, v := range values {
		for _, s := range strings.Split(v, ",") {
			n, err := strconv.ParseUint(s, 10, 16)
			if err != nil {
				return nil, status.BadRequest("cannot convert to []int32: %v", err)
			}
			ports = append(ports, uint16(n))
		}
	}
	return ports, nil
}

// watchLog sends a WebSocket client a container's log.
func (p *Proxy) watchLog(w http.ResponseWriter, r *http.Request, target *url.URL) error {
	req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, target.String(), nil)
	if err != nil {
		return err
	}
	resp, err := p.kubelets.RoundTrip(req)
	if err != nil {
		return notGot(target)(err)
	}
	if err := logAnswer(resp); err != nil {
		return err
	}
	return streaming.Bytes(w, r, resp.Body)
}
