// Package proxy reaches into the cluster on behalf of clients: logs, exec,
// attach and port-forward through the kubelets (kubelet.go), and plain HTTP to
// pods, services and nodes (forward.go). Kubelets are verified by the cluster's
// authority and see the API server's own client certificate.
//
// Connections that are upgraded pass through byte for byte, but for WebSocket to
// a kubelet, which package streaming translates (websocket.go).
package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Proxy reaches nodes, pods and services.
type Proxy struct {
	// Refuse answers with an error.
	Refuse func(w http.ResponseWriter, r *http.Request, err error)

	cache    *cache.Cache
	kubelets *http.Transport // with the API server's certificate
	insides  *http.Transport // to pods and services, whose certificates nobody knows
}

// New makes a proxy that finds its targets in c and speaks TLS to kubelets
// with kubelet.
func New(c *cache.Cache, kubelet *tls.Config) *Proxy {
	p := &Proxy{cache: c, Refuse: func(w http.ResponseWriter, _ *http.Request, err error) {
		http.Error(w, err.Error(), http.StatusBadGateway)
	}}
	dial := (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	// No HTTP/2: upgraded connections need HTTP/1.1.
	p.kubelets = &http.Transport{DialContext: dial, TLSClientConfig: kubelet, TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: 8, IdleConnTimeout: 90 * time.Second, DisableCompression: true}
	p.insides = &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		TLSHandshakeTimeout: 10 * time.Second, MaxIdleConnsPerHost: 8, IdleConnTimeout: 90 * time.Second, DisableCompression: true}
	return p
}

// Connect serves one request.
func (p *Proxy) Connect(w http.ResponseWriter, r *http.Request, i *request.Info) error {
	switch {
	case i.Subresource == "proxy":
		return p.forward(w, r, i)
	case i.Resource == "pods" && i.Rest == "":
		return p.throughKubelet(w, r, i)
	}
	return status.NoResource()
}

// fetch decodes an object as it is now.
func (p *Proxy) fetch(ctx context.Context, resource, namespace, name string, into meta.Object) error {
	o, err := p.cache.Table(resource).Fetch(ctx, namespace, name, "")
	if err != nil {
		return err
	}
	if o == nil {
		return status.NotFound(status.Resource{Name: resource}, name)
	}
	return codec.DecodeJSON(o.JSON(), into)
}

// pass sends the request on to target and the answer back. change, when set,
// looks at the answer first.
func (p *Proxy) pass(w http.ResponseWriter, r *http.Request, t http.RoundTripper, target *url.URL, change func(*http.Response) error) {
	rp := &httputil.ReverseProxy{
		Transport:     t,
		FlushInterval: -1, // logs are followed as they are written
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.Out.URL = target
			pr.Out.Host = target.Host
			pr.Out.Header.Del("Authorization") // not for those behind us
			pr.SetXForwarded()
		},
		ModifyResponse: change,
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() != nil {
				return // the client is gone
			}
			var s *status.Error
			if !errors.As(err, &s) {
				s = status.Upstream(http.StatusServiceUnavailable, "error trying to reach service: "+err.Error())
			}
			p.Refuse(w, r, s)
		},
		ErrorLog: log.New(io.Discard, "", 0),
	}
	rp.ServeHTTP(w, r)
}
