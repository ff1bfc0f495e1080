package cache

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tidwall/btree"
	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// at returns the state at exactly rev, which the cache has reached: from the
// present, from a snapshot that was kept for a paged list, by undoing the
// changes since, or from etcd. Errors: *ExpiredError.
func (t *Table) at(ctx context.Context, rev int64) (*snapshot, error) {
	if err := t.remembered(ctx, rev); err != nil {
		return nil, err
	}
	if s := t.current(); s.last <= rev {
		return s, nil
	}
	if s := t.saved.get(rev); s != nil {
		return s, nil
	}
	if s := t.undo(rev); s != nil {
		t.saved.put(rev, s)
		return s, nil
	}
	s, err := t.read(ctx, rev)
	if err == nil {
		t.saved.put(rev, s)
	}
	return s, err
}

// remembered refuses what etcd has compacted away. Memory could often tell it all
// the same, but how long a token holds must not depend on who else wrote or asked:
// clients could not learn to deal with those that have expired.
func (t *Table) remembered(ctx context.Context, rev int64) error {
	if rev >= t.cache.Revision() {
		return nil
	}
	_, err := t.cache.kv.Get(ctx, t.res.Prefix, clientv3.WithRev(rev), clientv3.WithSerializable(), clientv3.WithCountOnly())
	return expired(err)
}

// expired is etcd's error about a past revision as the API tells it.
func expired(err error) error {
	if errors.Is(err, rpctypes.ErrCompacted) {
		return &ExpiredError{Message: "The resourceVersion for the provided list is too old."}
	}
	return err
}

// undo goes back to rev by the log, or returns nil if that is too far.
func (t *Table) undo(rev int64) *snapshot {
	t.mu.Lock()
	if rev < t.log.floor {
		t.mu.Unlock()
		return nil
	}
	s := &snapshot{last: rev, objects: t.objects.Copy()}
	since := slices.Clone(t.log.changes[t.log.after(rev)-t.log.first:])
	t.mu.Unlock()
	for _, c := range slices.Backward(since) {
		if c.prev != nil {
			s.objects.Set(c.prev.key, c.prev)
		} else {
			s.objects.Delete(c.cur.key)
		}
	}
	return s
}

// read gets a past state from etcd.
func (t *Table) read(ctx context.Context, rev int64) (*snapshot, error) {
	s := &snapshot{last: rev, objects: new(btree.Map[string, *Object])}
	_, err := t.cache.readAll(ctx, t.res.Prefix, rev, func(u []update) {
		for _, u := range u {
			s.objects.Load(u.key, u.obj)
		}
	}, func(string) *Table { return t })
	if err != nil {
		return nil, expired(err)
	}
	return s, nil
}

// Snapshots of paged lists are kept a while, so that going on costs nothing.
// Each holds on to the versions that were replaced since, so they are few.
const (
	savedMost = 4
	savedFor  = time.Minute
)

type savedSnapshots struct {
	mu   sync.Mutex
	kept []savedSnapshot // the last used last
}

type savedSnapshot struct {
	rev  int64
	used time.Time
	*snapshot
}

func (s *savedSnapshots) get(rev int64) *snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prune()
	for i, k := range s.kept {
		if k.rev == rev {
			s.kept = append(slices.Delete(s.kept, i, i+1), savedSnapshot{rev, time.Now(), k.snapshot})
			return k.snapshot
		}
	}
	return nil
}

func (s *savedSnapshots) put(rev int64, snap *snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prune()
	s.kept = slices.DeleteFunc(s.kept, func(k savedSnapshot) bool { return k.rev == rev })
	if len(s.kept) == savedMost {
		s.kept = slices.Delete(s.kept, 0, 1)
	}
	s.kept = append(s.kept, savedSnapshot{rev, time.Now(), snap})
}

// prune forgets what was not used for a while.
func (s *savedSnapshots) prune() {
	s.kept = slices.DeleteFunc(s.kept, func(k savedSnapshot) bool { return time.Since(k.used) > savedFor })
}

func (s *savedSnapshots) pruneNow() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prune()
}

// decodeAll makes objects of what etcd holds, on all processors: a server that
// starts has nothing else to do.
func (c *Cache) decodeAll(kvs []*mvccpb.KeyValue, owner func(key string) *Table) []update {
	updates := make([]update, len(kvs)) // without an object: of no table, or bad
	var workers sync.WaitGroup
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			const share = 64
			for {
				from := int(next.Add(share)) - share
				if from >= len(kvs) {
					return
				}
				for i := from; i < min(from+share, len(kvs)); i++ {
					t := owner(string(kvs[i].Key))
					if t == nil {
						continue
					}
					if u, ok := c.decode(t, kvs[i], Added, false); ok {
						u.obj.age() // nobody waits for it, and all of them at once are many bytes
						updates[i] = u
					}
				}
			}
		})
	}
	workers.Wait()
	return slices.DeleteFunc(updates, func(u update) bool { return u.obj == nil })
}

// readAll reads everything below prefix at one revision (zero: now) in pieces,
// and hands each to use as updates of the tables that own them.
func (c *Cache) readAll(ctx context.Context, prefix string, rev int64, use func([]update), owner func(key string) *Table) (int64, error) {
	const piece = 1000
	from, end := prefix, clientv3.GetPrefixRangeEnd(prefix)
	for {
		opts := []clientv3.OpOption{clientv3.WithRange(end), clientv3.WithLimit(piece)}
		if rev > 0 {
			opts = append(opts, clientv3.WithRev(rev))
		}
		resp, err := c.kv.Get(ctx, from, opts...)
		if err != nil {
			return 0, err
		}
		if rev == 0 {
			rev = resp.Header.Revision
		}
		use(c.decodeAll(resp.Kvs, owner))
		if !resp.More || len(resp.Kvs) == 0 {
			return rev, nil
		}
		from = string(resp.Kvs[len(resp.Kvs)-1].Key) + "\x00"
	}
}
