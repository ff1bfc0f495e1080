package cache

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/pilothouse/pilothouse/apiserver/internal/store"
)

// registry is the prefix of every object's key.
const registry = "/registry/"

// bookmarkEvery is how often watches that want it are told how far they are.
const bookmarkEvery = time.Minute

// Options say what to cache.
type Options struct {
	// Resources are the tables to begin with; Add makes more.
	Resources []Resource
	// SoleWriter says that nobody but this process's store writes under
	// /registry/: having reached its last write is being current, and etcd
	// need not be asked.
	SoleWriter bool
	// Log is for what goes wrong with the watch; nil means slog.Default().
	Log *slog.Logger
}

// Cache is all tables and the watch that feeds them. It is safe for concurrent
// use.
type Cache struct {
	kv      clientv3.KV
	watcher clientv3.Watcher
	written func() int64 // the last acknowledged write; nil: ask etcd
	log     *slog.Logger

	// feeding is held while changes are applied and tables come and go.
	feeding  sync.Mutex
	tables   atomic.Pointer[tableSet]
	progress progress
	ask      shared
	ready    chan struct{}
	readied  sync.Once
	watchCtx atomic.Pointer[context.Context]
}

// tableSet is replaced as a whole when a table comes or goes.
type tableSet struct {
	byName, byPrefix map[string]*Table
}

// New makes a cache of client's etcd, which s writes to. It is empty until Run
// has loaded it.
func New(client *clientv3.Client, s *store.Store, o Options) *Cache {
	c := &Cache{kv: client.KV, watcher: client.Watcher, log: o.Log, ready: make(chan struct{})}
	if o.SoleWriter {
		c.written = s.LastRevision
	}
	if c.log == nil {
		c.log = slog.Default()
	}
	set := &tableSet{byName: map[string]*Table{}, byPrefix: map[string]*Table{}}
	for _, res := range o.Resources {
		t := newTable(c, res)
		set.byName[res.Name], set.byPrefix[res.Prefix] = t, t
	}
	c.tables.Store(set)
	return c
}

// Table is the table of that name, or nil.
func (c *Cache) Table(name string) *Table { return c.tables.Load().byName[name] }

// Revision is what the cache has reached: it knows every change up to it.
func (c *Cache) Revision() int64 { return c.progress.rev.Load() }

// Synced says whether the cache has been loaded.
func (c *Cache) Synced() bool {
	select {
	case <-c.ready:
		return true
	default:
		return false
	}
}

// Ready waits until the cache has been loaded.
func (c *Cache) Ready(ctx context.Context) error {
	select {
	case <-c.ready:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the cache is not loaded: %w", ctx.Err())
	}
}

// WaitFor waits until the cache has reached rev.
func (c *Cache) WaitFor(ctx context.Context, rev int64) error { return c.progress.wait(ctx, rev) }

// WaitCurrent waits until the cache knows every write that was acknowledged
// before the call.
func (c *Cache) WaitCurrent(ctx context.Context) error {
	if c.written != nil && c.Synced() {
		return c.progress.wait(ctx, c.written())
	}
	if err := c.Ready(ctx); err != nil {
		return err
	}
	if c.written != nil {
		return c.progress.wait(ctx, c.written())
	}
	rev, err := c.ask.do(ctx, c.askRevision)
	if err != nil {
		return fmt.Errorf("etcd does not tell its revision: %w", err)
	}
	return c.hurryTo(ctx, rev)
}

// askRevision asks etcd for its revision, consistently and without any data.
func (c *Cache) askRevision() (int64, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	resp, err := c.kv.Get(ctx, registry+"health", clientv3.WithCountOnly())
	if err != nil {
		return 0, err
	}
	return resp.Header.Revision, nil
}

// hurryTo waits for rev. If it was no write of ours, no event will tell that
// it was passed, so the watch is asked for its progress.
func (c *Cache) hurryTo(ctx context.Context, rev int64) error {
	const patience = 5 * time.Millisecond
	for {
		wait, cancel := context.WithTimeout(ctx, patience)
		err := c.progress.wait(wait, rev)
		cancel()
		if err == nil || ctx.Err() != nil {
			return err
		}
		if watching := c.watchCtx.Load(); watching != nil {
			if err := c.watcher.RequestProgress(*watching); err != nil {
				c.log.Debug("etcd's watch was not asked for its progress", "error", err)
			}
		}
	}
}

// Run loads the cache and keeps it current until ctx ends. When etcd has
// forgotten what the cache missed, everything is loaded anew and the watches
// end with 410.
func (c *Cache) Run(ctx context.Context) error {
	defer c.closeAll()
	ticking := make(chan struct{})
	go func() {
		defer close(ticking)
		c.tick(ctx)
	}()
	defer func() { <-ticking }()
	loaded := false
	for ctx.Err() == nil {
		if !loaded {
			if err := c.load(ctx); err != nil {
				c.pause(ctx, "the cache could not be loaded", err)
				continue
			}
			loaded = true
			c.readied.Do(func() {
				close(c.ready)
				go debug.FreeOSMemory() // loading leaves much that is not needed again
			})
		}
		err := c.follow(ctx)
		if errors.Is(err, rpctypes.ErrCompacted) {
			c.log.Warn("etcd has compacted what the cache had not seen: loading it anew", "revision", c.Revision())
			loaded = false
		} else if ctx.Err() == nil {
			c.pause(ctx, "etcd's watch broke, watching again", err)
		}
	}
	return nil
}

func (c *Cache) pause(ctx context.Context, message string, err error) {
	if ctx.Err() != nil {
		return
	}
	c.log.Error(message, "error", err)
	select {
	case <-time.After(500 * time.Millisecond):
	case <-ctx.Done():
	}
}

// tick makes bookmarks due and lets old snapshots and changes go.
func (c *Cache) tick(ctx context.Context) {
	ticker := time.NewTicker(bookmarkEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for _, t := range c.tables.Load().byName {
			t.saved.pruneNow()
			t.mu.Lock()
			t.log.tick()
			t.watches.all((*Watch).Remind)
			t.mu.Unlock()
		}
	}
}

// closeAll ends all watches.
func (c *Cache) closeAll() {
	c.feeding.Lock()
	defer c.feeding.Unlock()
	for _, t := range c.tables.Load().byName {
		t.close(ErrClosed)
	}
}

// close ends the table's watches; it takes no more.
func (t *Table) close(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	t.watches.all(func(w *Watch) { w.end(err) })
	t.watches = watchSet{}
}

// load reads everything. Tables that were loaded before are replaced and their
// watches ended.
func (c *Cache) load(ctx context.Context) error {
	c.feeding.Lock()
	defer c.feeding.Unlock()
	found := map[*Table][]*Object{}
	rev, err := c.readAll(ctx, registry, 0, func(updates []update) {
		for _, u := range updates {
			found[u.obj.table] = append(found[u.obj.table], u.obj)
		}
	}, c.owner)
	if err != nil {
		return err
	}
	for _, t := range c.tables.Load().byName {
		t.replace(found[t], rev)
	}
	c.progress.advance(rev)
	return nil
}

// replace drops what the table has and ends its watches.
func (t *Table) replace(objects []*Object, rev int64) {
	t.mu.Lock()
	t.tellAll(false)
	t.objects.Clear()
	t.index.Clear()
	t.watches.all(func(w *Watch) { w.end(tooOld(w.since, rev)) })
	t.watches = watchSet{}
	t.mu.Unlock()
	t.load(objects, rev)
}

// follow watches etcd from where the cache is, until the watch breaks.
func (c *Cache) follow(ctx context.Context) error {
	ctx, cancel := context.WithCancel(clientv3.WithRequireLeader(ctx))
	defer cancel()
	c.watchCtx.Store(&ctx)
	events := c.watcher.Watch(ctx, registry, clientv3.WithPrefix(), clientv3.WithProgressNotify(), clientv3.WithRev(c.Revision()+1))
	for resp := range events {
		if resp.CompactRevision > 0 {
			return rpctypes.ErrCompacted
		}
		if err := resp.Err(); err != nil {
			return err
		}
		c.feed(resp)
	}
	return ctx.Err()
}

// feed applies one answer of the watch.
func (c *Cache) feed(resp clientv3.WatchResponse) {
	c.feeding.Lock()
	defer c.feeding.Unlock()
	seen := c.Revision()
	var table *Table
	var batch []update
	flush := func() {
		if len(batch) > 0 {
			table.apply(batch)
			batch = batch[:0]
		}
	}
	rev := seen
	for _, e := range resp.Events {
		rev = max(rev, e.Kv.ModRevision)
		if e.Kv.ModRevision <= seen {
			continue // told again after a reconnection
		}
		t := c.owner(string(e.Kv.Key))
		if t == nil {
			continue
		}
		if t != table {
			flush()
			table = t
		}
		if u, ok := c.update(t, e); ok {
			batch = append(batch, u)
		}
	}
	flush()
	if resp.IsProgressNotify() {
		rev = max(rev, resp.Header.Revision)
	}
	c.progress.advance(rev)
}

// owner is the table that a key belongs to, or nil.
func (c *Cache) owner(key string) *Table {
	set := c.tables.Load()
	for end := len(registry); ; {
		i := strings.IndexByte(key[min(end, len(key)):], '/')
		if i < 0 {
			return nil
		}
		end += i + 1
		if t := set.byPrefix[key[:end]]; t != nil {
			return t
		}
	}
}

func (c *Cache) update(t *Table, e *clientv3.Event) (update, bool) {
	if e.Type == clientv3.EventTypeDelete {
		return update{key: t.relative(string(e.Kv.Key)), rev: e.Kv.ModRevision}, true
	}
	native := Modified
	if e.IsCreate() {
		native = Added
	}
	return c.decode(t, e.Kv, native, true)
}

// decode makes an object of what etcd holds. What is no object is said in the
// log and otherwise ignored: one bad value must not stop the rest.
func (c *Cache) decode(t *Table, kv *mvccpb.KeyValue, native EventType, just bool) (update, bool) {
	value := kv.Value
	if t.res.Decrypt != nil {
		plain, err := t.res.Decrypt(string(kv.Key), value)
		if err != nil {
			c.log.Error("a stored object cannot be decrypted", "key", string(kv.Key), "error", err)
			return update{}, false
		}
		value = plain
	}
	key := t.relative(string(kv.Key))
	stale := false
	if t.res.Refresh != nil {
		if now := t.res.Refresh(value, just); now != nil {
			value, stale = now, true
		}
	}
	o := newObject(t, key, value, kv.ModRevision, native)
	if o != nil {
		o.stale = stale
	}
	if o == nil {
		c.log.Error("a stored value is no JSON object", "key", string(kv.Key))
		return update{}, false
	}
	return update{key: key, rev: kv.ModRevision, obj: o}, true
}

// Add begins to serve a resource; what etcd has of it is loaded. A resource of
// the same name is replaced and its watches end.
func (c *Cache) Add(ctx context.Context, res Resource) (*Table, error) {
	c.feeding.Lock()
	defer c.feeding.Unlock()
	t := newTable(c, res)
	if rev := c.Revision(); rev > 0 {
		var found []*Object
		_, err := c.readAll(ctx, res.Prefix, rev, func(updates []update) {
			for _, u := range updates {
				found = append(found, u.obj)
			}
		}, func(string) *Table { return t })
		if err != nil {
			return nil, fmt.Errorf("load %s: %w", res.Name, err)
		}
		t.load(found, rev)
	}
	old := c.Table(res.Name)
	c.swap(func(set *tableSet) {
		if old != nil {
			delete(set.byPrefix, old.res.Prefix)
		}
		set.byName[res.Name], set.byPrefix[res.Prefix] = t, t
	})
	if old != nil {
		old.close(ErrClosed)
	}
	return t, nil
}

// Remove stops serving the resource of that name and ends its watches. What
// etcd has of it stays.
func (c *Cache) Remove(name string) {
	c.feeding.Lock()
	defer c.feeding.Unlock()
	t := c.Table(name)
	if t == nil {
		return
	}
	c.swap(func(set *tableSet) {
		delete(set.byName, name)
		delete(set.byPrefix, t.res.Prefix)
	})
	t.close(ErrClosed)
}

// swap changes a copy of the set of tables and makes it the set.
func (c *Cache) swap(change func(*tableSet)) {
	old := c.tables.Load()
	set := &tableSet{byName: map[string]*Table{}, byPrefix: map[string]*Table{}}
	for name, t := range old.byName {
		set.byName[name], set.byPrefix[t.res.Prefix] = t, t
	}
	change(set)
	c.tables.Store(set)
}
