package cache

import (
	"strings"

	"github.com/tidwall/btree"
)

// cursor walks over the objects of a snapshot that a query wants, in the order
// of their keys. It costs nothing until it is moved, and belongs to one
// goroutine.
type cursor struct {
	snap   *snapshot
	want   matcher
	prefix string // keys that do not start so end the walk
	term   term
	mode   cursorMode
	begun  bool
	from   string
	tree   btree.MapIter[string, *Object]
	index  btree.IterG[indexEntry]
}

type cursorMode uint8

const (
	byTree cursorMode = iota
	byIndex
	byKey
)

// walk starts at key from, or at the beginning.
func (t *Table) walk(s *snapshot, want matcher, from string) *cursor {
	c := &cursor{snap: s, want: want, from: from}
	if t.res.Namespaced && want.namespace != "" {
		c.prefix = want.namespace + "/"
	}
	if found, ok := want.best(t); ok && s.index != nil && want.name == "" {
		c.mode, c.term = byIndex, found
	}
	if want.name != "" && (c.prefix != "" || !t.res.Namespaced) {
		c.mode, c.prefix = byKey, c.prefix+want.name
	}
	c.from = max(from, c.prefix)
	return c
}

// next is the next object, or nil at the end.
func (c *cursor) next() *Object {
	switch c.mode {
	case byKey:
		return c.nextByKey()
	case byIndex:
		return c.nextByIndex()
	}
	return c.nextByTree()
}

func (c *cursor) nextByKey() *Object {
	if c.begun {
		return nil
	}
	c.begun = true
	o, ok := c.snap.objects.Get(c.prefix)
	if !ok || c.from > c.prefix || !c.want.matches(o) {
		return nil
	}
	return o
}

func (c *cursor) nextByTree() *Object {
	for {
		var ok bool
		if c.begun {
			ok = c.tree.Next()
		} else {
			c.begun = true
			c.tree = c.snap.objects.Iter()
			ok = c.tree.Seek(c.from)
		}
		if !ok || !strings.HasPrefix(c.tree.Key(), c.prefix) {
			return nil
		}
		if o := c.tree.Value(); c.want.matches(o) {
			return o
		}
	}
}

func (c *cursor) nextByIndex() *Object {
	for {
		var ok bool
		if c.begun {
			ok = c.index.Next()
		} else {
			c.begun = true
			c.index = c.snap.index.Iter()
			ok = c.index.Seek(indexEntry{c.term, c.from})
		}
		if !ok {
			c.index.Release()
			return nil
		}
		at := c.index.Item()
		if at.term != c.term || !strings.HasPrefix(at.key, c.prefix) {
			c.index.Release()
			return nil
		}
		if o, ok := c.snap.objects.Get(at.key); ok && c.want.matches(o) {
			return o
		}
	}
}
