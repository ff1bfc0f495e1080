package etcd

import (
	"context"
	"errors"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// compactEvery is how long a revision stays readable at least: watches and
// paged lists older than the API server's memory resume from etcd that long.
const compactEvery = 5 * time.Minute

// compactLoop drops, every few minutes, the revisions that were past already
// the time before. Several API servers may do so at once: the later one finds
// the work done.
func (e *Etcd) compactLoop(ctx context.Context) {
	ticker := time.NewTicker(compactEvery)
	defer ticker.Stop()
	previous := e.revision(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := e.revision(ctx)
		if previous > 0 {
			e.compact(ctx, previous)
		}
		previous = now
	}
}

// revision is etcd's current revision, or zero if it does not answer.
func (e *Etcd) revision(ctx context.Context) int64 {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	resp, err := e.client.Get(ctx, "/registry/health", clientv3.WithCountOnly())
	if err != nil {
		return 0
	}
	return resp.Header.Revision
}

func (e *Etcd) compact(ctx context.Context, rev int64) {
	_, err := e.client.Compact(ctx, rev)
	if err != nil && !errors.Is(err, rpctypes.ErrCompacted) && ctx.Err() == nil {
		e.log.Warn("etcd was not compacted", "revision", rev, "error", err)
	}
}
