package logs

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Running is a container whose log may need to be rotated.
type Running struct{ ID, LogPath string }

// Rotator keeps the logs of running containers small: once a file is larger
// than MaxSize it is moved aside and the runtime opens a new one. MaxFiles
// counts the file being written as well.
type Rotator struct {
	MaxSize  int64
	MaxFiles int
	Every    time.Duration
	List     func(ctx context.Context) ([]Running, error)
	Reopen   func(ctx context.Context, id string) error
	Log      *slog.Logger
}

// Run looks at all logs now and then until ctx ends.
func (r *Rotator) Run(ctx context.Context) {
	t := time.NewTicker(r.Every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if err := r.Look(ctx); err != nil && ctx.Err() == nil {
			r.Log.Warn("cannot look after the container logs", "error", err)
		}
	}
}

// Look rotates what has grown too large.
func (r *Rotator) Look(ctx context.Context) error {
	list, err := r.List(ctx)
	if err != nil {
		return err
	}
	for _, c := range list {
		if info, err := os.Stat(c.LogPath); err != nil || info.Size() < r.MaxSize {
			continue
		}
		if err := r.rotate(ctx, c); err != nil {
			r.Log.Warn("cannot rotate a container's log", "file", c.LogPath, "error", err)
		}
	}
	return nil
}

func (r *Rotator) rotate(ctx context.Context, c Running) error {
	old, err := Old(c.LogPath)
	if err != nil {
		return err
	}
	for len(old) > 0 && len(old) > r.MaxFiles-2 {
		if err := os.Remove(old[0]); err != nil {
			return err
		}
		old = old[1:]
	}
	aside := c.LogPath + "." + time.Now().UTC().Format("20060102-150405.000")
	if err := os.Rename(c.LogPath, aside); err != nil {
		return err
	}
	if err := r.Reopen(ctx, c.ID); err != nil {
		// The runtime still writes to the old file: give it its name back.
		if back := os.Rename(aside, c.LogPath); back != nil {
			return fmt.Errorf("%w, and the log stays at %s: %v", err, aside, back)
		}
		return err
	}
	return nil
}

// Old are the files that were moved aside, the oldest first.
func Old(path string) ([]string, error) {
	old, err := filepath.Glob(path + ".*")
	slices.Sort(old)
	return old, err
}
