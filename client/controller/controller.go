// Package controller runs control loops, all of one shape: a queue of keys,
// informers that put keys into it, and a Reconciler that brings the object of
// one key a step nearer to what is wanted.
//
// docs/decisions/0003-the-shape-of-a-controller.md says why.
package controller

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/queue"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Reconciler is what is particular to one controller.
type Reconciler interface {
	// Name is for logs and metrics: replicationcontroller.
	Name() string
	// Sync looks at the object of key as it is now, not at what woke it, and
	// takes the next step. It is never called twice at the same time for one
	// key, but for many keys at once. A positive again has it called again
	// after that time; an error has it called again after a pause that grows
	// with each one. A conflict is an error like any other: the next call sees
	// the newer object.
	Sync(ctx context.Context, key meta.Key) (again time.Duration, err error)
}

// NewQueue makes the usual queue of a controller.
func NewQueue() *queue.Queue[meta.Key] { return queue.New[meta.Key](queue.Options{}) }

// Run waits until all of synced are closed and then works on q with that many
// workers until ctx ends; it returns when the last one has finished its key.
// It shuts q down.
func Run(ctx context.Context, r Reconciler, workers int, q *queue.Queue[meta.Key], synced ...<-chan struct{}) error {
	stop := context.AfterFunc(ctx, q.ShutDown)
	defer stop()
	for _, s := range synced {
		select {
		case <-s:
		case <-ctx.Done():
			return nil
		}
	}
	slog.Debug("Controller has started", "controller", r.Name(), "workers", workers)
	var wg sync.WaitGroup
	for range max(workers, 1) {
		wg.Go(func() {
			for {
				key, ok := q.Get()
				if !ok {
					return
				}
				process(ctx, r, q, key)
			}
		})
	}
	wg.Wait()
	return nil
}

// process syncs one key and decides when it comes again.
func process(ctx context.Context, r Reconciler, q *queue.Queue[meta.Key], key meta.Key) {
	defer q.Done(key)
	began := time.Now()
	again, err := sync1(ctx, r, key)
	observe(r.Name(), time.Since(began), err, q.Len())
	switch {
	case ctx.Err() != nil:
	case err != nil:
		q.AddRateLimited(key)
		report(r.Name(), key, q.Failures(key), err)
	default:
		q.Forget(key)
		if again > 0 {
			q.AddAfter(key, again)
		}
	}
}

// sync1 turns a panic into an error, so that one object that nobody thought of
// does not stop the others; the stack goes to the log.
func sync1(ctx context.Context, r Reconciler, key meta.Key) (again time.Duration, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
			slog.Error("Sync panicked", "controller", r.Name(), "key", key.String(), "panic", p, "stack", string(debug.Stack()))
		}
	}()
	return r.Sync(ctx, key)
}

// report logs a failure. A conflict or two are part of life.
func report(name string, key meta.Key, failures int, err error) {
	log := slog.Warn
	if client.IsConflict(err) && failures < 3 {
		log = slog.Debug
	}
	log("Sync failed", "controller", name, "key", key.String(), "failures", failures, "err", err)
}
