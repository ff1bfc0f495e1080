// Package etcdtest starts an embedded etcd for the tests of a package.
package etcdtest

import (
	"log/slog"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/etcd"
)

// Start runs a member on throw-away data until the test ends.
func Start(t testing.TB) *etcd.Etcd {
	t.Helper()
	e, err := etcd.Open(t.Context(), etcd.Config{DataDir: t.TempDir(), NoSync: true, Log: Log(t)})
	if err != nil {
		t.Fatalf("start etcd: %v", err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("close etcd: %v", err)
		}
	})
	return e
}

// Log is a logger that writes into the test's output.
func Log(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}
