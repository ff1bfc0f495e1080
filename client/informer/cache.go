package informer

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// namespaceIndex is the index that every cache has. The slash keeps it apart
// from its users' own.
const namespaceIndex = "/namespace"

// cache holds objects by key and index. One goroutine writes, many read.
type cache[T meta.Object] struct {
	mu       sync.RWMutex
	running  bool
	objects  map[meta.Key]T
	funcs    map[string]func(T) []string
	indexes  map[string]index[T]
	revision uint64
	waiting  []waiter
}

// index finds the objects of a value.
type index[T meta.Object] map[string]map[meta.Key]T

// waiter is someone who waits for a revision.
type waiter struct {
	revision uint64
	reached  chan struct{}
}

func (c *cache[T]) init(funcs map[string]func(T) []string) {
	c.objects = map[meta.Key]T{}
	c.funcs = map[string]func(T) []string{
		namespaceIndex: func(o T) []string { return []string{o.GetObjectMeta().Namespace} },
	}
	c.indexes = map[string]index[T]{namespaceIndex: {}}
	for name, f := range funcs {
		c.funcs[name] = f
		c.indexes[name] = index[T]{}
	}
}

// start says whether this is the first call.
func (c *cache[T]) start() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := !c.running
	c.running = true
	return first
}

// put stores o and returns what it replaces. reached is the resource version
// that the cache is at with it, "" when that is not known yet.
func (c *cache[T]) put(o T, reached string) (old T, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := meta.KeyOf(o)
	old, known = c.objects[key]
	if known {
		c.unindex(key, old)
	}
	c.objects[key] = o
	for name, f := range c.funcs {
		idx := c.indexes[name]
		for _, v := range f(o) {
			if idx[v] == nil {
				idx[v] = map[meta.Key]T{}
			}
			idx[v][key] = o
		}
	}
	c.reachedLocked(reached)
	return old, known
}

// remove takes the object of that key out and returns it.
func (c *cache[T]) remove(key meta.Key, reached string) (old T, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	old, known = c.objects[key]
	if known {
		c.unindex(key, old)
		delete(c.objects, key)
	}
	c.reachedLocked(reached)
	return old, known
}

func (c *cache[T]) unindex(key meta.Key, o T) {
	for name, f := range c.funcs {
		idx := c.indexes[name]
		for _, v := range f(o) {
			delete(idx[v], key)
			if len(idx[v]) == 0 {
				delete(idx, v)
			}
		}
	}
}

// reached notes that the cache shows everything up to resourceVersion.
func (c *cache[T]) reached(resourceVersion string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reachedLocked(resourceVersion)
}

func (c *cache[T]) reachedLocked(resourceVersion string) {
	c.revision = max(c.revision, client.Revision(resourceVersion))
	c.waiting = slices.DeleteFunc(c.waiting, func(w waiter) bool {
		if w.revision > c.revision {
			return false
		}
		close(w.reached)
		return true
	})
}

func (c *cache[T]) waitFor(ctx context.Context, revision uint64) error {
	c.mu.Lock()
	if revision <= c.revision {
		c.mu.Unlock()
		return nil
	}
	w := waiter{revision, make(chan struct{})}
	c.waiting = append(c.waiting, w)
	c.mu.Unlock()
	select {
	case <-w.reached:
		return nil
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = slices.DeleteFunc(c.waiting, func(o waiter) bool { return o.reached == w.reached })
	return fmt.Errorf("wait for revision %d, cache is at %d: %w", revision, c.revision, ctx.Err())
}

func (c *cache[T]) get(key meta.Key) (T, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	o, ok := c.objects[key]
	return o, ok
}

func (c *cache[T]) len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.objects)
}

func (c *cache[T]) list() []T {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return values(c.objects)
}

func (c *cache[T]) byIndex(name, value string) []T {
	c.mu.RLock()
	defer c.mu.RUnlock()
	idx, ok := c.indexes[name]
	if !ok {
		panic(fmt.Sprintf("informer: no index %q", name))
	}
	return values(idx[value])
}

func values[T any](m map[meta.Key]T) []T {
	out := make([]T, 0, len(m))
	for _, o := range m {
		out = append(out, o)
	}
	return out
}
