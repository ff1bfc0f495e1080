// Package backlog holds the pods that still need a node: those to try now, in
// the order of their priority and then of their age; those that failed a
// moment ago and must wait; and those that fit nowhere, which are tried again
// only when something changes that could help them.
//
// It reads no clock: callers pass the time. It is not safe for concurrent use.
package backlog

import (
	"container/heap"
	"maps"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/scheduler/internal/cluster"
)

// Pauses after failures, doubling from the first to the longest.
const (
	FirstPause   = 1 * time.Second
	LongestPause = 10 * time.Second
)

// Entry is a waiting pod.
type Entry struct {
	Pod *cluster.Pod
	// Attempts is how often a node has been looked for.
	Attempts int
	// Refused are the names of the filters that refused it, while it is
	// parked. Only Blame adds to them.
	Refused map[string]bool

	since  time.Time // when it came, for the order
	due    time.Time // when its pause is over
	parked time.Time // when it was last found to fit nowhere
	// refusals counts how often that was, with no long time between.
	refusals int
	// kin are the parked entries that are refused or not together.
	kin string
	// leads is set on one that is tried for all of its kin.
	leads bool
	place place
	index int
}

// place is which of the parts an entry is in.
type place int

const (
	out place = iota
	active
	paused
	parked
	gated
)

// Backlog is all waiting pods.
type Backlog struct {
	entries map[meta.UID]*Entry
	// parked are the entries that each filter refused, by kin; "" has those
	// that nobody in particular did.
	parked map[string]map[string]entrySet
	// kin are all parked entries.
	kin map[string]entrySet
	// counts is how many entries are in each place; nobody asks about those that are out.
	counts [gated + 1]int
	active entryHeap
	paused entryHeap
	// Longest is after what time a parked pod is tried again even if nothing
	// happened that should help.
	Longest time.Duration
}

// New is an empty backlog.
func New() *Backlog {
	b := &Backlog{entries: map[meta.UID]*Entry{}, parked: map[string]map[string]entrySet{}, kin: map[string]entrySet{}, Longest: 5 * time.Minute}
	b.active.before = func(x, y *Entry) bool {
		if x.Pod.Priority != y.Pod.Priority {
			return x.Pod.Priority > y.Pod.Priority
		}
		return x.since.Before(y.since)
	}
	b.paused.before = func(x, y *Entry) bool { return x.due.Before(y.due) }
	return b
}

// Set adds a pod, or tells of its change. A waiting pod is tried again when
// what it asks for has changed (asks), not when merely its status has.
func (b *Backlog) Set(p *cluster.Pod, asks bool, now time.Time) {
	e := b.entries[p.UID]
	if e == nil {
		e = &Entry{Pod: p, since: now}
		b.entries[p.UID] = e
		b.put(e, startOf(p))
		return
	}
	old := e.Pod
	e.Pod = p
	if asks {
		b.follow(e, now) // it is none of them any more
	}
	switch {
	case !asks || e.place == out:
	case e.place == parked || e.place == gated:
		b.put(e, startOf(p))
	case e.place == active && old.Priority != p.Priority:
		heap.Fix(&b.active, e.index)
	}
}

// startOf is where a new pod begins: one with scheduling gates is not tried.
func startOf(p *cluster.Pod) place {
	if len(p.Spec.SchedulingGates) > 0 {
		return gated
	}
	return active
}

// Remove takes a pod out, whatever it waits for, and says whether it was in.
func (b *Backlog) Remove(uid meta.UID, now time.Time) bool {
	e := b.entries[uid]
	if e == nil {
		return false
	}
	if e.place != out {
		b.follow(e, now) // it ends untried
	}
	b.put(e, out)
	delete(b.entries, uid)
	return true
}

// Has says whether a pod waits.
func (b *Backlog) Has(uid meta.UID) bool { return b.entries[uid] != nil }

// put moves e to another part.
func (b *Backlog) put(e *Entry, to place) {
	switch e.place {
	case active:
		heap.Remove(&b.active, e.index)
	case paused:
		heap.Remove(&b.paused, e.index)
	case parked:
		take(b.kin, e)
		for _, f := range refusers(e) {
			take(b.parked[f], e)
		}
	}
	b.counts[e.place]--
	b.counts[to]++
	e.place = to
	switch to {
	case active:
		heap.Push(&b.active, e)
	case paused:
		heap.Push(&b.paused, e)
	case parked:
		give(b.kin, e)
		for _, f := range refusers(e) {
			b.blame(e, f)
		}
	}
}

// Pop takes the next pod to try; it must come back by Park or Pause, or be
// removed. When there is none, wait is how long until there may be.
func (b *Backlog) Pop(now time.Time) (e *Entry, wait time.Duration) {
	for len(b.paused.entries) > 0 && !b.paused.entries[0].due.After(now) {
		b.put(b.paused.entries[0], active)
	}
	if len(b.active.entries) > 0 {
		e = b.active.entries[0]
		b.put(e, out)
		e.Attempts++
		return e, 0
	}
	wait = time.Minute
	if len(b.paused.entries) > 0 {
		wait = min(wait, b.paused.entries[0].due.Sub(now))
	}
	return nil, wait
}

// Pause has e tried again after a while: something went wrong that may not
// last.
func (b *Backlog) Pause(e *Entry, now time.Time) {
	e.due = now.Add(pauseAfter(e.Attempts))
	b.put(e, paused)
}

// Park keeps e until something happens that those filters look at. It is tried
// again at once then; only one that is refused again and again within a short
// while has to pause in between.
func (b *Backlog) Park(e *Entry, refused map[string]bool, now time.Time) {
	if now.Sub(e.parked) > LongestPause {
		e.refusals = 0
	}
	e.Refused, e.parked, e.due = refused, now, now
	if e.refusals++; e.refusals > freeRefusals {
		e.due = now.Add(pauseAfter(e.refusals - freeRefusals))
	}
	e.leads = false // what it learned holds for its kin
	if e.kin = e.Pod.Class(); e.kin == "" {
		e.kin = string(e.Pod.UID)
	}
	b.put(e, parked)
}

// freeRefusals is how often in a row a pod may be refused before it must pause.
const freeRefusals = 5

// pauseAfter is how long to wait after that many attempts.
func pauseAfter(attempts int) time.Duration {
	d := FirstPause
	for ; attempts > 1 && d < LongestPause; attempts-- {
		d *= 2
	}
	return min(d, LongestPause)
}

// refusers are where a parked entry is found.
func refusers(e *Entry) []string {
	if len(e.Refused) == 0 {
		return []string{""}
	}
	return slices.Collect(maps.Keys(e.Refused))
}

// entrySet is a set of entries.
type entrySet map[*Entry]bool

func give(sets map[string]entrySet, e *Entry) {
	if sets[e.kin] == nil {
		sets[e.kin] = entrySet{}
	}
	sets[e.kin][e] = true
}

func take(sets map[string]entrySet, e *Entry) {
	if delete(sets[e.kin], e); len(sets[e.kin]) == 0 {
		delete(sets, e.kin)
	}
}

func (b *Backlog) blame(e *Entry, filter string) {
	if b.parked[filter] == nil {
		b.parked[filter] = map[string]entrySet{}
	}
	give(b.parked[filter], e)
}

// Blame notes that one more filter refuses a parked pod, and so all its kin.
func (b *Backlog) Blame(e *Entry, filter string) {
	if len(e.Refused) == 0 || e.Refused[filter] {
		return
	}
	for other := range b.kin[e.kin] {
		if len(other.Refused) > 0 && !other.Refused[filter] {
			other.Refused[filter] = true
			b.blame(other, filter)
		}
	}
}

// Wake has those of the parked pods tried again that one of the filters
// refused and that freed says yes to, and says whether there are any. Those
// whose pause is not over yet wait for that.
//
// Of pods that cannot be told apart freed is asked about one, and one is tried:
// when that is refused, so are the others, and when it is placed, Placed has
// the next one tried.
func (b *Backlog) Wake(now time.Time, filters []string, freed func(e *Entry) bool) bool {
	woken := false
	for kin := range b.parked[""] {
		woken = b.lead(kin, now) || woken
	}
	for _, f := range filters {
		for kin, set := range b.parked[f] {
			for e := range set {
				if freed(e) {
					woken = b.lead(kin, now) || woken
				}
				break
			}
		}
	}
	return woken
}

// lead has the first of a kin tried for all.
func (b *Backlog) lead(kin string, now time.Time) bool {
	var first *Entry
	for e := range b.kin[kin] {
		if first == nil || e.goesBefore(first, now) {
			first = e
		}
	}
	if first == nil {
		return false
	}
	first.leads = true
	b.unpark(first, now)
	return true
}

// goesBefore prefers those that need not pause, and then the oldest.
func (e *Entry) goesBefore(o *Entry, now time.Time) bool {
	if x, y := e.due.After(now), o.due.After(now); x != y {
		return y
	} else if x && !e.due.Equal(o.due) {
		return e.due.Before(o.due)
	}
	return e.since.Before(o.since)
}

// follow has the next of a kin tried, when e was tried for them and they may do
// better than it.
func (b *Backlog) follow(e *Entry, now time.Time) {
	if e.leads {
		e.leads = false
		b.lead(e.kin, now)
	}
}

// Placed says that a pod in hand was given a node, or others were pushed out
// for it: there may be room for more of its kind.
func (b *Backlog) Placed(e *Entry, now time.Time) { b.follow(e, now) }

// Retry has a pod that is parked, or waits for its pause to end, tried again at
// once. It says whether there is such a pod.
func (b *Backlog) Retry(uid meta.UID) bool {
	e := b.entries[uid]
	if e == nil || e.place != parked && e.place != paused {
		return false
	}
	b.put(e, active)
	return true
}

// unpark has e tried, after its pause.
func (b *Backlog) unpark(e *Entry, now time.Time) {
	if e.due.After(now) {
		b.put(e, paused)
		return
	}
	b.put(e, active)
}

// WakeOld has the pods tried again that have been parked for Longest.
func (b *Backlog) WakeOld(now time.Time) {
	for _, e := range b.entries {
		if e.place == parked && now.Sub(e.parked) >= b.Longest {
			b.put(e, active)
		}
	}
}

// Counts is how many pods are to be tried now, wait for a pause to end, fit
// nowhere, and are gated.
func (b *Backlog) Counts() (toTry, pausing, unschedulable, gates int) {
	return b.counts[active], b.counts[paused], b.counts[parked], b.counts[gated]
}

// entryHeap is a heap of entries that know their place in it.
type entryHeap struct {
	entries []*Entry
	before  func(x, y *Entry) bool
}

func (h *entryHeap) Len() int           { return len(h.entries) }
func (h *entryHeap) Less(i, j int) bool { return h.before(h.entries[i], h.entries[j]) }
func (h *entryHeap) Swap(i, j int) {
	h.entries[i], h.entries[j] = h.entries[j], h.entries[i]
	h.entries[i].index, h.entries[j].index = i, j
}
func (h *entryHeap) Push(x any) {
	e := x.(*Entry)
	e.index = len(h.entries)
	h.entries = append(h.entries, e)
}
func (h *entryHeap) Pop() any {
	last := len(h.entries) - 1
	e := h.entries[last]
	h.entries[last] = nil
	h.entries = h.entries[:last]
	return e
}
