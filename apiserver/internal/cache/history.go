package cache

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc/metadata"
)

// A watch may begin at a revision that the log does not go back to: the server
// has been started again, or much has happened. What is missing is then asked
// of etcd, which keeps some minutes, so that the client goes on where it was
// instead of listing everything anew.

// historyMost is how many changes a watch may be told of in that way. Beyond
// it, a list is cheaper.
const historyMost = 10000

// historyWait bounds how long etcd may take.
const historyWait = 10 * time.Second

// historyStreams numbers the streams to etcd: each history has one of its own,
// whose progress is its own.
var historyStreams atomic.Int64

// history is what happened in the table after revision from, up to to.
// Errors: *ExpiredError when etcd has forgotten it too, or when it is too much.
func (t *Table) history(ctx context.Context, from, to int64) ([]*change, error) {
	ctx, cancel := context.WithTimeout(ctx, historyWait)
	defer cancel()
	c := t.cache
	ctx = metadata.AppendToOutgoingContext(ctx, "history", strconv.FormatInt(historyStreams.Add(1), 10))
	// Of a revision that etcd has compacted the deletions may be gone, so from
	// itself must still be there.
	events := c.watcher.Watch(ctx, t.res.Prefix, clientv3.WithPrefix(), clientv3.WithPrevKV(), clientv3.WithRev(from), clientv3.WithCreatedNotify())
	ask := time.NewTicker(20 * time.Millisecond)
	defer ask.Stop()
	var out []*change
	for {
		select {
		case <-ask.C: // a watch that has no event to tell of says only so how far it is
			if err := c.watcher.RequestProgress(ctx); err != nil {
				return nil, fmt.Errorf("etcd's history of %s: %w", t.res.Name, err)
			}
		case resp, ok := <-events:
			if !ok {
				return nil, fmt.Errorf("etcd's history of %s: %w", t.res.Name, context.Cause(ctx))
			}
			if resp.CompactRevision > 0 {
				return nil, tooOld(from, resp.CompactRevision)
			}
			if err := resp.Err(); err != nil {
				return nil, fmt.Errorf("etcd's history of %s: %w", t.res.Name, err)
			}
			for _, e := range resp.Events {
				if e.Kv.ModRevision > to {
					return out, nil
				}
				if e.Kv.ModRevision <= from {
					continue
				}
				if ch := t.past(e); ch != nil {
					out = append(out, ch)
				}
			}
			if len(out) > historyMost {
				return nil, tooOld(from, to)
			}
			if resp.IsProgressNotify() && resp.Header.Revision >= to {
				return out, nil
			}
		}
	}
}

// past is a change as etcd remembers it.
func (t *Table) past(e *clientv3.Event) *change {
	ch := &change{rev: e.Kv.ModRevision}
	ch.old.Store(true)
	if e.Type != clientv3.EventTypeDelete {
		native := Modified
		if e.IsCreate() {
			native = Added
		}
		ch.cur = t.pastObject(e.Kv, native)
	}
	if e.PrevKv != nil {
		ch.prev = t.pastObject(e.PrevKv, Modified)
	}
	if ch.cur == nil && ch.prev == nil {
		return nil
	}
	return ch
}

func (t *Table) pastObject(kv *mvccpb.KeyValue, native EventType) *Object {
	u, ok := t.cache.decode(t, kv, native, false)
	if !ok {
		return nil
	}
	u.obj.age()
	return u.obj
}

// resume opens a watch behind the log's end: with etcd's history first.
func (t *Table) resume(ctx context.Context, w *Watch, rev int64) error {
	for tries := 0; ; tries++ {
		t.mu.RLock()
		floor := t.log.floor
		t.mu.RUnlock()
		if rev < floor {
			past, err := t.history(ctx, rev, floor)
			if err != nil {
				return err
			}
			for _, c := range past {
				w.push(c)
			}
			rev = floor
		}
		err := t.open(w, rev, false)
		if _, expired := err.(*ExpiredError); !expired || tries == 3 {
			return err
		}
	}
}
