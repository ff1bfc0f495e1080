package queue

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// get fails the test when there is no key, without waiting for one.
func get(t *testing.T, q *Queue[string], want string) {
	t.Helper()
	if q.Len() == 0 {
		t.Fatalf("the queue is empty, want %q", want)
	}
	if got, ok := q.Get(); !ok || got != want {
		t.Fatalf("got %q, %v; want %q", got, ok, want)
	}
}

func TestOnceHoweverOftenAdded(t *testing.T) {
	q := New[string](Options{})
	q.Add("a")
	q.Add("b")
	q.Add("a")
	get(t, q, "a")
	get(t, q, "b")
	if q.Len() != 0 {
		t.Errorf("%d keys left", q.Len())
	}
}

func TestNotInTwoHands(t *testing.T) {
	q := New[string](Options{})
	q.Add("a")
	get(t, q, "a")
	q.Add("a")
	q.Add("a")
	if q.Len() != 0 {
		t.Fatal("a key that is worked on was handed out again")
	}
	q.Done("a")
	get(t, q, "a")
	q.Done("a")
	if q.Len() != 0 {
		t.Error("added twice while worked on, the key came twice")
	}
}

func TestBackOffDoubles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New[string](Options{FirstDelay: 100 * time.Millisecond, MaxDelay: time.Second})
		for _, want := range []time.Duration{100, 200, 400, 800, 1000, 1000} {
			began := time.Now()
			q.AddRateLimited("a")
			if _, ok := q.Get(); !ok {
				t.Fatal("shut down")
			}
			q.Done("a")
			want *= time.Millisecond
			if took := time.Since(began); took > want || took < want*9/10 {
				t.Errorf("waited for %v, want %v less a tenth at most", took, want)
			}
		}
		if q.Failures("a") != 6 || q.Failures("b") != 0 {
			t.Errorf("failures: a %d, b %d; want 6 and 0", q.Failures("a"), q.Failures("b"))
		}
		q.Forget("a")
		began := time.Now()
		q.AddRateLimited("a")
		q.Get()
		if took := time.Since(began); took > 100*time.Millisecond {
			t.Errorf("forgotten, but waited for %v", took)
		}
	})
}

func TestAddAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New[string](Options{})
		began := time.Now()
		q.AddAfter("late", 3*time.Second)
		q.AddAfter("early", 2*time.Second)
		q.AddAfter("late", time.Second) // the shorter one counts
		q.AddAfter("late", time.Minute)
		for _, want := range []struct {
			key string
			at  time.Duration
		}{{"late", time.Second}, {"early", 2 * time.Second}} {
			key, _ := q.Get()
			if at := time.Since(began); key != want.key || at != want.at {
				t.Errorf("got %s after %v, want %s after %v", key, at, want.key, want.at)
			}
			q.Done(key)
		}
		time.Sleep(time.Hour)
		if q.Len() != 0 {
			t.Error("a longer delay of the same key was kept")
		}
		q.AddAfter("now", 0)
		get(t, q, "now")
	})
}

func TestShutDownEndsGet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := New[string](Options{})
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if key, ok := q.Get(); ok {
					t.Errorf("got %q from a queue that was shut down", key)
				}
			})
		}
		synctest.Wait()
		q.AddAfter("later", time.Second)
		q.ShutDown()
		q.ShutDown()
		wg.Wait()
		q.Add("a")
		if q.Len() != 0 {
			t.Error("took a key after it was shut down")
		}
	})
}

// TestManyWorkers: each change is looked at, and no key by two at once.
func TestManyWorkers(t *testing.T) {
	q := New[int](Options{})
	const keys, rounds, workers = 50, 200, 8
	var mu sync.Mutex
	added, seen, busy := map[int]int{}, map[int]int{}, map[int]bool{}
	var adders, handlers sync.WaitGroup
	for range workers {
		handlers.Go(func() {
			for {
				k, ok := q.Get()
				if !ok {
					return
				}
				mu.Lock()
				if busy[k] {
					t.Errorf("key %d is in two hands", k)
				}
				busy[k] = true
				seen[k] = added[k]
				mu.Unlock()
				mu.Lock()
				busy[k] = false
				mu.Unlock()
				q.Done(k)
			}
		})
	}
	for range 4 {
		adders.Go(func() {
			for i := range keys * rounds {
				mu.Lock()
				added[i%keys]++
				mu.Unlock()
				q.Add(i % keys)
			}
		})
	}
	adders.Wait()
	caughtUp := func() bool {
		mu.Lock()
		defer mu.Unlock()
		for k, n := range added {
			if seen[k] != n || busy[k] {
				return false
			}
		}
		return true
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); !caughtUp(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("added %v, last seen %v", added, seen)
		}
	}
	q.ShutDown()
	handlers.Wait()
}
