package aggregation

import (
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
)

// Serve passes the request on if another server serves what it is for, and says
// whether it did. Who sends it must be in its context, and they must be allowed
// to do it.
func (a *Aggregator) Serve(w http.ResponseWriter, r *http.Request, i *request.Info) bool {
	routes := a.routes.Load()
	if routes == nil || i.Prefix != "apis" || i.Version == "" {
		return false
	}
	x := (*routes)[groupVersion{i.Group, i.Version}]
	if x == nil {
		return false
	}
	x.pass(w, r)
	return true
}

// pass sends a request on.
func (x *extension) pass(w http.ResponseWriter, r *http.Request) {
	if !x.available.Load() || x.brokenTLS != nil {
		http.Error(w, "service unavailable", http.StatusServiceUnavailable)
		return
	}
	if _, err := x.address(r.Context()); err != nil {
		http.Error(w, "service unavailable", http.StatusServiceUnavailable)
		return
	}
	t := x.plain
	if r.Header.Get("Upgrade") != "" {
		t = x.upgrades
	}
	u := authn.From(r.Context())
	p := &httputil.ReverseProxy{
		Transport:     t,
		FlushInterval: -1, // watches
		Rewrite: func(pr *httputil.ProxyRequest) {
			pr.Out.URL.Scheme, pr.Out.URL.Host, pr.Out.Host = "https", x.host(), x.host()
			pr.SetXForwarded()
			Introduce(pr.Out.Header, u)
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() == nil {
				http.Error(w, "error trying to reach service: "+err.Error(), http.StatusServiceUnavailable)
			}
		},
		ErrorLog: log.New(io.Discard, "", 0),
	}
	p.ServeHTTP(w, r)
}

// Introduce puts into the headers of a request whom it is from, and takes out
// whatever its sender has said of that.
func Introduce(h http.Header, u *authn.User) {
	for k := range h {
		if strings.HasPrefix(k, "X-Remote-") || strings.HasPrefix(k, "Impersonate-") {
			h.Del(k)
		}
	}
	h.Del("Authorization")
	h.Set("X-Remote-User", u.Name)
	if u.UID != "" {
		h.Set("X-Remote-Uid", u.UID)
	}
	for _, g := range u.Groups {
		h.Add("X-Remote-Group", g)
	}
	for k, vs := range u.Extra {
		for _, v := range vs {
			h.Add("X-Remote-Extra-"+headerKey(k), v)
		}
	}
}

// headerKey writes a key so that it can stand in a header's name.
func headerKey(k string) string { return strings.ReplaceAll(url.PathEscape(k), "/", "%2F") }
