package event

import (
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Limits of what one recorder sends.
const (
	// memory is how many different events are remembered, and window for how
	// long one that does not repeat is.
	memory = 4096
	window = 10 * time.Minute
	// similar is how many events that differ in nothing but their message make
	// them be counted as one, as long as no window passes without another.
	similar = 10
	// burst and refill bound what is sent about one object: 25 at once, and
	// then one in five minutes.
	burst  = 25
	refill = 5 * time.Minute
	// combined begins the message of those that were counted as one.
	combined = "(combined from similar events): "
)

// subject is whom an event is about, and who tells.
type subject struct {
	source core.EventSource
	object core.ObjectReference
}

// about is what an event says and of what, without the wording. The parts of an
// object, such as its containers, are one.
type about struct {
	subject
	kind, reason string
}

// exact is about with the wording, and with the part of the object.
type exact struct {
	about
	part, message string
}

// record is an event that was sent and what has been counted on it.
type record struct {
	name  string
	first meta.Time
	count int32
	last  time.Time
	sent  bool // the server has it
}

// family counts the different messages of one about.
type family struct {
	messages map[string]bool
	last     time.Time
}

// bucket holds the right to send about one object.
type bucket struct {
	tokens float64
	at     time.Time
}

// aggregator remembers what was sent. It belongs to one goroutine.
type aggregator struct {
	records  map[exact]*record
	families map[about]*family
	buckets  map[subject]*bucket
}

func newAggregator() *aggregator {
	return &aggregator{
		records: map[exact]*record{}, families: map[about]*family{}, buckets: map[subject]*bucket{},
	}
}

func keyOf(e *core.Event) exact {
	object := e.InvolvedObject
	part := object.FieldPath
	object.ResourceVersion, object.FieldPath = "", ""
	return exact{about{subject{e.Source, object}, e.Type, e.Reason}, part, e.Message}
}

// admit says what to send for e: nil for nothing, otherwise e with its count;
// sent is true when it is to be a change of one that the server has.
func (a *aggregator) admit(e *core.Event, now time.Time) (_ *core.Event, sent bool) {
	a.prune(now)
	key := keyOf(e)
	if a.tooMany(key, now) {
		e.Message = combined + e.Message
		key.part, key.message = "", "" // all of them are one from here on
	}
	r := a.records[key]
	if r == nil || now.Sub(r.last) > window {
		r = &record{name: e.Name, first: e.FirstTimestamp}
		a.records[key] = r
	}
	// What is not sent is counted all the same: the next one tells of it.
	r.count++
	r.last = now
	if !a.pay(key.subject, now) {
		return nil, false
	}
	e.Name, e.FirstTimestamp, e.Count = r.name, r.first, r.count
	sent, r.sent = r.sent, true
	return e, sent
}

// forget drops what is remembered of e, which did not arrive.
func (a *aggregator) forget(e *core.Event) {
	key := keyOf(e)
	if strings.HasPrefix(e.Message, combined) {
		key.part, key.message = "", ""
	}
	delete(a.records, key)
}

// tooMany says whether key's message is one more than are sent apart.
func (a *aggregator) tooMany(key exact, now time.Time) bool {
	f := a.families[key.about]
	if f == nil || now.Sub(f.last) > window {
		f = &family{messages: map[string]bool{}}
		a.families[key.about] = f
	}
	f.last = now
	if len(f.messages) < similar-1 {
		f.messages[key.message] = true
	}
	return !f.messages[key.message]
}

// pay takes a token for the object's, if there is one.
func (a *aggregator) pay(whom subject, now time.Time) bool {
	b := a.buckets[whom]
	if b == nil {
		b = &bucket{tokens: burst, at: now}
		a.buckets[whom] = b
	}
	b.tokens = min(burst, b.tokens+now.Sub(b.at).Seconds()/refill.Seconds())
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// prune drops what is old when there is too much of it, and all when that
// does not help: the price is an event that is not counted up.
func (a *aggregator) prune(now time.Time) {
	if len(a.records) < memory && len(a.buckets) < memory && len(a.families) < memory {
		return
	}
	for k, r := range a.records {
		if now.Sub(r.last) > window {
			delete(a.records, k)
		}
	}
	for k, f := range a.families {
		if now.Sub(f.last) > window {
			delete(a.families, k)
		}
	}
	for k, b := range a.buckets {
		if now.Sub(b.at) > window {
			delete(a.buckets, k)
		}
	}
	if len(a.records) >= memory || len(a.buckets) >= memory || len(a.families) >= memory {
		*a = *newAggregator()
	}
}
