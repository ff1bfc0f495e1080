package fieldmanager

import (
	"errors"
	"slices"
	"strings"
	"sync"
)

// changes are the fields that differ between two versions of an object, as sets.
type changes struct {
	set     int32 // are new or have another value
	removed int32 // are gone
}

// compare finds what changes when the object before becomes after: what
// structured-merge-diff's Compare finds, without taking the objects apart. Both
// are JSON as our encoder writes it. What no manager owns, such as the object's
// name, is left out.
func (t *tree) compare(s *shape, before, after string) (changes, error) {
	w := walkers.Get().(*walker)
	defer w.free()
	w.t = t
	c := changes{t.new(0, "", 0), t.new(0, "", 0)}
	if len(before) < smallObject {
		w.fill(s, before, after, 0, c)
	} else {
		w.compare(s, before, after, c)
	}
	t.strip(c.set)
	t.strip(c.removed)
	return c, w.err
}

// smallObject is the size below which the object before is so small, empty
// mostly, that it is looked through again and again while the other is read
// once.
const smallObject = 512

// walker compares two versions of one object.
type walker struct {
	t *tree
	// parts is a stack: each object or list that is being compared has what it
	// consists of on it, of both sides.
	parts   []part
	scratch []byte
	err     error
}

var walkers = sync.Pool{New: func() any { return &walker{parts: make([]part, 0, 64)} }}

func (w *walker) free() {
	clear(w.parts[:cap(w.parts)])
	*w = walker{parts: w.parts[:0], scratch: w.scratch}
	walkers.Put(w)
}

// part is a member of an object or an element of a list.
type part struct {
	kind        byte
	name, value string
}

func (p *part) node() node { return node{kind: p.kind, name: p.name} }

// compare compares two values; an absent one is empty text.
func (w *walker) compare(t *shape, l, r string, c changes) {
	switch {
	case l == r:
	case l == "":
		w.add(t, r, 0, c.set)
	case r == "":
		w.add(t, l, 0, c.removed)
	default:
		w.both(t, l, r, c)
	}
}

// both compares two values that are there and are not the same text.
func (w *walker) both(t *shape, l, r string, c changes) {
	a, b := sortOf(t, l), sortOf(t, r)
	switch {
	case isNull(l):
		a = b
	case isNull(r):
		b = a
	}
	switch {
	case a != b:
		// What was below the old value is gone, what is below the new one is new.
		w.t.nodes[c.set].self = true
		w.below(t, l, 0, c.removed)
		w.below(t, r, 0, c.set)
	case a == sortObject && !t.object.atomic && !(hollow(l, 0) && hollow(r, 0)):
		w.objects(t.object, l, r, c)
	case a == sortList && !t.list.atomic && !(hollow(l, 0) && hollow(r, 0)):
		w.lists(t.list, l, r, c)
	default:
		w.t.nodes[c.set].self = !same(t, l, r)
	}
}

// Sorts of values.
const (
	sortScalar = iota
	sortObject
	sortList
)

// sortOf is what a value of type t is taken for.
func sortOf(t *shape, s string) int {
	switch {
	case s[0] == '{' && t.object != nil:
		return sortObject
	case s[0] == '[' && t.list != nil:
		return sortList
	case s[0] != '{' && s[0] != '[' && !isNull(s) && t.scalar:
		return sortScalar
	case t.object != nil:
		return sortObject
	case t.scalar:
		return sortScalar
	}
	return sortList
}

// objects compares two objects, either of which may be null, member by member.
func (w *walker) objects(t *objectShape, l, r string, c changes) {
	base := len(w.parts)
	w.members(l)
	mid := len(w.parts)
	w.members(r)
	w.pairs(base, mid, t, nil, c)
	w.parts = w.parts[:base]
}

// field is a member's type; it has none when the schema does not know it.
func (t *objectShape) field(name string) field {
	if strings.IndexByte(name, '\\') >= 0 {
		name = plain(name)
	}
	if f, ok := t.fields[name]; ok {
		return f
	}
	return field{t.elem, 0}
}

// members puts an object's members on the stack.
func (w *walker) members(s string) {
	if isNull(s) || s[0] != '{' {
		return
	}
	for i, ok := first(s, 0); ok; {
		name, at := member(s, i)
		end := skip(s, at)
		w.parts = append(w.parts, part{'f', name, s[at:end]})
		i, ok = next(s, end)
	}
}

// typeOf is the type of a part: of an object's member, or of a list's element.
func typeOf(t *objectShape, elem *shape, name string) field {
	if t == nil {
		return field{elem, 0}
	}
	return t.field(name)
}

// pairs compares the parts from base to mid with those from mid on, those of
// one name with each other. They are the members of a t, or elements.
func (w *walker) pairs(base, mid int, t *objectShape, elem *shape, c changes) {
	if end := len(w.parts); end-mid != mid-base || !slices.EqualFunc(w.parts[base:mid], w.parts[mid:], sameName) || repeats(w.parts[mid:]) {
		arrange(w.parts[base:mid])
		arrange(w.parts[mid:])
		w.zip(base, mid, end, t, elem, c)
		return
	}
	for i := range mid - base {
		l, r := w.parts[base+i], w.parts[mid+i]
		if l.value != r.value {
			w.pair(typeOf(t, elem, r.name), r, l.value, r.value, c)
		}
	}
}

// repeats says whether a list has an element twice. An object's members are
// there once.
func repeats(p []part) bool {
	if len(p) == 0 || p[0].kind == 'f' {
		return false
	}
	if len(p) <= 16 {
		for i := range p {
			if slices.ContainsFunc(p[:i], func(q part) bool { return sameName(p[i], q) }) {
				return true
			}
		}
		return false
	}
	seen := make(map[string]bool, len(p))
	for i := range p {
		seen[p[i].name] = true
	}
	return len(seen) < len(p)
}

func sameName(a, b part) bool { return a.kind == b.kind && a.name == b.name }

// arrange puts parts in the order of their names.
func arrange(p []part) {
	byName := func(a, b part) int {
		x, y := a.node(), b.node()
		return order(&x, &y)
	}
	if !slices.IsSortedFunc(p, byName) {
		slices.SortStableFunc(p, byName)
	}
}

// zip compares two runs of parts that are in order. A name that is there twice
// on one side stands for all its values as one.
func (w *walker) zip(l, mid, end int, s *objectShape, elem *shape, c changes) {
	for r := mid; l < mid || r < end; {
		var p part
		nl, nr := w.run(l, mid), w.run(r, end)
		switch {
		case nl == 0:
			p = w.parts[r]
		case nr == 0:
			p = w.parts[l]
		default:
			p = w.parts[l]
			x, y := w.parts[l].node(), w.parts[r].node()
			if o := order(&x, &y); o < 0 {
				nr = 0
			} else if o > 0 {
				p, nl = w.parts[r], 0
			}
		}
		switch t := typeOf(s, elem, p.name); {
		case nl <= 1 && nr <= 1:
			w.pair(t, p, w.value(l, nl), w.value(r, nr), c)
		case nl >= 2 && nr >= 2:
			if !slices.Equal(w.parts[l:l+nl], w.parts[r:r+nr]) {
				w.mark(c.set, p)
			}
		case nl >= 2:
			if nr > 0 {
				w.pair(t, p, "", w.value(r, nr), c)
			}
			w.mark(c.removed, p)
		default:
			if nl > 0 {
				w.pair(t, p, w.value(l, nl), "", c)
			}
			w.mark(c.set, p)
		}
		l, r = l+nl, r+nr
	}
}

// run is how many parts from i on have the same name.
func (w *walker) run(i, end int) int {
	n := 0
	for i+n < end && sameName(w.parts[i], w.parts[i+n]) {
		n++
	}
	return n
}

func (w *walker) value(i, n int) string {
	if n == 0 {
		return ""
	}
	return w.parts[i].value
}

// pair compares the values of one part and files what changed below it.
func (w *walker) pair(f field, p part, l, r string, c changes) {
	if f.shape == nil {
		return // not in the schema: nobody's
	}
	inner := w.inner(f, p.kind, p.name)
	w.compare(f.shape, l, r, inner)
	w.file(c, inner)
}

// inner are the sets for what changes below a part.
func (w *walker) inner(f field, kind byte, name string) changes {
	return changes{w.t.new(kind, name, f.rank), w.t.new(kind, name, f.rank)}
}

// file puts what changed below a part where it belongs.
func (w *walker) file(c, inner changes) {
	set, removed := w.t.empty(inner.set), w.t.empty(inner.removed)
	if !set {
		w.t.put(c.set, inner.set)
	}
	if !removed {
		w.t.put(c.removed, inner.removed)
	}
	if set && removed && int(inner.removed) == len(w.t.nodes)-1 {
		w.t.nodes = w.t.nodes[:inner.set]
	}
}

// mark puts the part's own path into set n.
func (w *walker) mark(n int32, p part) {
	w.t.nodes[w.t.put(n, w.t.new(p.kind, p.name, 0))].self = true
}

var errElement = errors.New("managedFields: an element of a list has none of its keys")
