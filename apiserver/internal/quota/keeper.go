// Package quota charges every write to the quotas of its namespace, in the same
// etcd transaction as the write itself. So a quota's status always tells what
// is in use: it cannot be overrun, however many creators there are on however
// many API servers, nothing is charged for what was never written, and what is
// deleted is given back at once. The controller manager only counts once, when
// a quota is new, and makes sure now and then.
//
// A namespace without a quota costs a look into a map. In one with quotas the
// writes that change what is used take turns, so that they do not trip over
// each other; another API server in between costs one more try.
//
// What an object uses is in proto/quota; Keeper.Charge is all that is called.
package quota

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/quota"
)

// maxTries bounds how often a write starts again because others are faster.
const maxTries = 100

// RefusedError says that a quota does not allow a write.
type RefusedError struct{ err error }

func (e *RefusedError) Error() string { return e.err.Error() }

// ErrBusy says that others were faster too often.
var ErrBusy = errors.New("the namespace's quotas change too fast")

// Keeper charges quotas. It is safe for concurrent use.
type Keeper struct {
	cache *cache.Cache
	table *cache.Table
	log   *slog.Logger

	any    atomic.Int64 // how many namespaces have quotas
	mu     sync.RWMutex
	spaces map[string]*space
}

// New makes a keeper of c's quotas.
func New(c *cache.Cache, log *slog.Logger) *Keeper {
	k := &Keeper{cache: c, table: c.Table("resourcequotas"), log: log, spaces: map[string]*space{}}
	k.table.Follow(k.follow)
	return k
}

// follow hears of every change of a quota.
func (k *Keeper) follow(old, o *cache.Object) {
	if o == nil {
		if s := k.space(old.Namespace); s != nil && s.drop(old.Name, old.Rev) {
			k.forget(old.Namespace, s)
		}
		return
	}
	k.make(o.Namespace).heard(o)
}

// Know takes in a quota that was just written, before the cache tells of it.
func (k *Keeper) Know(q *core.ResourceQuota, rev int64) {
	k.make(q.Namespace).put(q.DeepCopy(), rev)
}

// forget lets an empty space go. Who is still in it has etcd as its judge.
func (k *Keeper) forget(namespace string, s *space) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.spaces[namespace] == s && s.count() == 0 {
		delete(k.spaces, namespace)
		k.any.Add(-1)
	}
}

// make is where a namespace's quotas are kept from now on.
func (k *Keeper) make(namespace string) *space {
	if s := k.space(namespace); s != nil {
		return s
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.spaces[namespace]
	if s == nil {
		s = newSpace()
		k.spaces[namespace] = s
		k.any.Add(1)
	}
	return s
}

func (k *Keeper) space(namespace string) *space {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.spaces[namespace]
}

// Charge makes a write, and books what it changes with the quotas of the
// namespace in the same transaction. write gets what else has to be written and
// returns the revision; it may be called several times. change, called only
// when there are quotas, says what the write does. A refusal is a
// *RefusedError; other errors are write's.
func (k *Keeper) Charge(ctx context.Context, namespace string, change func() quota.Change, write func([]store.Op) (int64, error)) error {
	s := k.at(namespace)
	if s == nil {
		_, err := write(nil)
		return err
	}
	c := change()
	b, err := k.book(ctx, s, namespace, c)
	if err != nil {
		return err
	}
	if len(b) == 0 {
		_, err := write(nil)
		return err
	}
	if err := s.take(ctx); err != nil {
		return err
	}
	defer s.leave()
	for range maxTries {
		b, err := k.book(ctx, s, namespace, c)
		if err != nil {
			return err
		}
		ops, err := k.ops(b)
		if err != nil {
			return err
		}
		rev, err := write(ops)
		var swap *store.SwapError
		switch {
		case err == nil:
			s.wrote(b, rev)
			return nil
		case errors.As(err, &swap):
			if err := k.tripped(s, b, swap); err != nil {
				return err
			}
			continue
		case errors.Is(err, store.ErrNoSpace) && c.New == nil && len(ops) > 0:
			// A deletion must go through when nothing else does; what it gives
			// back the controller will find.
			_, err := write(nil)
			return err
		}
		return err
	}
	if !c.Bounded {
		k.log.Warn("a change was not booked with the quotas of its namespace: they will be counted anew", "namespace", namespace, "resource", c.Resource)
		_, err := write(nil)
		return err
	}
	return ErrBusy
}

// Check refuses what Charge would refuse, and writes nothing.
func (k *Keeper) Check(ctx context.Context, namespace string, change func() quota.Change) error {
	s := k.at(namespace)
	if s == nil {
		return nil
	}
	_, err := k.book(ctx, s, namespace, change())
	return err
}

// at is where a namespace's quotas are kept; nil when it has none.
func (k *Keeper) at(namespace string) *space {
	if k.any.Load() == 0 || namespace == "" {
		return nil
	}
	if s := k.space(namespace); s != nil && s.count() > 0 {
		return s
	}
	return nil
}

// booking is a quota as it is after a change.
type booking struct {
	*kept
	next *core.ResourceQuota
}

// book works out what a change does to the quotas. Before it refuses, it makes
// sure that it knows all that has been written.
func (k *Keeper) book(ctx context.Context, s *space, namespace string, c quota.Change) ([]booking, error) {
	if !quota.Counted(c.Resource) {
		return nil, nil
	}
	out, err := k.try(s, c)
	var refused *RefusedError
	if !errors.As(err, &refused) {
		return out, err
	}
	if err := k.cache.WaitCurrent(ctx); err != nil {
		return nil, err
	}
	return k.try(s, c)
}

func (k *Keeper) try(s *space, c quota.Change) ([]booking, error) {
	all, err := s.all()
	if err != nil {
		return nil, err
	}
	if c.Resource == "resourcequotas" { // One that is being written itself does not count.
		all = slices.DeleteFunc(all, func(q *kept) bool { return named(c, q.name) })
	}
	for _, q := range all {
		if err := quota.Sound(q.quota, c); err != nil {
			return nil, &RefusedError{err}
		}
	}
	var out []booking
	for _, q := range all {
		used, err := quota.Charge(q.quota, c)
		if err != nil {
			return nil, &RefusedError{err}
		}
		if len(used) == 0 {
			continue
		}
		next := *q.quota
		next.Status.Used = core.ResourceList{}
		for n, v := range q.quota.Status.Used {
			next.Status.Used[n] = v
		}
		for n, v := range used {
			next.Status.Used[n] = v
		}
		out = append(out, booking{q, &next})
	}
	return out, nil
}

// named says whether a change is about the object of that name.
func named(c quota.Change, name string) bool {
	o := c.New
	if o == nil {
		o = c.Old
	}
	return o != nil && o.GetObjectMeta().Name == name
}

// ops are the writes that bookings make.
func (k *Keeper) ops(b []booking) ([]store.Op, error) {
	var ops []store.Op
	for _, x := range b {
		value, err := codec.EncodeJSON(x.next)
		if err != nil {
			return nil, err
		}
		ops = append(ops, store.Swap(k.table.Key(x.next.Namespace, x.next.Name), value, x.rev))
	}
	return ops, nil
}

// tripped takes in the quota that somebody else has changed in between.
func (k *Keeper) tripped(s *space, b []booking, e *store.SwapError) error {
	for _, x := range b {
		if k.table.Key(x.next.Namespace, x.next.Name) != e.Key {
			continue
		}
		if e.Rev == 0 {
			s.drop(x.next.Name, x.rev)
			return nil
		}
		q := &core.ResourceQuota{}
		if err := codec.DecodeJSON(e.Current, q); err != nil {
			return err
		}
		s.put(q, e.Rev)
		return nil
	}
	return e
}
