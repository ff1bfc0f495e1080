package cache

import (
	"context"
	"sync"

	"github.com/pilothouse/pilothouse/proto/selector"
)

// WatchOptions say what a watch should tell.
type WatchOptions struct {
	// Namespace and Name limit the watch; empty means all.
	Namespace, Name string
	// Labels and Fields select.
	Labels selector.Labels
	Fields selector.Fields
	// ResourceVersion is what the client has seen: it is told everything after
	// it. Empty or "0" means nothing.
	ResourceVersion string
	// SendInitialEvents asks for all objects as ADDED first (true) or for
	// changes only (false). Nil leaves it to ResourceVersion.
	SendInitialEvents *bool
	// Bookmarks asks for BOOKMARK events now and then, and after the initial
	// events.
	Bookmarks bool
	// Blueprint goes with the bookmark that ends the initial events: an empty
	// list of the kind as the client would get it, for those who make a list of
	// the events.
	Blueprint string
}

// A watch that falls this many events behind loses its queue and catches up
// from the log when it is read again. When the log has gone on as well, the
// watch ends and its client lists anew.
const queueLimit = 256

// Watch is an open watch. Next belongs to one goroutine; Close may be called
// from any.
type Watch struct {
	table   *Table
	want    matcher
	term    term
	termed  bool
	since   int64 // changes up to it are not told
	initial *cursor
	ahead   *Object // the next initial event
	// marks says that a bookmark is to follow the initial events.
	marks     bool
	blueprint string
	bookmarks bool
	startRev  int64
	signal    chan struct{}

	mu      sync.Mutex
	queue   []Event
	head    int
	lagging bool
	next    int64 // when lagging: the number of the change to go on from
	due     bool  // a bookmark is due
	err     error
}

// Watch opens a watch. Close it. Errors: *BadRequestError,
// *InvalidSelectorError, *ExpiredError, *TooNewError, the context's.
func (t *Table) Watch(ctx context.Context, o WatchOptions) (*Watch, error) {
	want, err := t.compile(o.Namespace, o.Name, o.Labels, o.Fields)
	if err != nil {
		return nil, err
	}
	rev, err := ParseRevision(o.ResourceVersion)
	if err != nil {
		return nil, err
	}
	initial := rev == 0
	if o.SendInitialEvents != nil {
		initial = *o.SendInitialEvents
	}
	if rev == 0 || initial {
		if err := t.cache.reach(ctx, o.ResourceVersion == "", rev); err != nil {
			return nil, err
		}
	}
	w := &Watch{
		table: t, want: want, bookmarks: o.Bookmarks, signal: make(chan struct{}, 1),
		marks: o.Bookmarks && initial && o.SendInitialEvents != nil, blueprint: o.Blueprint,
	}
	w.term, w.termed = want.watchTerm(t)
	err = t.open(w, rev, initial)
	if _, expired := err.(*ExpiredError); expired {
		w.since = rev
		err = t.resume(ctx, w, rev)
	}
	if err != nil {
		return nil, err
	}
	if w.initial != nil {
		w.ahead = w.initial.next()
	}
	return w, nil
}

// open places the watch in the table's history and lets events come.
func (t *Table) open(w *Watch, rev int64, initial bool) error {
	seen := t.cache.Revision()
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.closed:
		return ErrClosed
	case initial:
		snap := t.currentLocked()
		w.startRev = max(seen, snap.last)
		w.initial = t.walk(snap, w.want, "")
		w.next = t.log.next()
	case rev == 0:
		w.next = t.log.next()
	case rev < t.log.floor:
		return tooOld(rev, t.log.floor)
	default:
		w.since, w.lagging, w.next = rev, true, t.log.after(rev)
	}
	t.watches.add(w)
	return nil
}

// Next waits for the next event. It ends with *ExpiredError when the watch was
// too slow to be told everything, ErrClosed when the server ends it, or the
// context's error.
func (w *Watch) Next(ctx context.Context) (Event, error) {
	for {
		if o := w.ahead; o != nil {
			w.ahead = w.initial.next()
			w.table.did.initial.Add(1)
			return Event{Type: Added, Object: o, Rev: o.Rev, table: w.table}, nil
		}
		w.initial = nil // lets the snapshot go
		if w.marks {
			w.marks = false
			return Event{Type: Bookmark, Rev: w.startRev, InitialEnd: true, Blueprint: w.blueprint, table: w.table}, nil
		}
		if e, ok, err := w.take(); ok || err != nil {
			return e, err
		}
		select {
		case <-w.signal:
		case <-ctx.Done():
			return Event{}, ctx.Err()
		}
	}
}

// Pending says whether Next has an event at once: if not, it is time to flush.
func (w *Watch) Pending() bool {
	if w.ahead != nil || w.marks {
		return true
	}
	w.mu.Lock()
	if w.head == len(w.queue) && w.lagging {
		w.mu.Unlock()
		w.catchUp()
		w.mu.Lock()
	}
	defer w.mu.Unlock()
	return w.head < len(w.queue)
}

// take is Next without waiting.
func (w *Watch) take() (Event, bool, error) {
	seen := w.table.cache.Revision()
	w.mu.Lock()
	if w.head == len(w.queue) && w.lagging && w.err == nil {
		w.mu.Unlock()
		w.catchUp()
		w.mu.Lock()
	}
	defer w.mu.Unlock()
	if w.head < len(w.queue) {
		e := w.queue[w.head]
		w.queue[w.head] = Event{}
		w.head++
		if w.head == len(w.queue) {
			w.queue, w.head = w.queue[:0], 0
		}
		return e, true, nil
	}
	if w.err != nil {
		return Event{}, false, w.err
	}
	if w.due && !w.lagging {
		w.due = false
		if seen >= w.since {
			return Event{Type: Bookmark, Rev: seen, table: w.table}, true, nil
		}
	}
	return Event{}, false, nil
}

// catchUp fills the queue from the log.
func (w *Watch) catchUp() {
	t := w.table
	t.mu.RLock()
	defer t.mu.RUnlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.next < t.log.first {
		if w.err == nil {
			w.err = tooOld(w.since, t.log.floor)
			t.did.terminated.Add(1)
		}
		return
	}
	for end := t.log.next(); w.next < end; w.next++ {
		if len(w.queue)-w.head >= queueLimit {
			return
		}
		w.push(t.log.at(w.next))
	}
	w.lagging = false
}

// offer queues a change that has just happened, if the watch wants it.
func (w *Watch) offer(c *change, number int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.lagging:
		return
	case len(w.queue)-w.head >= queueLimit:
		w.lagging, w.next = true, number
	case !w.push(c):
		return
	}
	w.wake()
}

// push queues what the change is to this watch, if anything.
func (w *Watch) push(c *change) bool {
	if c.rev <= w.since {
		return false
	}
	now := c.cur != nil && w.want.matches(c.cur)
	before := c.prev != nil && w.want.matches(c.prev)
	e := Event{Rev: c.rev, Object: c.cur, table: w.table, change: c}
	switch {
	case now && before:
		e.Type = Modified
	case now:
		e.Type = Added
	case before:
		e.Type, e.Object = Deleted, c.deleted()
	default:
		return false
	}
	w.since = c.rev - 1 // its revision may have more
	w.queue = append(w.queue, e)
	w.table.did.told.Add(1)
	return true
}

// wake makes Next look.
func (w *Watch) wake() {
	select {
	case w.signal <- struct{}{}:
	default:
	}
}

// Close ends the watch. It may be called twice.
func (w *Watch) Close() {
	w.table.mu.Lock()
	w.table.watches.remove(w)
	w.table.mu.Unlock()
	w.end(ErrClosed)
}

// end makes Next return err after what is queued.
func (w *Watch) end(err error) {
	w.mu.Lock()
	if w.err == nil {
		w.err = err
	}
	w.mu.Unlock()
	w.wake()
}

// Remind makes a bookmark due.
func (w *Watch) Remind() {
	if !w.bookmarks {
		return
	}
	w.mu.Lock()
	w.due = true
	w.mu.Unlock()
	w.wake()
}
