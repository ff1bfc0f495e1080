package fieldmanager

import (
	"slices"
	"sync"
)

// tree holds sets of fields: tries of path elements, all those of one request
// in one piece of memory. A set is the number of its root.
type tree struct{ nodes []node }

// node is one path element. It is named by its number; 0 is none.
type node struct {
	// name is the element's text as it stands between the quotes of JSON.
	name string
	// first and last are the first and last of the elements below, next is the
	// one behind this one. They are in order (order.go).
	first, last, next int32
	// rank orders the fields of a struct among each other; 0 when the element
	// is none.
	rank int16
	// kind says how the element is named: f a field or a key of a map, k the keys
	// of a list's element, v the value of one, i its index.
	kind byte
	// self says that the path to here is in the set.
	self bool
}

var trees = sync.Pool{New: func() any { return &tree{nodes: make([]node, 1, 256)} }}

func newTree() *tree { return trees.Get().(*tree) }

// free gives the tree back; its sets are gone.
func (t *tree) free() {
	clear(t.nodes)
	t.nodes = t.nodes[:1]
	trees.Put(t)
}

// new makes an element that lies nowhere yet.
func (t *tree) new(kind byte, name string, rank int16) int32 {
	t.nodes = append(t.nodes, node{kind: kind, name: name, rank: rank})
	return int32(len(t.nodes) - 1)
}

// empty says whether nothing at n or below it is in the set.
func (t *tree) empty(n int32) bool { return !t.nodes[n].self && t.nodes[n].first == 0 }

// put files element c below n, in its place. An element of that name that is
// there already is returned instead, and c is for nothing.
func (t *tree) put(n, c int32) int32 {
	p, e := &t.nodes[n], &t.nodes[c]
	if p.first == 0 {
		p.first, p.last = c, c
		return c
	}
	switch o := order(&t.nodes[p.last], e); {
	case o < 0:
		t.nodes[p.last].next, p.last = c, c
		return c
	case o == 0:
		return p.last
	}
	before := int32(0)
	for at := p.first; ; before, at = at, t.nodes[at].next {
		o := order(&t.nodes[at], e)
		if o == 0 {
			return at
		}
		if o > 0 {
			e.next = at
			t.follow(n, before, c)
			return c
		}
	}
}

// follow makes c the one behind before among the elements of n; before may be
// 0.
func (t *tree) follow(n, before, c int32) {
	if before == 0 {
		t.nodes[n].first = c
	} else {
		t.nodes[before].next = c
	}
}

// union moves all of b into a; b is not to be used again.
func (t *tree) union(a, b int32) {
	t.nodes[a].self = t.nodes[a].self || t.nodes[b].self
	before, x := int32(0), t.nodes[a].first
	for y := t.nodes[b].first; y != 0; {
		after := t.nodes[y].next
		for x != 0 && order(&t.nodes[x], &t.nodes[y]) < 0 {
			before, x = x, t.nodes[x].next
		}
		if x != 0 && order(&t.nodes[x], &t.nodes[y]) == 0 {
			t.union(x, y)
		} else {
			t.nodes[y].next = x
			t.follow(a, before, y)
			if x == 0 {
				t.nodes[a].last = y
			}
			before = y
		}
		y = after
	}
}

// subtract takes out of n the paths that are in set m of tree o, path by path,
// or with below also what lies below them. It says whether there were any.
func (t *tree) subtract(n int32, o *tree, m int32, below bool) bool {
	changed := false
	if t.nodes[n].self && o.nodes[m].self {
		t.nodes[n].self, changed = false, true
	}
	if below && o.nodes[m].self {
		changed = changed || t.nodes[n].first != 0
		t.nodes[n].first, t.nodes[n].last = 0, 0
		return changed
	}
	before := int32(0)
	y := o.nodes[m].first
	for x := t.nodes[n].first; x != 0 && y != 0; {
		c := order(&t.nodes[x], &o.nodes[y])
		if c > 0 {
			y = o.nodes[y].next
			continue
		}
		after := t.nodes[x].next
		if c == 0 && t.subtract(x, o, y, below) {
			changed = true
			if t.empty(x) {
				t.follow(n, before, after)
				if after == 0 {
					t.nodes[n].last = before
				}
				x = after
				continue
			}
		}
		before, x = x, after
	}
	return changed
}

// drop takes the fields of these names out of n.
func (t *tree) drop(n int32, names []string) {
	before := int32(0)
	for x := t.nodes[n].first; x != 0; {
		after := t.nodes[x].next
		if t.nodes[x].kind == 'f' && slices.Contains(names, t.nodes[x].name) {
			t.follow(n, before, after)
			if after == 0 {
				t.nodes[n].last = before
			}
		} else {
			before = x
		}
		x = after
	}
}

// appendJSON appends set n as the text of a fieldsV1.
func (t *tree) appendJSON(b []byte, n int32) []byte { return t.appendBelow(b, n, false) }

// text is appendJSON's text alone.
func (t *tree) text(n int32) []byte {
	b := texts.Get().(*[]byte)
	*b = t.appendJSON((*b)[:0], n)
	out := slices.Clone(*b)
	texts.Put(b)
	return out
}

// texts are buffers to write sets into before their size is known.
var texts = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

// appendBelow appends what lies below n; inner says that n's own path counts.
func (t *tree) appendBelow(b []byte, n int32, inner bool) []byte {
	b = append(b, '{')
	x := t.nodes[n].first
	if inner && t.nodes[n].self && x != 0 {
		b = append(b, `".":{},`...)
	}
	for ; x != 0; x = t.nodes[x].next {
		b = t.appendElement(b, x)
		if t.nodes[x].next != 0 {
			b = append(b, ',')
		}
	}
	return append(b, '}')
}

// appendElement appends element x, its name and what lies below it.
func (t *tree) appendElement(b []byte, x int32) []byte {
	e := &t.nodes[x]
	b = append(append(append(b, '"', e.kind, ':'), e.name...), '"', ':')
	if e.first == 0 {
		return append(b, '{', '}')
	}
	return t.appendBelow(b, x, true)
}
