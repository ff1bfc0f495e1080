package cache

import (
	"strconv"
	"sync/atomic"
)

// EventType is what happened to an object, as the watcher sees it.
type EventType uint8

// The types of events. With a selector, an object that comes to match is
// Added and one that no longer does is Deleted.
const (
	Added EventType = iota
	Modified
	Deleted
	Bookmark
)

// String is the type's name on the wire.
func (t EventType) String() string {
	return [...]string{"ADDED", "MODIFIED", "DELETED", "BOOKMARK"}[t]
}

// change is one entry of a table's log: prev became cur. Either may be nil.
type change struct {
	rev       int64
	cur, prev *Object
	gone      atomic.Pointer[Object]
	second    [Deleted + 1]atomic.Pointer[[]byte]
	old       atomic.Bool
}

// age lets go of what is kept for a new change only: watches that come to it
// late make it anew.
func (c *change) age() {
	c.old.Store(true)
	for i := range c.second {
		c.second[i].Store(nil)
	}
	c.gone.Store(nil)
	if c.cur != nil {
		c.cur.age()
	}
}

// deleted is prev as the deletion shows it.
func (c *change) deleted() *Object {
	if o := c.gone.Load(); o != nil {
		return o
	}
	o := c.prev.at(c.rev)
	if !c.old.Load() {
		c.gone.Store(o)
	}
	return o
}

// Event is what a watcher is told.
type Event struct {
	// Type says what happened.
	Type EventType
	// Object is the object as it is now, or for Deleted as it was last, with
	// the revision of its end. Nil for a bookmark.
	Object *Object
	// Rev is the revision that the watcher has seen after this event.
	Rev int64
	// InitialEnd marks the bookmark that ends the initial events.
	InitialEnd bool
	// Blueprint is what that bookmark carries of WatchOptions.Blueprint.
	Blueprint string

	table  *Table
	change *change // nil for bookmarks and initial events
}

// JSON is the event as a line of a watch response. The bytes are shared where
// that is possible, and written into *scratch otherwise; either way they are
// good until the next call with the same scratch, and must not be changed.
func (e *Event) JSON(scratch *[]byte) []byte {
	if e.Type == Bookmark {
		*scratch = e.bookmark((*scratch)[:0])
		return *scratch
	}
	if e.Object.native == e.Type {
		if f := e.Object.young.Load(); f != nil {
			return *f
		}
	}
	b := append((*scratch)[:0], frameHeads[e.Type]...)
	b = e.Object.AppendJSON(b)
	*scratch = append(b, frameTail...)
	return *scratch
}

func (e *Event) bookmark(b []byte) []byte {
	b = append(b, `{"type":"BOOKMARK","object":`...)
	b = e.BookmarkObject(b)
	return append(b, frameTail...)
}

// Gone is a modification told as the end of what the object was.
func (e *Event) Gone() Event {
	gone := *e
	gone.Type, gone.Object = Deleted, e.change.deleted()
	return gone
}

// BookmarkObject appends the JSON of the object that a bookmark carries.
func (e *Event) BookmarkObject(b []byte) []byte {
	b = append(b, `{"kind":"`...)
	b = append(b, e.table.res.Kind...)
	b = append(b, `","apiVersion":"`...)
	b = append(b, e.table.res.APIVersion...)
	b = append(b, `","metadata":{"resourceVersion":"`...)
	b = strconv.AppendInt(b, e.Rev, 10)
	b = append(b, `","creationTimestamp":null`...)
	if e.InitialEnd {
		b = append(b, `,"annotations":{"k8s.io/initial-events-end":"true"`...)
		if e.Blueprint != "" {
			b = append(append(append(b, `,"kubernetes.io/initial-events-list-blueprint":"`...), e.Blueprint...), '"')
		}
		b = append(b, '}')
	}
	return append(b, "}}"...)
}

// Encoded is the event in a second encoding. It is made at most once per type
// of event and shared by all watchers, save for initial events and bookmarks,
// which are each watcher's own.
func (e *Event) Encoded(encode func(*Event) ([]byte, error)) ([]byte, error) {
	if e.change == nil {
		return encode(e)
	}
	slot := &e.change.second[e.Type]
	if b := slot.Load(); b != nil {
		return *b, nil
	}
	b, err := encode(e)
	if err != nil {
		return nil, err
	}
	if !e.change.old.Load() {
		slot.Store(&b)
	}
	return b, nil
}
