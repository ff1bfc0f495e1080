package backlog

import (
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func pod(name string, priority int32) *cluster.Pod {
	p := &core.Pod{ObjectMeta: meta.ObjectMeta{Name: name, UID: meta.UID(name)}}
	p.Spec.Priority = &priority
	return cluster.NewPod(p)
}

// pop takes the next pod or fails; "" means that there must be none.
func pop(t *testing.T, b *Backlog, at time.Time, want string) *Entry {
	t.Helper()
	e, wait := b.Pop(at)
	switch {
	case e == nil && want != "":
		t.Fatalf("nothing to try, for %v; want %s", wait, want)
	case e != nil && e.Pod.Name != want:
		t.Fatalf("got %s, want %q", e.Pod.Name, want)
	}
	return e
}

func TestPriorityThenAge(t *testing.T) {
	b := New()
	b.Set(pod("old", 0), false, start)
	b.Set(pod("young", 0), false, start.Add(time.Second))
	b.Set(pod("important", 10), false, start.Add(2*time.Second))
	for _, want := range []string{"important", "old", "young", ""} {
		pop(t, b, start.Add(time.Minute), want)
	}
}

func TestAPriorityMayRise(t *testing.T) {
	b := New()
	b.Set(pod("a", 0), false, start)
	b.Set(pod("b", 0), false, start.Add(time.Second))
	b.Set(pod("b", 5), true, start)
	pop(t, b, start, "b")
}

func TestPausesDouble(t *testing.T) {
	b := New()
	b.Set(pod("a", 0), false, start)
	now := start
	for _, want := range []time.Duration{1, 2, 4, 8, 10, 10} {
		b.Pause(pop(t, b, now, "a"), now)
		if _, wait := b.Pop(now); wait != want*time.Second {
			t.Fatalf("paused for %v, want %v", wait, want*time.Second)
		}
		now = now.Add(want * time.Second)
	}
}

func always(*Entry) bool { return true }

func never(*Entry) bool { return false }

func TestOnlyWhatHelpsWakes(t *testing.T) {
	b := New()
	b.Set(pod("a", 0), false, start)
	b.Park(pop(t, b, start, "a"), map[string]bool{"Fit": true}, start)
	later := start.Add(time.Minute)
	b.Wake(later, []string{"Taints"}, always)
	pop(t, b, later, "")
	b.Wake(later, []string{"Taints", "Fit"}, never)
	pop(t, b, later, "")
	b.Wake(later, []string{"Taints", "Fit"}, always)
	pop(t, b, later, "a")
}

func TestBlame(t *testing.T) {
	b := New()
	b.Set(pod("a", 0), false, start)
	e := pop(t, b, start, "a")
	b.Park(e, map[string]bool{"Fit": true}, start)
	b.Blame(e, "Taints")
	b.Wake(start, []string{"Taints"}, always)
	pop(t, b, start, "a")
	b.Park(e, map[string]bool{"Fit": true}, start)
	b.Wake(start, []string{"Taints"}, always)
	pop(t, b, start, "")
}

// TestHelpIsTakenAtOnce: only a pod that is refused again and again has to
// pause, whatever happens, and only until it was left alone for a while.
func TestHelpIsTakenAtOnce(t *testing.T) {
	b := New()
	b.Set(pod("a", 0), false, start)
	now := start
	refuse := func() {
		t.Helper()
		b.Park(pop(t, b, now, "a"), map[string]bool{"Fit": true}, now)
	}
	for range freeRefusals {
		refuse()
		b.Wake(now, []string{"Fit"}, always)
	}
	refuse()
	b.Wake(now.Add(100*time.Millisecond), []string{"Fit"}, always)
	pop(t, b, now.Add(900*time.Millisecond), "")
	now = now.Add(time.Second)
	refuse()
	b.Wake(now, []string{"Fit"}, always)
	pop(t, b, now.Add(1900*time.Millisecond), "")
	now = now.Add(time.Minute)
	refuse()
	b.Wake(now, []string{"Fit"}, always)
	pop(t, b, now, "a")
}

func TestStatusAloneDoesNotWake(t *testing.T) {
	b := New()
	b.Set(pod("a", 0), false, start)
	b.Park(pop(t, b, start, "a"), map[string]bool{"Fit": true}, start)
	later := start.Add(time.Minute)
	b.Set(pod("a", 0), false, later)
	pop(t, b, later, "")
	b.Set(pod("a", 0), true, later)
	pop(t, b, later, "a")
}

func TestAPodInHandIsNotTwice(t *testing.T) {
	b := New()
	b.Set(pod("a", 0), false, start)
	e := pop(t, b, start, "a")
	b.Set(pod("a", 0), true, start)
	pop(t, b, start, "")
	b.Pause(e, start)
	pop(t, b, start.Add(time.Second), "a")
}

func TestGates(t *testing.T) {
	b := New()
	p := pod("a", 0)
	p.Spec.SchedulingGates = []core.PodSchedulingGate{{Name: "quota"}}
	b.Set(p, false, start)
	b.Wake(start, []string{"Fit"}, always)
	pop(t, b, start, "")
	if _, _, _, gates := b.Counts(); gates != 1 {
		t.Errorf("%d pods are gated, want 1", gates)
	}
	b.Set(pod("a", 0), true, start)
	pop(t, b, start, "a")
}

func TestOldOnesAreTriedAgain(t *testing.T) {
	b := New()
	b.Set(pod("a", 0), false, start)
	b.Park(pop(t, b, start, "a"), nil, start)
	b.WakeOld(start.Add(b.Longest - time.Second))
	pop(t, b, start.Add(b.Longest), "")
	b.WakeOld(start.Add(b.Longest))
	pop(t, b, start.Add(b.Longest), "a")
}

func TestRemove(t *testing.T) {
	b := New()
	for _, name := range []string{"active", "paused", "parked"} {
		b.Set(pod(name, 0), false, start)
		e := pop(t, b, start, name)
		switch name {
		case "paused":
			b.Pause(e, start)
		case "parked":
			b.Park(e, nil, start)
		}
		if !b.Remove(meta.UID(name), start) || b.Remove(meta.UID(name), start) || b.Has(meta.UID(name)) {
			t.Errorf("%s: not removed exactly once", name)
		}
	}
	b.Wake(start.Add(time.Hour), []string{"Fit"}, always)
	pop(t, b, start.Add(time.Hour), "")
}
