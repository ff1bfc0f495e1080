package match

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
)

// Index holds what a few tables have, in compiled form. It hears of every change
// from the cache and compiles when a request next asks; while nothing changes,
// asking is one atomic load.
type Index[T any] struct {
	compile func(objects []*cache.Object) T

	mu      sync.Mutex
	objects map[string]*cache.Object // by table and name
	changes int
	now     atomic.Pointer[T]
}

// NewIndex follows the tables. compile gets the objects of all of them, ordered
// by table and name.
func NewIndex[T any](c *cache.Cache, compile func([]*cache.Object) T, tables ...string) *Index[T] {
	x := &Index[T]{compile: compile, objects: map[string]*cache.Object{}}
	for _, name := range tables {
		c.Table(name).Follow(func(old, now *cache.Object) {
			x.mu.Lock()
			defer x.mu.Unlock()
			if now == nil {
				delete(x.objects, name+"/"+old.Namespace+"/"+old.Name)
			} else {
				x.objects[name+"/"+now.Namespace+"/"+now.Name] = now
			}
			x.changes++
			x.now.Store(nil)
		})
	}
	return x
}

// Now is the compiled form of what the cache has.
func (x *Index[T]) Now() *T {
	if p := x.now.Load(); p != nil {
		return p
	}
	objects, changes := x.sorted()
	made := x.compile(objects) // not while the cache may wait for the lock
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.changes == changes {
		x.now.Store(&made)
	}
	return &made
}

func (x *Index[T]) sorted() ([]*cache.Object, int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	keys := make([]string, 0, len(x.objects))
	for k := range x.objects {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	objects := make([]*cache.Object, len(keys))
	for i, k := range keys {
		objects[i] = x.objects[k]
	}
	return objects, x.changes
}
