package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/pilothouse/pilothouse/apiserver/internal/etcd/etcdtest"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
)

func open(t *testing.T) (*store.Store, *clientv3.Client) {
	client := etcdtest.Start(t).Client()
	return store.New(client), client
}

func TestCreateUpdateDelete(t *testing.T) {
	s, _ := open(t)
	ctx := t.Context()
	first, err := s.Create(ctx, "/registry/a", []byte("one"), 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Create(ctx, "/registry/a", []byte("two"), 0)
	var exists *store.ExistsError
	if !errors.As(err, &exists) || string(exists.Current) != "one" || exists.Rev != first {
		t.Errorf("a second create gives %#v", err)
	}
	second, err := s.Update(ctx, "/registry/a", []byte("two"), first, 0)
	if err != nil || second <= first {
		t.Fatalf("update: %d, %v", second, err)
	}
	_, err = s.Update(ctx, "/registry/a", []byte("three"), first, 0)
	var conflict *store.ConflictError
	if !errors.As(err, &conflict) || string(conflict.Current) != "two" || conflict.Rev != second {
		t.Errorf("a stale update gives %#v", err)
	}
	if _, err = s.Delete(ctx, "/registry/a", first); !errors.As(err, &conflict) || conflict.Rev != second {
		t.Errorf("a stale delete gives %#v", err)
	}
	value, rev, err := s.Get(ctx, "/registry/a")
	if err != nil || string(value) != "two" || rev != second {
		t.Errorf("get: %s at %d, %v", value, rev, err)
	}
	third, err := s.Delete(ctx, "/registry/a", second)
	if err != nil || third <= second || s.LastRevision() != third {
		t.Errorf("delete: %d, %v; last revision %d", third, err, s.LastRevision())
	}
	var missing *store.NotFoundError
	for what, err := range map[string]error{
		"get":    second3(s.Get(ctx, "/registry/a")),
		"update": second2(s.Update(ctx, "/registry/a", nil, second, 0)),
		"delete": second2(s.Delete(ctx, "/registry/a", second)),
	} {
		if !errors.As(err, &missing) {
			t.Errorf("%s of what is gone gives %#v", what, err)
		}
	}
	var large *store.TooLargeError
	if _, err := s.Create(ctx, "/registry/large", bytes.Repeat([]byte("x"), store.MaxValue+1), 0); !errors.As(err, &large) {
		t.Errorf("too large a value gives %v", err)
	}
	if _, err := s.Create(ctx, "/registry/large", bytes.Repeat([]byte("x"), store.MaxValue), 0); err != nil {
		t.Errorf("the largest value gives %v", err)
	}
}

func second2(_ int64, err error) error           { return err }
func second3(_ []byte, _ int64, err error) error { return err }

func TestClaims(t *testing.T) {
	s, _ := open(t)
	ctx := t.Context()
	claim := func(name, key string) error {
		_, err := s.Create(ctx, "/registry/"+name, []byte(name), 0, store.Claim("/claims/free", name), store.Claim(key, name))
		return err
	}
	if err := claim("a", "/claims/1"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Create(ctx, "/registry/b", []byte("b"), 0, store.Claim("/claims/other", "b"), store.Claim("/claims/1", "b")); err == nil {
		t.Fatal("a claim was given twice")
	} else if claimed := new(store.ClaimedError); !errors.As(err, &claimed) || claimed.Key != "/claims/1" || claimed.Owner != "a" {
		t.Errorf("a claim that is taken gives %#v", err)
	}
	var missing *store.NotFoundError
	for _, key := range []string{"/registry/b", "/claims/other"} {
		if _, _, err := s.Get(ctx, key); !errors.As(err, &missing) {
			t.Errorf("%s was written by a refused transaction", key)
		}
	}
	_, rev, err := s.Get(ctx, "/registry/a")
	if err != nil {
		t.Fatal(err)
	}
	rev, err = s.Update(ctx, "/registry/a", []byte("x"), rev, 0, store.Release("/claims/1", "somebody else"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Get(ctx, "/claims/1"); err != nil {
		t.Errorf("a release by another owner took the claim: %v", err)
	}
	if _, err = s.Delete(ctx, "/registry/a", rev, store.Release("/claims/1", "a")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Get(ctx, "/claims/1"); !errors.As(err, &missing) {
		t.Errorf("a released claim is still there")
	}
}

// What a write replaces beside its own key is compared as well: all is written
// or nothing.
func TestSwaps(t *testing.T) {
	s, _ := open(t)
	rev, err := s.Create(t.Context(), "/quota", []byte("0"), 0)
	if err != nil {
		t.Fatal(err)
	}
	both, err := s.Create(t.Context(), "/registry/a", []byte("a"), 0, store.Swap("/quota", []byte("1"), rev))
	if err != nil {
		t.Fatal(err)
	}
	if v, at, err := s.Get(t.Context(), "/quota"); err != nil || string(v) != "1" || at != both {
		t.Errorf("beside the write: %q at %d, %v; want 1 at %d", v, at, err, both)
	}
	var swap *store.SwapError
	if _, err = s.Create(t.Context(), "/registry/b", []byte("b"), 0, store.Swap("/quota", []byte("2"), rev)); !errors.As(err, &swap) || string(swap.Current) != "1" || swap.Rev != both {
		t.Errorf("a swap of an old value: %v", err)
	}
	if _, err = s.Create(t.Context(), "/registry/b", []byte("b"), 0, store.Swap("/none", []byte("2"), rev)); !errors.As(err, &swap) || swap.Rev != 0 {
		t.Errorf("a swap of nothing: %v", err)
	}
	var missing *store.NotFoundError
	if _, _, err := s.Get(t.Context(), "/registry/b"); !errors.As(err, &missing) {
		t.Errorf("what was refused is there: %v", err)
	}
}

// Increments by many writers, each retried on conflict, are all counted.
func TestNoUpdateIsLost(t *testing.T) {
	s, _ := open(t)
	rev, err := s.Create(t.Context(), "/registry/n", []byte("0"), 0)
	if err != nil {
		t.Fatal(err)
	}
	const writers, each = 8, 25
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			value, rev := []byte("0"), rev
			for done := 0; done < each; {
				var n int
				fmt.Sscan(string(value), &n)
				next := fmt.Append(nil, n+1)
				got, err := s.Update(t.Context(), "/registry/n", next, rev, 0)
				var conflict *store.ConflictError
				switch {
				case err == nil:
					value, rev, done = next, got, done+1
				case errors.As(err, &conflict):
					value, rev = conflict.Current, conflict.Rev
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if value, _, err := s.Get(t.Context(), "/registry/n"); err != nil || string(value) != fmt.Sprint(writers*each) {
		t.Errorf("counted %s, %v; want %d", value, err, writers*each)
	}
}

func TestLeasesAreShared(t *testing.T) {
	s, client := open(t)
	for i := range 10 {
		if _, err := s.Create(t.Context(), fmt.Sprintf("/registry/events/%d", i), []byte("e"), time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	leases, err := client.Leases(t.Context())
	if err != nil || len(leases.Leases) != 1 {
		t.Fatalf("%d leases for ten events, %v", len(leases.Leases), err)
	}
	live, err := client.TimeToLive(t.Context(), leases.Leases[0].ID, clientv3.WithAttachedKeys())
	if err != nil || len(live.Keys) != 10 || live.GrantedTTL < 3600 || live.GrantedTTL > 3660 {
		t.Errorf("the lease has %d keys and %d seconds, %v", len(live.Keys), live.GrantedTTL, err)
	}
}

func TestCancelledWrite(t *testing.T) {
	s, _ := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Create(ctx, "/registry/x", []byte("x"), 0); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled write gives %v", err)
	}
}
