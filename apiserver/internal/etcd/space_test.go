package etcd_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/etcd"
	"github.com/pilothouse/pilothouse/apiserver/internal/etcd/etcdtest"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
)

// A full disk refuses writes in plain words, keeps what is there readable and
// deletable, and takes writes again as soon as there is room.
func TestFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("mounts a file system, which needs root")
	}
	dir := smallDisk(t)
	cfg := etcd.Config{DataDir: filepath.Join(dir, "etcd"), Log: etcdtest.Log(t)}
	e, err := etcd.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	s, stop := store.New(e.Client()), running(t, e)

	var filler string
	value, stored := make([]byte, 100<<10), map[string]int64{}
	for n := 0; err == nil && n < 1000; n++ {
		if n == 10 {
			filler = fill(t, dir)
		}
		key, rev := fmt.Sprintf("/registry/%d", n), int64(0)
		if rev, err = s.Create(t.Context(), key, value, 0); err == nil {
			stored[key] = rev
		}
	}
	if !errors.Is(err, store.ErrNoSpace) || len(stored) < 10 {
		t.Fatalf("a full disk gives %v after %d writes", err, len(stored))
	}
	if err := e.Healthy(t.Context()); err == nil || !strings.Contains(err.Error(), "full") {
		t.Errorf("health says %v", err)
	}
	if got, _, err := s.Get(t.Context(), "/registry/0"); err != nil || len(got) != len(value) {
		t.Errorf("what was stored reads %d bytes, %v", len(got), err)
	}
	if _, err := s.Delete(t.Context(), "/registry/0", stored["/registry/0"]); err != nil {
		t.Errorf("nothing can be deleted: %v", err)
	}
	delete(stored, "/registry/0")

	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	rev, err := createSoon(t, s, "/registry/after", value)
	if err != nil {
		t.Fatalf("with room again: %v", err)
	}
	stored["/registry/after"] = rev
	stop()
	if err := e.Close(); err != nil {
		t.Error(err)
	}

	again, err := etcd.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	for key, rev := range stored {
		if _, got, err := store.New(again.Client()).Get(t.Context(), key); err != nil || got != rev {
			t.Errorf("after a restart %s is at revision %d, %v", key, got, err)
		}
	}
}

// A disk that fills up slowly, with what is written, is full before etcd's log has
// no room: many more files of it are begun before that.
func TestDiskFilledByItself(t *testing.T) {
	if testing.Short() {
		t.Skip("mounts a file system, which needs root")
	}
	dir := smallDisk(t)
	e, err := etcd.Open(t.Context(), etcd.Config{DataDir: filepath.Join(dir, "etcd"), Log: etcdtest.Log(t)})
	if err != nil {
		t.Fatal(err)
	}
	s, stop := store.New(e.Client()), running(t, e)
	value, n := make([]byte, 100<<10), 0
	for ; err == nil && n < 3000; n++ {
		_, err = s.Create(t.Context(), fmt.Sprintf("/registry/%d", n), value, 0)
	}
	if !errors.Is(err, store.ErrNoSpace) || n < 300 {
		t.Errorf("%v after %d writes", err, n)
	}
	if err := e.Healthy(t.Context()); err == nil || !strings.Contains(err.Error(), "full") {
		t.Errorf("health says %v", err)
	}
	for range 2000 { // more than the file of the log that is written to has room for
		if _, err = e.Client().Delete(t.Context(), "/registry/"+strings.Repeat("x", 16<<10)); err != nil {
			t.Fatalf("deletions: %v", err)
		}
	}
	stop()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}

// smallDisk is a file system of a few hundred megabytes.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=190m"); err != nil {
		t.Fatalf("mount a small disk, as root: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill leaves no room in dir and returns the file that takes it.
func fill(t *testing.T, dir string) string {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 64<<10); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	return f.Name()
}

// running runs e until the function is called.
func running(t *testing.T, e *etcd.Etcd) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// createSoon writes key as soon as the store takes it.
func createSoon(t *testing.T, s *store.Store, key string, value []byte) (rev int64, err error) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		if rev, err = s.Create(ctx, key, value, 0); !errors.Is(err, store.ErrNoSpace) {
			return rev, err
		}
	}
	return 0, err
}

func TestADirectoryHasOneMember(t *testing.T) {
	cfg := etcd.Config{DataDir: t.TempDir(), NoSync: true, Log: etcdtest.Log(t)}
	first, err := etcd.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := etcd.Open(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), cfg.DataDir+" is in use by another process") {
		t.Errorf("a second member gets %v", err)
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	second, err := etcd.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	second.Close()
}
