package cluster

import (
	"context"
	"errors"
	"strconv"
	"sync"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/client/informer"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Revision is the latest of the resource versions that a step wrote. Its
// zero value is ready to use, also by several goroutines.
type Revision struct {
	mu     sync.Mutex
	latest uint64
}

// Note keeps version if it is later than what was noted before.
func (r *Revision) Note(version string) {
	n, err := strconv.ParseUint(version, 10, 64)
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.latest = max(r.latest, n)
}

// waiter is a cache that can be waited for.
type waiter interface {
	WaitFor(ctx context.Context, resourceVersion string) error
}

var _ waiter = (*informer.Informer[meta.Object])(nil)

// Await returns once cache shows everything noted, so that the next look at
// the same key does not act on what was true before. It returns at once when
// nothing was noted.
func (r *Revision) Await(ctx context.Context, cache waiter) error {
	r.mu.Lock()
	latest := r.latest
	r.mu.Unlock()
	if latest == 0 {
		return nil
	}
	return cache.WaitFor(ctx, strconv.FormatUint(latest, 10))
}

// WriteStatus stores o's status and returns once cache shows it. It is a
// conflict when o is not the newest; an object that is gone has no status.
func WriteStatus[T meta.Object](ctx context.Context, view *View, cache waiter, o T) error {
	written, err := client.Of[T](view.Client).UpdateStatus(ctx, o)
	if client.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return cache.WaitFor(ctx, written.GetObjectMeta().ResourceVersion)
}

// NamespaceTerminating tells whether err refuses a create because its
// namespace is being deleted.
func NamespaceTerminating(err error) bool {
	var status *client.StatusError
	if !errors.As(err, &status) || status.Status.Details == nil {
		return false
	}
	for _, cause := range status.Status.Details.Causes {
		if cause.Type == "NamespaceTerminating" {
			return true
		}
	}
	return false
}
