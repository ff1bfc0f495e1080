// Package testserver starts a whole API server for a test: real handlers on a
// real embedded etcd in a temporary directory, reached over TLS.
package testserver

import (
	"context"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver"
	"github.com/pilothouse/pilothouse/client"
)

// Server is a running API server.
type Server struct {
	// URL is where it serves.
	URL string
	// DataDir is its data directory.
	DataDir string
	// Kubeconfig is the administrator's.
	Kubeconfig string
	stop       context.CancelFunc
	done       chan error
}

// Start starts a server on a free port and waits until it is ready. It stops
// when the test ends. change, if not nil, edits its configuration.
func Start(t testing.TB, change func(*apiserver.Config)) *Server {
	t.Helper()
	cfg := apiserver.DefaultConfig()
	cfg.DataDir, cfg.BindAddress, cfg.AdvertiseAddress, cfg.SecurePort = t.TempDir(), "127.0.0.1", "192.0.2.1", 0
	cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	started := make(chan net.Addr, 1)
	cfg.Started = func(a net.Addr) { started <- a }
	if change != nil {
		change(&cfg)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{DataDir: cfg.DataDir, Kubeconfig: filepath.Join(cfg.DataDir, "admin.kubeconfig"), stop: cancel, done: make(chan error, 1)}
	go func() { s.done <- apiserver.Run(ctx, cfg) }()
	select {
	case a := <-started:
		s.URL = "https://" + a.String()
	case err := <-s.done:
		cancel()
		t.Fatalf("the API server did not start: %v", err)
	}
	t.Cleanup(func() {
		if s.done == nil {
			return // A test has stopped it.
		}
		if err := s.Stop(); err != nil {
			t.Errorf("the API server ended badly: %v", err)
		}
	})
	return s
}

// Leave asks the server to stop and does not wait for it.
func (s *Server) Leave() { s.stop() }

// Stop ends the server and says how that went. Its data stays.
func (s *Server) Stop() error {
	s.stop()
	err := <-s.done
	s.done = nil
	return err
}

// Client comes in as the administrator.
func (s *Server) Client(t testing.TB) *client.Client {
	t.Helper()
	cfg, err := client.ConfigFromKubeconfig(s.Kubeconfig, "")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Host = s.URL // the kubeconfig has the address that others are told
	c, err := client.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
