package logs

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// write makes a log of n lines; every third is in two pieces.
func write(t *testing.T, n int) (path string, all []string) {
	path = filepath.Join(t.TempDir(), "0.log")
	var b strings.Builder
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i := range n {
		stamp := at.Add(time.Duration(i) * time.Second).Format(time.RFC3339Nano)
		stream := []string{"stdout", "stderr"}[i%2]
		if i%3 == 0 {
			fmt.Fprintf(&b, "%s %s P line \n", stamp, stream)
			fmt.Fprintf(&b, "%s %s F %d\n", stamp, stream, i)
		} else {
			fmt.Fprintf(&b, "%s %s F line %d\n", stamp, stream, i)
		}
		all = append(all, fmt.Sprintf("line %d\n", i))
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return path, all
}

func read(t *testing.T, path string, o Options) string {
	var b bytes.Buffer
	if err := Read(context.Background(), path, o, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTailCountsWholeLines(t *testing.T) {
	for _, lines := range []int{0, 1, 2, 3, 10, 2000} {
		path, all := write(t, lines)
		for _, n := range []int64{0, 1, 2, 3, 4, 7, 999, 5000} {
			want := strings.Join(all[max(0, len(all)-int(n)):], "")
			if got := read(t, path, Options{TailLines: n}); got != want {
				t.Errorf("the last %d of %d lines are %q, want %q", n, lines, cut(got), cut(want))
			}
		}
	}
}

func cut(s string) string { return s[:min(len(s), 80)] }

func TestRead(t *testing.T) {
	path, all := write(t, 6)
	since := time.Date(2026, 1, 2, 3, 4, 9, 0, time.UTC)
	for name, c := range map[string]struct {
		o    Options
		want string
	}{
		"all":    {Options{TailLines: -1}, strings.Join(all, "")},
		"since":  {Options{TailLines: -1, Since: since}, "line 4\nline 5\n"},
		"limit":  {Options{TailLines: -1, LimitBytes: 9}, "line 0\nli"},
		"stderr": {Options{TailLines: -1, Stream: "Stderr"}, "line 1\nline 3\nline 5\n"},
		"stamps": {Options{TailLines: 1, Timestamps: true}, "2026-01-02T03:04:10Z line 5\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := read(t, path, c.o); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if got := Tail(path, 2, 100); got != "line 4\nline 5\n" {
		t.Errorf("Tail gives %q", got)
	}
}

func TestRotationKeepsSoManyFiles(t *testing.T) {
	path, _ := write(t, 100)
	reopened := 0
	r := &Rotator{MaxSize: 10, MaxFiles: 3, Log: slog.Default(),
		List: func(context.Context) ([]Running, error) { return []Running{{"id", path}}, nil },
		Reopen: func(context.Context, string) error {
			reopened++
			return os.WriteFile(path, bytes.Repeat([]byte("x"), 20), 0o644)
		},
	}
	for range 5 {
		if err := r.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		<-time.After(2 * time.Millisecond) // names are made from the time, in milliseconds
	}
	old, err := Old(path)
	if err != nil || len(old) != 2 || reopened != 5 {
		t.Errorf("%d old files, %d rotations, %v; want 2 and 5", len(old), reopened, err)
	}
}
