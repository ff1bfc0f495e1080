package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Fence stops the pods that must never run twice (members of a StatefulSet,
// and those that ask for it) once the node has not been able to renew its
// Lease for After. By then the control plane takes the node for dead, and may
// start the same pods elsewhere; it must wait for After plus its clock's
// tolerance before it does.
//
// The time of the last renewal is kept in a file, so that a kubelet that was
// restarted while cut off goes on counting where the old one was.
type Fence struct {
	File  string
	After time.Duration
	// Stop stops those pods. It is called again and again while the node is
	// fenced: it must find nothing to do when all are stopped.
	Stop func(ctx context.Context) error
	// Lift is called when the node is in touch again.
	Lift func()
	Log  *slog.Logger

	mu     sync.Mutex
	last   time.Time
	saved  time.Time
	fenced bool
}

// Load reads the last renewal of an earlier run. Without one the count begins
// now.
func (f *Fence) Load(now time.Time) error {
	f.last = now
	b, err := os.ReadFile(f.File)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the last lease renewal: %w", err)
	}
	t, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(string(b)))
	if err != nil {
		return fmt.Errorf("%s does not hold a time (%v); remove it if this node is in touch with its cluster", f.File, err)
	}
	if t.Before(now) {
		f.last = t
	}
	return nil
}

// saveEvery bounds how often the file is written.
const saveEvery = time.Second

// Renewed notes a renewal that was sent at t.
func (f *Fence) Renewed(t time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = t
	if f.fenced {
		f.fenced = false
		f.Log.Info("the node is in touch with its cluster again")
		f.Lift()
	}
	if t.Sub(f.saved) < saveEvery {
		return
	}
	if err := save(f.File, t); err != nil {
		f.Log.Warn("cannot save the time of the lease's renewal", "error", err)
		return
	}
	f.saved = t
}

// save replaces the file at once, so that a crash leaves the old or the new.
func save(path string, t time.Time) error {
	temporary := filepath.Join(filepath.Dir(path), "."+filepath.Base(path))
	if err := os.WriteFile(temporary, []byte(t.UTC().Format(time.RFC3339Nano)+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

// Fenced says whether pods that must not run twice may not run now.
func (f *Fence) Fenced(now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.After > 0 && now.Sub(f.last) > f.After
}

// Run looks every second whether the node must be fenced, until ctx ends.
func (f *Fence) Run(ctx context.Context) {
	for sleep(ctx, time.Second) {
		now := time.Now()
		if !f.Fenced(now) {
			continue
		}
		f.mu.Lock()
		first := !f.fenced
		f.fenced = true
		since := now.Sub(f.last)
		f.mu.Unlock()
		if first {
			f.Log.Error("cut off from the cluster: stopping the pods that must not run twice", "sinceRenewal", since.Round(time.Second))
		}
		if err := f.Stop(ctx); err != nil && ctx.Err() == nil {
			f.Log.Error("cannot stop all pods that must not run twice", "error", err)
		}
	}
}
