package apiserver_test

import (
	"path/filepath"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/pilothouse/pilothouse/apiserver"
	"github.com/pilothouse/pilothouse/apiserver/internal/etcd"
	"github.com/pilothouse/pilothouse/apiserver/internal/etcd/etcdtest"
	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
)

// TestCompacted: who watches or lists from a revision that etcd has forgotten
// is told so with 410, and so knows to list anew.
func TestCompacted(t *testing.T) {
	first := testserver.Start(t, nil)
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	forget(t, filepath.Join(first.DataDir, "etcd"))
	second := testserver.Start(t, func(c *apiserver.Config) { c.DataDir = first.DataDir })
	namespaces := client.Of[*core.Namespace](second.Client(t))

	w, err := namespaces.Watch(t.Context(), "", client.ListOptions{ResourceVersion: "2"})
	if err == nil {
		defer w.Stop()
		_, err = w.Next(t.Context())
	}
	if !client.IsGone(err) {
		t.Errorf("a watch from revision 2 gives %v", err)
	}
	if _, err := namespaces.List(t.Context(), "", client.ListOptions{ResourceVersion: "2", ResourceVersionMatch: "Exact"}); !client.IsGone(err) {
		t.Errorf("a list at revision 2 gives %v", err)
	}
	if l, err := namespaces.List(t.Context(), "", client.ListOptions{}); err != nil || len(l.Items) != 4 {
		t.Errorf("a list of now has %d namespaces, %v", len(l.Items), err)
	}
}

// forget compacts the etcd in dir up to what it has now.
func forget(t *testing.T, dir string) {
	t.Helper()
	e, err := etcd.Open(t.Context(), etcd.Config{DataDir: dir, Log: etcdtest.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	now, err := e.Client().Get(t.Context(), "/registry/health", clientv3.WithCountOnly())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Client().Compact(t.Context(), now.Header.Revision); err != nil {
		t.Fatal(err)
	}
}
