package store

import (
	"context"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// A lease is shared by all keys of one ttl that are written within leaseWindow
// of each other, but by no more than leaseKeys of them: a lease per event
// would cost etcd more than the event, and one lease for very many makes their
// common end a stall.
const (
	leaseWindow = time.Minute
	leaseKeys   = 1000
)

// leases hands out shared leases.
type leases struct {
	api  clientv3.Lease
	now  func() time.Time
	mu   sync.Mutex
	open map[time.Duration]*sharedLease
}

type sharedLease struct {
	id    clientv3.LeaseID
	until time.Time
	left  int
}

func newLeases(api clientv3.Lease) *leases {
	return &leases{api: api, now: time.Now, open: map[time.Duration]*sharedLease{}}
}

// get returns a lease that lives for at least ttl and at most a window longer.
func (l *leases) get(ctx context.Context, ttl time.Duration) (clientv3.LeaseID, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.open[ttl]; s != nil && s.left > 0 && l.now().Before(s.until) {
		s.left--
		return s.id, nil
	}
	window := min(leaseWindow, ttl)
	granted, err := l.api.Grant(ctx, int64((ttl+window+time.Second-1)/time.Second))
	if err != nil {
		return 0, err
	}
	l.open[ttl] = &sharedLease{id: granted.ID, until: l.now().Add(window), left: leaseKeys - 1}
	return granted.ID, nil
}
