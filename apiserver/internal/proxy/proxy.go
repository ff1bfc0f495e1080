// Package proxy reaches into the cluster on behalf of clients: logs, exec,
// attach and port-forward through the kubelets (kubelet.go), and plain HTTP to
// pods, services and nodes (forward.go), whose pages lead back here (rewrite.go). Kubelets are verified by the cluster's
// authority and see the API server's own client certificate.
//
// Connections that are upgraded pass through byte for byte, but for WebSocket to
// a kubelet, which package streaming translates (websocket.go).
package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

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
	case i.Resource == "pods" && strings.Trim(i.Rest, "/") == "":
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

// behind is what a request is passed on to.
type behind struct {
	transport http.RoundTripper
	target    *url.URL
	// change, when set, looks at the answer first.
	change func(*http.Response) error
	// failed makes an error of why there is no answer.
	failed func(error) error
	// prefix is where clients see the root of what is proxied; empty for a
	// kubelet's own API, of which they see nothing.
	prefix string
}

// unreached is what clients hear of a target that does not answer.
func unreached(err error) error {
	return status.Upstream(http.StatusServiceUnavailable, "error trying to reach service: "+err.Error())
}

// pass sends the request on and the answer back.
func (p *Proxy) pass(w http.ResponseWriter, r *http.Request, b behind) {
	upgrade := httpguts.HeaderValuesContainsToken(r.Header["Connection"], "Upgrade")
	seen := place{b.prefix, r.Host, b.target.Host}
	rp := &httputil.ReverseProxy{
		Transport:     b.transport,
		FlushInterval: -1, // logs are followed as they are written
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.Out.URL = b.target
			pr.Out.Header.Del("Authorization") // not for those behind us
			for _, h := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
				if v, ok := pr.In.Header[h]; ok {
					pr.Out.Header[h] = v
				}
			}
			if from, _, err := net.SplitHostPort(pr.In.RemoteAddr); err == nil {
				pr.Out.Header.Set("X-Forwarded-For", strings.Join(append(slices.Clone(pr.In.Header["X-Forwarded-For"]), from), ", "))
			}
			if b.prefix == "" {
				pr.Out.Host = b.target.Host
			} else if !upgrade {
				uri := path.Join(b.prefix, b.target.EscapedPath())
				if strings.HasSuffix(b.target.Path, "/") {
					uri += "/"
				}
				pr.Out.Header.Set("X-Forwarded-Uri", uri)
			}
		},
		ModifyResponse: func(resp *http.Response) error {
			if b.change != nil {
				return b.change(resp)
			}
			if b.prefix == "" || resp.StatusCode == http.StatusSwitchingProtocols {
				return nil
			}
			if upgrade && resp.StatusCode < http.StatusBadRequest {
				resp.Body.Close()
				return status.Unexplained(http.StatusInternalServerError, fmt.Sprintf("invalid upgrade response: status code %d", resp.StatusCode))
			}
			return seen.adapt(resp)
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() != nil {
				return // the client is gone
			}
			var s *status.Error
			if !errors.As(err, &s) {
				err = b.failed(err)
			}
			p.Refuse(w, r, err)
		},
		ErrorLog: log.New(io.Discard, "", 0),
	}
	rp.ServeHTTP(w, r)
}
