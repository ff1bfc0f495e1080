// Package informer keeps a copy of the API's objects of one kind in memory, up
// to date by a watch. Controllers, the scheduler, kubelets and proxies decide
// from it instead of asking the API server each time.
//
// What holds: callbacks come one at a time, in the order in which the API
// server carried the changes out, each change once; the cache already shows a
// change when its callback runs; a server that restarts or forgets old versions
// only delays things. Cached objects are shared: DeepCopy before changing.
//
// informer.go holds the loop, cache.go the objects and their indexes.
package informer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Options choose what an informer holds. T is in them for the index functions.
type Options[T meta.Object] struct {
	// Namespace is the only one looked at; empty means all.
	Namespace string
	// LabelSelector and FieldSelector leave objects out at the server.
	LabelSelector, FieldSelector string
	// Resync calls OnChange for every object again in this interval, as a
	// safety net; 0 is never.
	Resync time.Duration
	// Indexes name functions that give the values under which ByIndex finds
	// an object.
	Indexes map[string]func(T) []string
	// Trim takes off an object, before it is kept, what nobody will look at.
	// What is read from the cache must then not be written back as a whole.
	Trim func(T)
}

// Informer is a cache of the objects of one kind.
type Informer[T meta.Object] struct {
	resource client.Resource[T]
	o        Options[T]
	cache    cache[T]
	handlers []func(old, new T)
	synced   chan struct{}
}

// New makes an informer; Run fills it.
func New[T meta.Object](c *client.Client, o Options[T]) *Informer[T] {
	i := &Informer[T]{resource: client.Of[T](c), o: o, synced: make(chan struct{})}
	i.cache.init(o.Indexes)
	return i
}

// OnChange has f called with each change: old is nil (the zero T) when an
// object appears, new when it is gone, and both are the same on a resync. Register before
// Run. f must not block: put the object's key into a queue.
func (i *Informer[T]) OnChange(f func(old, new T)) { i.handlers = append(i.handlers, f) }

// Synced is closed when the cache holds all that there was at the start and
// OnChange has been called for it.
func (i *Informer[T]) Synced() <-chan struct{} { return i.synced }

// pageSize is how many objects are asked for at once.
const pageSize = 1000

// Run keeps the cache until ctx ends, and then returns nil. It returns an error
// only when it is called a second time.
func (i *Informer[T]) Run(ctx context.Context) error {
	if !i.cache.start() {
		return fmt.Errorf("informer of %s: Run called twice", i.resource.Kind().Resource)
	}
	for failures := 0; ctx.Err() == nil; failures++ {
		began := time.Now()
		err := i.listAndWatch(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if time.Since(began) > time.Minute {
			failures = 0
		}
		log := slog.Warn
		if client.IsGone(err) {
			log = slog.Info
		}
		log("Listing again", "resource", i.resource.Kind().Resource, "err", err)
		pause(ctx, failures)
	}
	return nil
}

// pause waits 100 ms, doubled by each failure up to 5 s, less a random half:
// after a restart of the API server its clients do not all come at once.
func pause(ctx context.Context, failures int) {
	d := min(100*time.Millisecond<<min(failures, 10), 5*time.Second)
	t := time.NewTimer(d/2 + rand.N(d/2))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// listAndWatch brings the cache to the present and follows the changes until
// the watch cannot be resumed.
func (i *Informer[T]) listAndWatch(ctx context.Context) error {
	o := client.ListOptions{LabelSelector: i.o.LabelSelector, FieldSelector: i.o.FieldSelector}
	list, err := i.resource.ListAll(ctx, i.o.Namespace, o, pageSize)
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	i.replace(list.Items, list.ResourceVersion)
	o.ResourceVersion, o.AllowWatchBookmarks = list.ResourceVersion, true
	w, err := i.resource.Watch(ctx, i.o.Namespace, o)
	if err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	defer w.Stop()
	for {
		if err := i.follow(ctx, w); err != nil {
			return fmt.Errorf("watch: %w", err)
		}
		for _, obj := range i.cache.list() {
			i.notify(obj, obj)
		}
	}
}

// follow applies events until the next resync is due.
func (i *Informer[T]) follow(ctx context.Context, w *client.Watch[T]) error {
	until := ctx
	if i.o.Resync > 0 {
		var cancel context.CancelFunc
		until, cancel = context.WithTimeout(ctx, i.o.Resync)
		defer cancel()
	}
	for {
		e, err := w.Next(until)
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil && until.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		i.apply(e)
	}
}

// replace makes the cache hold exactly items and tells of the differences.
func (i *Informer[T]) replace(items []T, resourceVersion string) {
	keep := make(map[meta.Key]bool, len(items))
	for _, obj := range items {
		keep[meta.KeyOf(obj)] = true
	}
	var none T
	for _, obj := range i.cache.list() {
		if key := meta.KeyOf(obj); !keep[key] {
			i.cache.remove(key, "")
			i.notify(obj, none)
		}
	}
	for _, obj := range items {
		i.put(obj, "")
	}
	i.cache.reached(resourceVersion)
	select {
	case <-i.synced:
	default:
		close(i.synced)
	}
}

// apply brings one event into the cache.
func (i *Informer[T]) apply(e client.Event[T]) {
	var none T
	m := e.Object.GetObjectMeta()
	switch e.Type {
	case client.Deleted:
		if old, ok := i.cache.remove(meta.KeyOf(e.Object), m.ResourceVersion); ok {
			// The last state, if its object is still the one we know.
			if old.GetObjectMeta().UID == m.UID {
				old = e.Object
			}
			i.notify(old, none)
		}
	case client.Bookmark:
		i.cache.reached(m.ResourceVersion)
	default:
		i.put(e.Object, m.ResourceVersion)
	}
}

// put stores obj and tells of it unless it is known already. An object that
// took the name of another is told of as that one's end and its own beginning.
func (i *Informer[T]) put(obj T, reached string) {
	var none T
	if i.o.Trim != nil {
		i.o.Trim(obj)
	}
	old, known := i.cache.put(obj, reached)
	switch m := obj.GetObjectMeta(); {
	case !known:
		i.notify(none, obj)
	case old.GetObjectMeta().UID != m.UID:
		i.notify(old, none)
		i.notify(none, obj)
	case old.GetObjectMeta().ResourceVersion != m.ResourceVersion || m.ResourceVersion == "":
		i.notify(old, obj)
	}
}

func (i *Informer[T]) notify(old, new T) {
	for _, f := range i.handlers {
		f(old, new)
	}
}

// Get is the object of that name.
func (i *Informer[T]) Get(ns, name string) (T, bool) {
	return i.cache.get(meta.Key{Namespace: ns, Name: name})
}

// GetKey is the object of that key.
func (i *Informer[T]) GetKey(key meta.Key) (T, bool) { return i.cache.get(key) }

// List is every object, in no order.
func (i *Informer[T]) List() []T { return i.cache.list() }

// Len is the number of objects.
func (i *Informer[T]) Len() int { return i.cache.len() }

// ByNamespace is every object of a namespace, in no order.
func (i *Informer[T]) ByNamespace(ns string) []T { return i.cache.byIndex(namespaceIndex, ns) }

// ByIndex is every object that the index's function gives that value for, in
// no order. It panics when there is no such index.
func (i *Informer[T]) ByIndex(index, value string) []T { return i.cache.byIndex(index, value) }

// WaitFor returns when the cache has seen everything up to resourceVersion,
// the one that a write of an object of this informer was answered with; or with ctx's error.
// Versions that are no number, "" among them, have been seen.
func (i *Informer[T]) WaitFor(ctx context.Context, resourceVersion string) error {
	return i.cache.waitFor(ctx, client.Revision(resourceVersion))
}
