package fieldmanager

// fill is compare for an object that was small or empty: the new one, the value
// that begins at i of s, is read once. It returns where the value ends.
func (w *walker) fill(t *shape, l, s string, i int, c changes) int {
	switch {
	case l == "":
		return w.add(t, s, i, c.set)
	case s[i] == '{' && t.object != nil && !t.object.atomic && (l[0] == '{' || isNull(l)) && !hollow(s, i):
		return w.fillMembers(t.object, l, s, i, c)
	case s[i] == '[' && t.list != nil && !t.list.atomic && hollow(l, 0) && !hollow(s, i):
		return w.addElements(t.list, s, i, c.set)
	}
	end := skip(s, i)
	w.compare(t, l, s[i:end], c)
	return end
}

func (w *walker) fillMembers(t *objectShape, l, s string, i int, c changes) int {
	start, had := i, 0
	i, ok := first(s, i)
	for ok {
		name, at := member(s, i)
		was := ""
		if l[0] == '{' {
			was = lookup(l, name)
		}
		if was != "" {
			had++
		}
		if f := t.field(name); f.shape == nil {
			i = skip(s, at)
		} else {
			inner := w.inner(f, 'f', name)
			i = w.fill(f.shape, was, s, at, inner)
			w.file(c, inner)
		}
		i, ok = next(s, i)
	}
	if end := i + 1; l[0] == '{' {
		w.gone(t, l, s[start:end], had, c)
	}
	return i + 1
}

// gone files the members of l that s does not have; had is how many it has.
func (w *walker) gone(t *objectShape, l, s string, had int, c changes) {
	for i, ok := first(l, 0); ok; had-- {
		_, at := member(l, i)
		i, ok = next(l, skip(l, at))
	}
	if had == 0 {
		return
	}
	for i, ok := first(l, 0); ok; {
		name, at := member(l, i)
		end := skip(l, at)
		if lookup(s, name) == "" {
			w.pair(t.field(name), part{'f', name, ""}, l[at:end], "", c)
		}
		i, ok = next(l, end)
	}
}

// add puts a value that is new, or gone, and all below it into n. It returns
// where the value ends.
func (w *walker) add(t *shape, s string, i int, n int32) int {
	w.t.nodes[n].self = true
	return w.below(t, s, i, n)
}

// below puts what is below a value into n.
func (w *walker) below(t *shape, s string, i int, n int32) int {
	switch {
	case s[i] == '{' && t.object != nil && !t.object.atomic:
		return w.addMembers(t.object, s, i, n)
	case s[i] == '[' && t.list != nil && !t.list.atomic:
		return w.addElements(t.list, s, i, n)
	}
	return skip(s, i)
}

func (w *walker) addMembers(t *objectShape, s string, i int, n int32) int {
	i, ok := first(s, i)
	for ok {
		name, at := member(s, i)
		if f := t.field(name); f.shape == nil {
			i = skip(s, at)
		} else {
			i = w.add(f.shape, s, at, w.t.put(n, w.t.new('f', name, f.rank)))
		}
		i, ok = next(s, i)
	}
	return i + 1
}

// longList is the size, in bytes, from which on a list's elements are put into
// order before they are added: each that comes out of order is looked for from
// the list's beginning.
const longList = 16 << 10

// addElements adds the elements of a list. One that is there several times
// counts as one piece: nobody can say whose its fields are.
func (w *walker) addElements(t *listShape, s string, i int, n int32) int {
	if len(s)-i > longList {
		if end := skip(s, i); end-i > longList {
			w.addMany(t, s[i:end], n)
			return end
		}
	}
	i, ok := first(s, i)
	for ok {
		kind, name := w.element(t, s[i:])
		if name == "" {
			i, ok = next(s, skip(s, i))
			continue
		}
		e := w.t.new(kind, name, 0)
		if at := w.t.put(n, e); at != e {
			w.t.nodes[at].first, w.t.nodes[at].last = 0, 0
			i, ok = next(s, skip(s, i))
			continue
		}
		i, ok = next(s, w.add(t.elem, s, i, e))
	}
	return i + 1
}

// addMany is addElements for a long list.
func (w *walker) addMany(t *listShape, s string, n int32) {
	base := len(w.parts)
	w.elements(t, s)
	end := len(w.parts)
	arrange(w.parts[base:])
	for i := base; i < end; i++ {
		p := w.parts[i]
		e := w.t.new(p.kind, p.name, 0)
		if at := w.t.put(n, e); at != e {
			w.t.nodes[at].first, w.t.nodes[at].last = 0, 0
			continue
		}
		w.add(t.elem, p.value, 0, e)
	}
	w.parts = w.parts[:base]
}
