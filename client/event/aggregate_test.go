package event

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func happening(object, reason, message string, at time.Time) *core.Event {
	r := &Recorder{component: "test"}
	return r.event(core.ObjectReference{Kind: "Pod", Namespace: "default", Name: object, UID: meta.UID(object)}, "Normal", reason, message, at)
}

func TestRepeatsAreCounted(t *testing.T) {
	a := newAggregator()
	first, sent := a.admit(happening("web", "Pulled", "pulled it", start), start)
	if first == nil || sent {
		t.Fatalf("the first one: %v, already sent: %v", first, sent)
	}
	name := first.Name
	for i := range int32(5) {
		at := start.Add(time.Duration(i+1) * time.Minute)
		e, sent := a.admit(happening("web", "Pulled", "pulled it", at), at)
		if e == nil || !sent || e.Name != name || e.Count != i+2 {
			t.Fatalf("repeat %d: %+v, sent %v; want %s counted to %d", i, e, sent, name, i+2)
		}
		if !e.FirstTimestamp.Equal(start) || !e.LastTimestamp.Equal(at) {
			t.Errorf("repeat %d: from %v to %v", i, e.FirstTimestamp, e.LastTimestamp)
		}
	}
	later := start.Add(time.Hour)
	if e, sent := a.admit(happening("web", "Pulled", "pulled it", later), later); e == nil || sent || e.Count != 1 {
		t.Errorf("an hour later it is an event of its own, got %+v, sent %v", e, sent)
	}
}

func TestDifferentThingsAreApart(t *testing.T) {
	a := newAggregator()
	for _, e := range []*core.Event{
		happening("web", "Pulled", "one", start), happening("web", "Pulled", "two", start),
		happening("web", "Started", "one", start), happening("db", "Pulled", "one", start),
	} {
		if got, sent := a.admit(e, start); got == nil || sent {
			t.Errorf("%s %s: taken for a repeat", e.Reason, e.Message)
		}
	}
}

func TestManyWordingsBecomeOne(t *testing.T) {
	a := newAggregator()
	var created int
	var last *core.Event
	for i := range 20 {
		e, sent := a.admit(happening("web", "Failed", fmt.Sprintf("try %d failed", i), start), start)
		if e == nil {
			t.Fatalf("event %d was dropped", i)
		}
		if !sent {
			created++
		}
		last = e
	}
	if created != similar {
		t.Errorf("%d events were created, want %d", created, similar)
	}
	if last.Count != 11 || last.Message != "(combined from similar events): try 19 failed" {
		t.Errorf("the combined event: count %d, %q", last.Count, last.Message)
	}
}

func TestAFloodIsCut(t *testing.T) {
	a := newAggregator()
	admitted := 0
	for i := range 1000 {
		if e, _ := a.admit(happening("web", fmt.Sprint(i), "x", start), start); e != nil {
			admitted++
		}
	}
	if admitted != burst {
		t.Errorf("%d of 1000 were let through, want %d", admitted, burst)
	}
	if e, _ := a.admit(happening("db", "Pulled", "x", start), start); e == nil {
		t.Error("another object suffers from the flood")
	}
	later := start.Add(refill)
	if e, sent := a.admit(happening("web", "999", "x", later), later); e == nil || sent || e.Count != 2 {
		t.Errorf("after a while there must be room for one more, which tells of the one that was dropped: %+v, sent %v", e, sent)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	a := newAggregator()
	for i := range 3 * memory {
		a.admit(happening(fmt.Sprint(i), "Pulled", "x", start), start)
	}
	if len(a.records) > memory || len(a.buckets) > memory || len(a.families) > memory {
		t.Errorf("remembers %d events, %d objects; at most %d", len(a.records), len(a.buckets), memory)
	}
}

// TestSimilarUntilTheyStop: events that keep coming stay one, however long that
// takes; after ten quiet minutes they are told apart again.
func TestSimilarUntilTheyStop(t *testing.T) {
	a := newAggregator()
	at := start
	for i := range 40 {
		at = at.Add(6 * time.Minute)
		e, _ := a.admit(happening("web", "Failed", fmt.Sprintf("try %d failed", i), at), at)
		if got, want := strings.HasPrefix(e.Message, combined), i >= similar-1; got != want {
			t.Fatalf("event %d is combined: %v, want %v", i, got, want)
		}
	}
	at = at.Add(window + time.Second)
	if e, sent := a.admit(happening("web", "Failed", "try again", at), at); sent || e.Message != "try again" || e.Count != 1 {
		t.Errorf("after a pause: %+v, sent %v", e, sent)
	}
}

// TestWhoTellsAndOfWhat: what one component says does not hush another, and the
// containers of a pod are counted as one but told apart while they are few.
func TestWhoTellsAndOfWhat(t *testing.T) {
	a := newAggregator()
	of := func(part, component string) *core.Event {
		e := happening("web", "BackOff", "again", start)
		e.InvolvedObject.FieldPath, e.Source.Component = part, component
		return e
	}
	for _, e := range []*core.Event{of("a", "test"), of("b", "test"), of("a", "other")} {
		if got, sent := a.admit(e, start); got == nil || sent {
			t.Errorf("%+v is taken for a repeat", e)
		}
	}
	if len(a.families) != 2 {
		t.Errorf("%d families, want those of two components", len(a.families))
	}
}
