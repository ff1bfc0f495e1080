package daemon

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// ServeOptions say what a daemon shows besides /healthz, /livez, /readyz and
// /metrics.
type ServeOptions struct {
	// Checks are what /healthz and /livez ask, by name; nil is healthy.
	Checks map[string]func() error
	// Ready is what /readyz asks besides.
	Ready map[string]func() error
	// TLS, when set, has the server speak TLS with it.
	TLS *tls.Config
	// Profiling adds /debug/pprof.
	Profiling bool
	// Handlers are further paths.
	Handlers map[string]http.Handler
	// Listening, when set, is told the address once connections are taken;
	// useful with port 0.
	Listening func(net.Addr)
}

// Serve answers on addr until ctx ends. It fails at once when the address is
// taken.
func Serve(ctx context.Context, addr string, o ServeOptions) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("health and metrics: %w", err)
	}
	if o.TLS != nil {
		l = tls.NewListener(l, o.TLS)
	}
	if o.Listening != nil {
		o.Listening(l.Addr())
	}
	server := &http.Server{
		Handler: o.handler(), ReadHeaderTimeout: 10 * time.Second,
		// Clients that do not trust our certificate would fill the log.
		ErrorLog: log.New(debugWriter{}, "", 0),
	}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("health and metrics on %s: %w", addr, err)
	}
	return nil
}

// debugWriter passes net/http's complaints on as debug messages.
type debugWriter struct{}

// Write logs one line.
func (debugWriter) Write(b []byte) (int, error) {
	slog.Debug("HTTP server", "msg", strings.TrimSpace(string(b)))
	return len(b), nil
}

func (o *ServeOptions) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/healthz", health("healthz", o.Checks))
	mux.Handle("/livez", health("livez", o.Checks))
	mux.Handle("/readyz", health("readyz", o.Checks, o.Ready))
	mux.Handle("/metrics", promhttp.Handler())
	for path, h := range o.Handlers {
		mux.Handle(path, h)
	}
	if o.Profiling {
		mux.HandleFunc("/debug/pprof/", pprof.Index)
		mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	}
	return mux
}

// health answers ok, or 500 with a line for each check; with ?verbose always
// the lines.
func health(name string, sets ...map[string]func() error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var lines []string
		failed := false
		for _, set := range sets {
			for check, ask := range set {
				if err := ask(); err != nil {
					failed = true
					lines = append(lines, fmt.Sprintf("[-]%s failed: %v", check, err))
				} else {
					lines = append(lines, fmt.Sprintf("[+]%s ok", check))
				}
			}
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		switch {
		case failed:
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprintf(w, "%s\n%s check failed\n", strings.Join(lines, "\n"), name)
		case r.URL.Query().Has("verbose"):
			fmt.Fprintf(w, "%s\n%s check passed\n", strings.Join(append(lines, "[+]ping ok"), "\n"), name)
		default:
			fmt.Fprint(w, "ok")
		}
	})
}
