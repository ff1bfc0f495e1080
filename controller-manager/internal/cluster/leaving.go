package cluster

import (
	"context"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/client"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Leaving is the pods that were deleted and that a cache may still show as if
// nothing had happened. Its zero value is ready to use, by several goroutines.
type Leaving struct {
	mu   sync.Mutex
	uids map[meta.UID]bool
}

// Delete deletes p and keeps in mind that it goes. When the answer is lost, it
// asks what has become of p. A pod that is gone already is no error.
func (l *Leaving) Delete(ctx context.Context, c *client.Client, p *core.Pod) (deleted bool, err error) {
	l.set(p.UID, true)
	pods := client.Of[*core.Pod](c)
	err = pods.Delete(ctx, p.Namespace, p.Name, client.Preconditions(p.UID, ""))
	for err != nil && unsure(err) && ctx.Err() == nil {
		live, asked := pods.Get(ctx, p.Namespace, p.Name)
		switch {
		case client.IsNotFound(asked), asked == nil && (live.UID != p.UID || live.DeletionTimestamp != nil):
			return true, nil
		case asked == nil:
			l.set(p.UID, false)
			return false, err
		}
		select {
		case <-time.After(askAgain):
		case <-ctx.Done():
		}
	}
	switch {
	case err == nil:
		return true, nil
	case client.IsNotFound(err), client.IsConflict(err):
		return false, nil // it is gone, or a namesake has taken its place
	}
	l.set(p.UID, false)
	return false, err
}

// Seen takes note of a change of a pod in the cache.
func (l *Leaving) Seen(old, now *core.Pod) {
	if old != nil && (now == nil || now.UID != old.UID) {
		l.set(old.UID, false)
	}
	if now != nil && now.DeletionTimestamp != nil {
		l.set(now.UID, false)
	}
}

func (l *Leaving) set(uid meta.UID, leaving bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !leaving {
		delete(l.uids, uid)
		return
	}
	if l.uids == nil {
		l.uids = map[meta.UID]bool{}
	}
	l.uids[uid] = true
}

// Marked is pods as they will soon look: those that are leaving are being
// deleted.
func (l *Leaving) Marked(pods []*core.Pod, now time.Time) []*core.Pod {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.uids) == 0 {
		return pods
	}
	out := make([]*core.Pod, len(pods))
	for i, p := range pods {
		if out[i] = p; l.uids[p.UID] && p.DeletionTimestamp == nil {
			marked := *p
			at := meta.NewTime(now)
			marked.DeletionTimestamp = &at
			out[i] = &marked
		}
	}
	return out
}
