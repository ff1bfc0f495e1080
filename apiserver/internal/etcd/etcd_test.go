package etcd_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/etcd"
	"github.com/pilothouse/pilothouse/apiserver/internal/etcd/etcdtest"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
)

func TestWhatWasWrittenSurvives(t *testing.T) {
	cfg := etcd.Config{DataDir: t.TempDir(), Log: etcdtest.Log(t)}
	for i := range 3 {
		e, err := etcd.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := e.Client().Get(t.Context(), "n")
		if err != nil || (i > 0 && string(resp.Kvs[0].Value) != fmt.Sprint(i)) {
			t.Fatalf("start %d: %v, %v", i, resp, err)
		}
		if _, err := e.Client().Put(t.Context(), "n", fmt.Sprint(i+1)); err != nil {
			t.Fatal(err)
		}
		if err := e.Healthy(t.Context()); err != nil {
			t.Error(err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A full database refuses writes in plain words, keeps what it has, and lets
// room be made.
func TestQuota(t *testing.T) {
	e, err := etcd.Open(t.Context(), etcd.Config{DataDir: t.TempDir(), NoSync: true, Quota: 1 << 20, Log: etcdtest.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	s := store.New(e.Client())
	value := make([]byte, 100<<10)
	n := 0
	for ; n < 5000; n++ {
		if _, err = s.Create(t.Context(), fmt.Sprintf("/registry/%d", n), value, 0); err != nil {
			break
		}
	}
	if !errors.Is(err, store.ErrNoSpace) {
		t.Fatalf("a full database gives %v after %d writes", err, n)
	}
	if err := e.Healthy(t.Context()); err == nil || !strings.Contains(err.Error(), "NOSPACE") {
		t.Errorf("health says %v", err)
	}
	got, rev, err := s.Get(t.Context(), "/registry/0")
	if err != nil || len(got) != len(value) {
		t.Errorf("what was stored reads %d bytes, %v", len(got), err)
	}
	if _, err := s.Delete(t.Context(), "/registry/0", rev); err != nil {
		t.Errorf("nothing can be deleted: %v", err)
	}
}

func TestListenOnlyNearby(t *testing.T) {
	for _, address := range []string{"http://0.0.0.0:2379", "http://10.0.0.1:2379", "https://127.0.0.1:1", "nonsense"} {
		_, err := etcd.Open(t.Context(), etcd.Config{DataDir: t.TempDir(), Listen: address})
		if err == nil || !strings.Contains(err.Error(), address) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// An external etcd is found when it comes, through a socket that the other
// member listens on.
func TestExternal(t *testing.T) {
	dir, err := os.MkdirTemp("", "e")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	address := "unix://" + dir + "/etcd.sock"
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	found := make(chan error, 1)
	go func() {
		e, err := etcd.Open(ctx, etcd.Config{Servers: []string{address}, Log: etcdtest.Log(t)})
		if err == nil {
			_, err = e.Client().Put(ctx, "x", "y")
			err = errors.Join(err, e.Close())
		}
		found <- err
	}()
	member, err := etcd.Open(ctx, etcd.Config{DataDir: t.TempDir(), NoSync: true, Listen: address, Log: etcdtest.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer member.Close()
	if err := <-found; err != nil {
		t.Error(err)
	}
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err = etcd.Open(ctx, etcd.Config{Servers: []string{"http://" + address}, Log: etcdtest.Log(t)})
	if err == nil || !strings.Contains(err.Error(), "cannot reach etcd at http://"+address+": dial") || strings.Contains(err.Error(), "\n") {
		t.Errorf("an unreachable etcd gives %v", err)
	}
	if _, err := etcd.Open(t.Context(), etcd.Config{Servers: []string{"https://" + address}, CertFile: "x"}); err == nil {
		t.Error("a certificate without a key is taken")
	}
	for _, server := range []string{"nonsense", "127.0.0.1:2379", "http://host", "ftp://host:1"} {
		if _, err := etcd.Open(t.Context(), etcd.Config{Servers: []string{server}}); err == nil || !strings.Contains(err.Error(), "--etcd-servers="+server) {
			t.Errorf("%s: %v", server, err)
		}
	}
}
