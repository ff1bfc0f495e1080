package rest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
)

// TestTurns: no more heavy requests are at work than there are turns, light ones
// take none, and while others are asked the turn is somebody else's.
func TestTurns(t *testing.T) {
	var all sync.WaitGroup
	var working, most atomic.Int32
	for range 50 {
		all.Go(func() {
			tn := turn{heavy: true}
			defer tn.pass()
			if err := tn.take(t.Context()); err != nil {
				t.Error(err)
			}
			n := working.Add(1)
			for was := most.Load(); n > was && !most.CompareAndSwap(was, n); was = most.Load() {
			}
			working.Add(-1)
		})
	}
	all.Wait()
	if n := int(most.Load()); n > cap(turns) {
		t.Errorf("%d worked at once", n)
	}

	held := make([]turn, cap(turns))
	for i := range held {
		held[i].heavy = true
		if err := held[i].take(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	late, light := turn{heavy: true}, turn{}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := late.take(over); err == nil {
		t.Error("there was one turn too many")
	}
	if err := light.take(over); err != nil {
		t.Errorf("a light request: %v", err)
	}
	err := held[0].aside(t.Context(), func() error {
		err := late.take(t.Context())
		late.pass()
		return err
	})
	if err != nil || !held[0].taken {
		t.Errorf("a turn that was free for a while: %v", err)
	}
	for i := range held {
		held[i].pass()
	}
	if len(turns) != 0 {
		t.Errorf("%d turns were lost", len(turns))
	}
}
