package store

import (
	"context"
	"errors"
	"fmt"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

var (
	// ErrNoSpace says that etcd takes no writes because its disk or its quota
	// is full. What is stored stays readable, and deletions still work.
	ErrNoSpace = errors.New("etcd is out of space: make room on its disk, or if its quota is full raise that, compact and disarm the NOSPACE alarm")
	// ErrUnavailable says that etcd did not answer. A write may or may not
	// have happened.
	ErrUnavailable = errors.New("etcd does not answer")
)

// ExistsError says that the key to create is there already.
type ExistsError struct {
	Key string
	// Current is the value that is there, Rev its revision.
	Current []byte
	Rev     int64
}

func (e *ExistsError) Error() string { return fmt.Sprintf("%s exists already", e.Key) }

// ConflictError says that the key was changed since the revision that the
// writer knew.
type ConflictError struct {
	Key string
	// Expected is the revision that the writer knew.
	Expected int64
	// Current is the value that is there, Rev its revision.
	Current []byte
	Rev     int64
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s was changed: it is at revision %d, not %d", e.Key, e.Rev, e.Expected)
}

// NotFoundError says that the key does not exist.
type NotFoundError struct{ Key string }

func (e *NotFoundError) Error() string { return fmt.Sprintf("%s does not exist", e.Key) }

// ClaimedError says that a claim of the write is somebody's already.
type ClaimedError struct {
	Key string
	// Owner is who has it.
	Owner string
}

func (e *ClaimedError) Error() string { return fmt.Sprintf("%s is claimed by %s", e.Key, e.Owner) }

// SwapError says that what a write replaces beside its own key was changed.
type SwapError struct {
	Key string
	// Current is the value that is there, Rev its revision; zero when nothing is.
	Current []byte
	Rev     int64
}

func (e *SwapError) Error() string {
	return fmt.Sprintf("%s was changed: it is at revision %d", e.Key, e.Rev)
}

// TooLargeError says that an object is over MaxValue.
type TooLargeError struct {
	Key string
	// Size is the length of the value in bytes.
	Size int
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%s has %d bytes: at most %d can be stored", e.Key, e.Size, MaxValue)
}

// refused tells why a transaction's conditions did not hold, from what its
// other branch read: first the key, then each op that has a condition.
func refused(key string, expect int64, resp *clientv3.TxnResponse, ops []Op) error {
	got := resp.Responses[0].GetResponseRange().Kvs
	switch {
	case len(got) == 0 && expect != 0:
		return &NotFoundError{Key: key}
	case len(got) == 1 && expect == 0:
		return &ExistsError{Key: key, Current: got[0].Value, Rev: got[0].ModRevision}
	case len(got) == 1 && got[0].ModRevision != expect:
		return &ConflictError{Key: key, Expected: expect, Current: got[0].Value, Rev: got[0].ModRevision}
	}
	next := 1
	for _, op := range ops {
		if _, ok := op.condition(); !ok {
			continue
		}
		kvs := resp.Responses[next].GetResponseRange().Kvs
		switch {
		case op.claim && len(kvs) == 1:
			return &ClaimedError{Key: op.key, Owner: string(kvs[0].Value)}
		case op.swap != 0 && len(kvs) == 0:
			return &SwapError{Key: op.key}
		case op.swap != 0 && kvs[0].ModRevision != op.swap:
			return &SwapError{Key: op.key, Current: kvs[0].Value, Rev: kvs[0].ModRevision}
		}
		next++
	}
	return fmt.Errorf("write %s: etcd refused the transaction although its conditions hold", key)
}

// translate makes etcd's errors those of this package; a cancelled context
// stays what it is.
func translate(verb, key string, err error) error {
	switch {
	case errors.Is(err, rpctypes.ErrNoSpace):
		return fmt.Errorf("%s %s: %w", verb, key, ErrNoSpace)
	case errors.Is(err, rpctypes.ErrRequestTooLarge):
		return &TooLargeError{Key: key, Size: MaxValue + 1}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s %s: %w", verb, key, err)
	case unanswered(err):
		return fmt.Errorf("%s %s: %w (%v)", verb, key, ErrUnavailable, err)
	}
	return fmt.Errorf("%s %s: %w", verb, key, err)
}

// unanswered says whether err means that no member could take the request.
func unanswered(err error) bool {
	var e rpctypes.EtcdError
	if errors.As(err, &e) {
		return e.Code() == codes.Unavailable
	}
	code := status.Code(err)
	return code == codes.Unavailable || code == codes.DeadlineExceeded
}
