package etcd

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// reserve is how many bytes of disk the database keeps for itself beyond its
// size. They are topped up every spaceEvery, and when so many as spaceAfter
// were put: what is written in between must fit, with the pages around it.
const (
	reserve    = 16 << 20
	spaceAfter = reserve / 8
	spaceEvery = 250 * time.Millisecond
	// logRoom is what must be free beside that: the log allocates its next file
	// ahead, and where it cannot, etcd ends when this one is full.
	logRoom = 2 * logFileSize
)

// space stands between the embedded member and a full disk. etcd ends its
// process when its disk takes no more, and with it every read. So the blocks
// of the next writes are allocated ahead; when that fails, puts are refused
// while reads and deletions go on, until there is room again.
type space struct {
	path string // the database file
	log  *slog.Logger
	// commit makes the file as large as what was put needs.
	commit func()
	full   atomic.Bool
	put    atomic.Int64 // bytes since the last check

	mu   sync.Mutex
	size int64 // of the file when blocks were last allocated
}

func newSpace(dataDir string, commit func(), log *slog.Logger) *space {
	s := &space{path: filepath.Join(dataDir, "member", "snap", "db"), commit: commit, log: log}
	s.check()
	return s
}

// run checks until ctx ends.
func (s *space) run(ctx context.Context) {
	ticker := time.NewTicker(spaceEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.check()
		}
	}
}

// check tops the reserve up and says when that begins or ceases to fail.
func (s *space) check() {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.topUp()
	if err == nil {
		err = roomFor(s.path, logRoom)
	}
	full := errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
	switch was := s.full.Swap(full); {
	case full && !was:
		s.log.Error("the disk is full: nothing is stored until there is room; reads and deletions go on", "file", s.path)
	case was && !full:
		s.log.Info("the disk has room again, writes are taken", "file", s.path)
	}
}

// take says whether so many bytes may be put.
func (s *space) take(bytes int) error {
	if s.put.Add(int64(bytes)) > spaceAfter {
		s.put.Store(0)
		s.commit()
		s.check()
	}
	if s.full.Load() {
		return rpctypes.ErrNoSpace
	}
	return nil
}

// topUp allocates blocks for the file and the reserve. It changes neither the
// size of the file nor what is in it.
func (s *space) topUp() error {
	info, err := os.Stat(s.path)
	if err != nil {
		return err
	}
	if info.Size() == s.size {
		return nil
	}
	f, err := os.OpenFile(s.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	const keepSize = 1 // FALLOC_FL_KEEP_SIZE
	for {
		err = syscall.Fallocate(int(f.Fd()), keepSize, 0, info.Size()+reserve)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if errors.Is(err, syscall.EOPNOTSUPP) {
		err = roomFor(s.path, reserve)
		return err // asked anew each time, for nothing is held
	}
	if err == nil {
		s.size = info.Size()
	}
	return err
}

// roomFor says whether so many bytes are free beside a file.
func roomFor(path string, bytes uint64) error {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(path, &fs); err != nil {
		return err
	}
	if fs.Bavail*uint64(fs.Bsize) < bytes {
		return syscall.ENOSPC
	}
	return nil
}

// guard is kv that puts nothing while the disk is full.
func (s *space) guard(kv clientv3.KV) clientv3.KV { return &guardedKV{kv, s} }

type guardedKV struct {
	clientv3.KV
	space *space
}

func (g *guardedKV) Put(ctx context.Context, key, val string, opts ...clientv3.OpOption) (*clientv3.PutResponse, error) {
	if err := g.space.take(len(val)); err != nil {
		return nil, err
	}
	return g.KV.Put(ctx, key, val, opts...)
}

func (g *guardedKV) Txn(ctx context.Context) clientv3.Txn {
	return &guardedTxn{Txn: g.KV.Txn(ctx), space: g.space}
}

// guardedTxn remembers what its first branch puts: nobody here puts in the
// other.
type guardedTxn struct {
	clientv3.Txn
	space *space
	puts  bool
	bytes int
}

func (t *guardedTxn) If(cs ...clientv3.Cmp) clientv3.Txn {
	t.Txn = t.Txn.If(cs...)
	return t
}

func (t *guardedTxn) Then(ops ...clientv3.Op) clientv3.Txn {
	for _, op := range ops {
		t.puts = t.puts || op.IsPut()
		t.bytes += len(op.ValueBytes())
	}
	t.Txn = t.Txn.Then(ops...)
	return t
}

func (t *guardedTxn) Else(ops ...clientv3.Op) clientv3.Txn {
	t.Txn = t.Txn.Else(ops...)
	return t
}

func (t *guardedTxn) Commit() (*clientv3.TxnResponse, error) {
	if t.puts {
		if err := t.space.take(t.bytes); err != nil {
			return nil, err
		}
	}
	return t.Txn.Commit()
}
