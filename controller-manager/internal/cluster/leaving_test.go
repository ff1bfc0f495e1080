package cluster

import (
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// TestMarked: what was deleted looks so before the cache shows it, and is
// forgotten when it does; the cache's own object is left alone.
func TestMarked(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	a, b := &core.Pod{}, &core.Pod{}
	a.UID, b.UID = "a", "b"
	var l Leaving
	l.set("a", true)
	out := l.Marked([]*core.Pod{a, b}, now)
	if out[0].DeletionTimestamp == nil || out[1].DeletionTimestamp != nil || a.DeletionTimestamp != nil {
		t.Errorf("marked %v and %v, the cache's is %v", out[0].DeletionTimestamp, out[1].DeletionTimestamp, a.DeletionTimestamp)
	}
	l.Seen(a, a) // a change that says nothing of it
	if l.Marked([]*core.Pod{a}, now)[0].DeletionTimestamp == nil {
		t.Error("forgotten too early")
	}
	gone := *a
	at := meta.NewTime(now)
	gone.DeletionTimestamp = &at
	l.Seen(a, &gone)
	l.set("b", true)
	l.Seen(b, nil)
	if len(l.uids) != 0 {
		t.Errorf("never forgotten: %v", l.uids)
	}
}
