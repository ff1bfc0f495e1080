// Package server is the front door: it takes each request through who, may
// and what (authn, authz, then the handler that the path names), counts it, and
// answers for whatever goes wrong on the way.
package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/authz"
	"github.com/pilothouse/pilothouse/apiserver/internal/fairness"
	"github.com/pilothouse/pilothouse/apiserver/internal/impersonation"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/apiserver/internal/rest"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/client/version"
)

// Parts are the handlers behind the door.
type Parts struct {
	// Authn says who.
	Authn *authn.Authenticator
	// Authz says whether they may.
	Authz *authz.Authorizer
	// REST serves resources.
	REST http.Handler
	// Others serves what other API servers do.
	Others interface {
		// Serve says whether it served the request.
		Serve(w http.ResponseWriter, r *http.Request, i *request.Info) bool
	}
	// Discovery serves /api and /apis.
	Discovery http.Handler
	// OpenAPI serves /openapi.
	OpenAPI http.Handler
	// Issuer serves how service account tokens are verified.
	Issuer http.Handler
	// Fairness seats the requests; nil lets all in at once.
	Fairness *fairness.Controller
	// Width is how many seats a list takes.
	Width func(r *http.Request, i *request.Info) int
	// Metrics are those of other parts.
	Metrics []prometheus.Collector
	// Limits bound what requests may take.
	Limits Limits
	// Checks are what health depends on.
	Checks []Check
	// Log is for what goes wrong.
	Log *slog.Logger
}

// Server is the front door.
type Server struct {
	Parts
	routes  *mux.Router
	metrics *metrics
	writers writers
}

// New puts the parts behind a door.
func New(p Parts) *Server {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if p.Fairness != nil {
		reg.MustRegister(p.Fairness)
	}
	reg.MustRegister(p.Metrics...)
	s := &Server{Parts: p, metrics: newMetrics(reg), routes: mux.NewRouter().SkipClean(true)}
	for _, root := range []string{"healthz", "livez", "readyz"} {
		h := health(root, p.Checks)
		s.routes.Handle("/"+root, h)
		s.routes.PathPrefix("/" + root + "/").Handler(h)
	}
	s.routes.Handle("/version", readOnly(serveVersion))
	s.routes.Handle("/version/", readOnly(serveVersion))
	s.routes.Handle("/metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	s.routes.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	s.routes.HandleFunc("/debug/pprof/profile", pprof.Profile)
	s.routes.HandleFunc("/debug/pprof/trace", pprof.Trace)
	s.routes.PathPrefix("/debug/pprof/").HandlerFunc(pprof.Index)
	if p.Issuer != nil {
		s.routes.Handle(authn.ConfigurationPath, readOnly(p.Issuer.ServeHTTP))
		s.routes.Handle(authn.KeysPath, readOnly(p.Issuer.ServeHTTP))
	}
	s.routes.PathPrefix("/openapi/").Handler(p.OpenAPI)
	s.routes.PathPrefix("/api").Handler(p.Discovery)
	s.routes.NotFoundHandler = http.HandlerFunc(s.notFound)
	return s
}

// ServeHTTP takes one request through all steps.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	deepen()
	i := request.Parse(r)
	rec := &recorder{ResponseWriter: w}
	w.Header()["Cache-Control"] = notCached
	if s.Limits.Stall > 0 {
		rec.writers = &s.writers
	}
	done := s.metrics.begin(r, &i)
	audit(w, r)
	defer func() {
		if p := recover(); p != nil {
			s.panicked(rec, r, p)
		}
		rec.done()
		done(rec.code, rec.written)
	}()
	ctx, cancel, err := s.timed(r, &i)
	if err != nil {
		rest.Refuse(rec, r, err)
		return
	}
	defer cancel()
	u, err := s.Authn.User(r)
	if err != nil {
		s.metrics.unknown.Inc()
		rest.Refuse(rec, r, status.Unauthorized())
		return
	}
	s.metrics.known.Inc()
	if u, err = impersonation.As(r, u, s.Authz); err != nil {
		refuseImpersonation(rec, r, err)
		return
	}
	r = r.WithContext(authn.With(request.With(ctx, &i), u))
	if r.ContentLength != 0 && rec.writers != nil && !longRunning(&i) {
		r.Body = &patientBody{r.Body, rec}
	}
	s.seated(rec, r, u, &i, func() { s.serve(rec, r, u, &i) })
}

// notCached is what most answers say of caches.
var notCached = []string{"no-cache, private"}

// serve answers a request whose turn has come.
func (s *Server) serve(rec *recorder, r *http.Request, u *authn.User, i *request.Info) {
	if d := s.Authz.Decide(r.Context(), u, i); !d.Allowed {
		s.metrics.others.Inc()
		rec.Header().Set("X-Content-Type-Options", "nosniff")
		rest.Refuse(rec, r, authz.Forbidden(u, i, d.Reason()))
		return
	}
	s.metrics.allowed.Inc()
	if s.Others.Serve(rec, r, i) {
		return
	}
	if i.IsResource {
		s.REST.ServeHTTP(rec, r)
		return
	}
	s.routes.ServeHTTP(rec, r)
}

// refuseImpersonation answers who may not act as somebody else, or does not say
// as whom.
func refuseImpersonation(w http.ResponseWriter, r *http.Request, err error) {
	var nobody *impersonation.NobodyError
	if errors.As(err, &nobody) {
		http.Error(w, noMarkup.Replace(fmt.Sprintf("Internal Server Error: %q: %v", r.RequestURI, err)), http.StatusInternalServerError)
		return
	}
	rest.Refuse(w, r, err)
}

// noMarkup makes text that no browser takes for a page.
var noMarkup = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Run cuts clients that do not read, until ctx ends.
func (s *Server) Run(ctx context.Context) {
	if s.Limits.Stall > 0 {
		s.writers.run(ctx, s.Limits.Stall, cmp.Or(s.Limits.Request, time.Hour))
	}
}

// panicked answers for a bug: the request fails, the server stays.
func (s *Server) panicked(w *recorder, r *http.Request, p any) {
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p) // a handler's way to cut an answer short
	}
	s.Log.Error("panic while serving", "method", r.Method, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
	if w.code == 0 {
		rest.Refuse(w, r, status.Internal(fmt.Errorf("this request caused apiserver to panic. Look in the logs for details")))
	}
}

// besides is served beside what discovery tells of.
var besides = []string{"/apis/", "/healthz", "/healthz/etcd", "/healthz/ping", "/livez", "/livez/etcd", "/livez/ping", "/metrics",
	"/openapi/v2", "/openapi/v3", "/openapi/v3/", "/readyz", "/readyz/etcd", "/readyz/ping", "/version"}

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" && r.URL.Path != "/index.html" {
		rest.NotFoundPage(w)
		return
	}
	paths := slices.Clone(besides)
	if s.Issuer != nil {
		paths = append(paths, authn.ConfigurationPath, authn.KeysPath)
	}
	if d, ok := s.Discovery.(interface{ Paths() []string }); ok {
		paths = append(paths, d.Paths()...)
	}
	slices.Sort(paths)
	w.Header().Set("Content-Type", "application/json")
	b, _ := json.MarshalIndent(map[string][]string{"paths": paths}, "", "  ") // Texts can be encoded.
	w.Write(b)
}

// readOnly refuses what is no question.
func readOnly(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			rest.Refuse(w, r, status.NoMethod())
			return
		}
		h(w, r)
	})
}

func serveVersion(w http.ResponseWriter, r *http.Request) {
	if _, ok := rest.Pick(r.Header.Get("Accept"), "application/json"); !ok {
		rest.Refuse(w, r, status.NoRepresentation("application/json"))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	b, _ := json.MarshalIndent(version.Get(), "", "  ") // A struct of strings.
	w.Write(b)
}
