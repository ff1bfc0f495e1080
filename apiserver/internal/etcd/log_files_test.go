package etcd

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
)

func TestSuperfluous(t *testing.T) {
	logs := func(first ...uint64) (names []string) {
		for seq, i := range first {
			names = append(names, fmt.Sprintf("%016x-%016x.wal", seq+3, i))
		}
		return names
	}
	snaps := func(last ...uint64) (names []string) {
		for _, i := range last {
			names = append(names, fmt.Sprintf("%016x-%016x.snap", 2, i))
		}
		return names
	}
	for _, c := range []struct {
		name        string
		logs, snaps []string
		want        int
	}{
		{"fresh", logs(0), nil, 0},
		{"no snapshot", logs(0, 100, 200), nil, 0},
		{"two snapshots", logs(0, 100, 200), snaps(150, 250), 0},
		{"three", logs(0, 100, 200, 300), snaps(150, 250, 350), 1},
		{"one that begins with the snapshot", logs(0, 100, 200, 300), snaps(200, 250, 350), 2},
		{"many", logs(100, 0x2000, 0x3000, 0x4000), snaps(50, 60, 0x3fff, 0x4000, 0x4001), 2},
		{"all behind", logs(100, 200), snaps(10, 20, 30), 0},
		{"all before", logs(100, 200), snaps(300, 400, 500), 1},
		{"a later term", logs(0, 100, 200, 300), append(snaps(250, 350), "0000000000000001-0000000000000096.snap"), 1},
		{"a name of another sort", logs(0, 100, 200, 300), append(snaps(150, 250, 350), "x.snap"), 0},
	} {
		if got := superfluous(c.logs, c.snaps); !slices.Equal(got, c.logs[:c.want]) {
			t.Errorf("%s: %q are superfluous, want %q", c.name, got, c.logs[:c.want])
		}
	}
}

// What lies before the snapshots goes when a member starts, and everything that
// was written is there.
func TestLogIsTrimmed(t *testing.T) {
	cfg := Config{DataDir: t.TempDir(), NoSync: true, Log: slog.New(slog.DiscardHandler)}
	e, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	const writes = 4 * snapshotEvery
	value := string(make([]byte, 16<<10))
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := worker; i < writes; i += 8 {
				if _, err := e.Client().Put(t.Context(), fmt.Sprint("k", i), value); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	files := func() []string {
		list, err := names(filepath.Join(cfg.DataDir, "member", "wal"), ".wal")
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	before := files()
	for start := range 2 {
		if e, err = Open(t.Context(), cfg); err != nil {
			t.Fatalf("start %d: %v", start, err)
		}
		resp, err := e.Client().Get(t.Context(), "k", clientv3.WithPrefix(), clientv3.WithCountOnly())
		if err != nil || resp.Count != writes {
			t.Errorf("start %d: %v keys are there, want %d; %v", start, resp.Count, writes, err)
		}
		if _, err := e.Client().Put(t.Context(), "k0", value); err != nil {
			t.Error(err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
	after := files()
	if len(after) >= len(before) || !slices.Equal(after, before[len(before)-len(after):]) {
		t.Errorf("the log's files are %q, of %q", after, before)
	}
	if info, err := os.Stat(filepath.Join(cfg.DataDir, "member", "wal", after[0])); err != nil || info.Size() > 2*logFileSize {
		t.Errorf("a file of the log has %v, %v", info, err)
	}
}
