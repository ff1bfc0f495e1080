// Package healthcheck answers those who decide where to send a service's traffic: load
// balancers that ask a service's healthCheckNodePort whether this node has endpoints, and
// whoever asks the proxy itself whether it keeps up.
package healthcheck

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Service is what is told about one service.
type Service struct {
	Namespace, Name string
	LocalEndpoints  int
}

// Checks holds one small HTTP server per health check port.
type Checks struct {
	healthy func() bool
	mu      sync.Mutex
	ports   map[uint16]*check
}

type check struct {
	service  Service
	listener net.Listener
	server   *http.Server
}

// New makes an empty set; healthy tells whether the proxy itself keeps up.
func New(healthy func() bool) *Checks {
	return &Checks{healthy: healthy, ports: map[uint16]*check{}}
}

// Set opens the ports that are new, closes those that are gone and updates the answers. A
// port that is taken is logged and tried again at the next call.
func (c *Checks) Set(want map[uint16]Service) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for port, ck := range c.ports {
		if _, ok := want[port]; !ok {
			ck.server.Close()
			delete(c.ports, port)
		}
	}
	for port, s := range want {
		if ck := c.ports[port]; ck != nil {
			ck.service = s
			continue
		}
		if err := c.open(port, s); err != nil {
			slog.Error("cannot serve a health check port", "service", s.Namespace+"/"+s.Name, "port", port, "error", err)
		}
	}
}

func (c *Checks) open(port uint16, s Service) error {
	l, err := net.Listen("tcp", net.JoinHostPort("", strconv.Itoa(int(port))))
	if err != nil {
		return err
	}
	ck := &check{service: s, listener: l}
	ck.server = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.answer(w, ck) }), ReadHeaderTimeout: 10 * time.Second}
	c.ports[port] = ck
	go ck.server.Serve(l) // ends when the server is closed
	return nil
}

func (c *Checks) answer(w http.ResponseWriter, ck *check) {
	c.mu.Lock()
	s := ck.service
	c.mu.Unlock()
	healthy := c.healthy()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("X-Load-Balancing-Endpoint-Weight", strconv.Itoa(s.LocalEndpoints))
	if s.LocalEndpoints == 0 || !healthy {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	json.NewEncoder(w).Encode(map[string]any{
		"service":             map[string]string{"namespace": s.Namespace, "name": s.Name},
		"localEndpoints":      s.LocalEndpoints,
		"serviceProxyHealthy": healthy,
	})
}

// Close closes all ports.
func (c *Checks) Close() { c.Set(nil) }

// Health is the proxy's own state.
type Health struct {
	// LastUpdated is when the rules were last known to match what was asked for.
	LastUpdated time.Time
	// Late says that a change has been waiting too long.
	Late bool
}

// Serve answers /healthz and /livez on addr, and further paths, until ctx ends.
func Serve(ctx context.Context, addr string, health func() Health, further map[string]http.Handler) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("--healthz-bind-address: %w", err)
	}
	mux := http.NewServeMux()
	for _, path := range []string{"/healthz", "/livez"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { answerHealth(w, health()) })
	}
	for path, h := range further {
		mux.Handle(path, h)
	}
	s := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { s.Close() })
	defer stop()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func answerHealth(w http.ResponseWriter, h Health) {
	now := time.Now()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if h.Late {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	fmt.Fprintf(w, `{"lastUpdated": %q,"currentTime": %q,"nodeEligible": true}`, h.LastUpdated.UTC().Format(time.RFC3339Nano), now.UTC().Format(time.RFC3339Nano))
}
