// Package store writes objects to etcd, one transaction per write.
//
// It knows keys and bytes and nothing of kinds: the REST layer hands it the
// canonical JSON of an object without metadata.resourceVersion, and gets back
// the etcd revision, which is that version. Every write compares what it
// expects to replace, so no update is ever lost; when the comparison fails the
// error carries what is there instead, so that the caller can try again
// without another read. Reads go through package cache; Get is for the few
// places that must ask etcd itself.
//
// Start with Create; errors.go says what can go wrong, claim.go how a write
// takes an address, a port or a quota along in the same transaction.
package store

import (
	"context"
	"sync/atomic"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// MaxValue is the largest object that is accepted, in bytes. It stays under
// etcd's limit for a request, so the error comes from us and names the object.
const MaxValue = 3 << 20

// Store writes keys under one etcd client. It is safe for concurrent use.
type Store struct {
	kv     clientv3.KV
	leases *leases
	last   atomic.Int64
}

// New returns a store that writes through c.
func New(c *clientv3.Client) *Store {
	return &Store{kv: c.KV, leases: newLeases(c.Lease)}
}

// LastRevision is the highest revision that a write of this store was
// acknowledged with. Where this process is etcd's only writer, a cache that
// has reached it is current.
func (s *Store) LastRevision() int64 { return s.last.Load() }

// Create writes value at key, which must not exist, and returns the revision.
// With a ttl over zero etcd removes the key after that time, give or take a
// minute. The ops happen in the same transaction or not at all.
// Errors: *ExistsError, *ClaimedError, *SwapError, and those of any request.
func (s *Store) Create(ctx context.Context, key string, value []byte, ttl time.Duration, ops ...Op) (int64, error) {
	return s.put(ctx, key, value, 0, ttl, ops)
}

// Update replaces the value at key if its revision is still expect, and
// returns the new revision. A ttl starts anew; zero means no expiry.
// Errors: *NotFoundError, *ConflictError, *ClaimedError, *SwapError, and those
// of any request.
func (s *Store) Update(ctx context.Context, key string, value []byte, expect int64, ttl time.Duration, ops ...Op) (int64, error) {
	return s.put(ctx, key, value, expect, ttl, ops)
}

func (s *Store) put(ctx context.Context, key string, value []byte, expect int64, ttl time.Duration, ops []Op) (int64, error) {
	if len(value) > MaxValue {
		return 0, &TooLargeError{Key: key, Size: len(value)}
	}
	var opts []clientv3.OpOption
	if ttl > 0 {
		lease, err := s.leases.get(ctx, ttl)
		if err != nil {
			return 0, translate("write", key, err)
		}
		opts = append(opts, clientv3.WithLease(lease))
	}
	write := clientv3.OpPut(key, "", opts...)
	write.WithValueBytes(value) // a string would be copied, twice
	return s.commit(ctx, key, expect, write, ops)
}

// Delete removes key if its revision is still expect, and returns the revision
// of the deletion. Errors: *NotFoundError, *ConflictError, and those of any
// request.
func (s *Store) Delete(ctx context.Context, key string, expect int64, ops ...Op) (int64, error) {
	return s.commit(ctx, key, expect, clientv3.OpDelete(key), ops)
}

// commit runs one transaction: write if key's revision is expect (zero: it
// does not exist) and every op's condition holds.
func (s *Store) commit(ctx context.Context, key string, expect int64, write clientv3.Op, ops []Op) (int64, error) {
	conditions := []clientv3.Cmp{clientv3.Compare(clientv3.ModRevision(key), "=", expect)}
	then := []clientv3.Op{write}
	otherwise := []clientv3.Op{clientv3.OpGet(key)}
	for _, op := range ops {
		if cond, ok := op.condition(); ok {
			conditions = append(conditions, cond)
			otherwise = append(otherwise, clientv3.OpGet(op.key))
		}
		then = append(then, op.do())
	}
	resp, err := s.kv.Txn(ctx).If(conditions...).Then(then...).Else(otherwise...).Commit()
	if err != nil {
		return 0, translate("write", key, err)
	}
	if !resp.Succeeded {
		return 0, refused(key, expect, resp, ops)
	}
	s.acknowledge(resp.Header.Revision)
	return resp.Header.Revision, nil
}

// acknowledge raises LastRevision to rev.
func (s *Store) acknowledge(rev int64) {
	for {
		last := s.last.Load()
		if rev <= last || s.last.CompareAndSwap(last, rev) {
			return
		}
	}
}

// Get reads key from etcd, linearizably. Errors: *NotFoundError, and those of
// any request.
func (s *Store) Get(ctx context.Context, key string) (value []byte, rev int64, err error) {
	resp, err := s.kv.Get(ctx, key)
	if err != nil {
		return nil, 0, translate("read", key, err)
	}
	if len(resp.Kvs) == 0 {
		return nil, 0, &NotFoundError{Key: key}
	}
	return resp.Kvs[0].Value, resp.Kvs[0].ModRevision, nil
}
