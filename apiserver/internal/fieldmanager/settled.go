package fieldmanager

import (
	"strings"

	"github.com/pilothouse/pilothouse/proto/meta"
)

// settled is the managedFields after a change that moves no field from one
// manager to another, which most changes are: who writes a field has mostly
// written it before, or it is new. Then the writer's set alone grows, if any, and
// no set has to be taken apart. It says whether the change is of that sort.
func (k *Kind) settled(t *tree, w Writer, live Managed, c changes) (Managed, bool) {
	if !t.empty(c.removed) {
		return nil, false
	}
	self := k.entry(w)
	entries, owned := make([]entry, len(live), len(live)+1), false
	for i := range live {
		m := &live[i]
		if m.APIVersion != k.version || m.FieldsV1 == nil || len(m.FieldsV1.Raw) == 0 {
			return nil, false
		}
		s := view(m.FieldsV1.Raw)
		if s[0] != '{' || strings.Contains(s, `\u`) || strings.Contains(s, `\/`) {
			return nil, false // names may be spelled in another way than in the change
		}
		e := entry{manager: m.Manager, operation: string(m.Operation), apiVersion: m.APIVersion, subresource: m.Subresource,
			time: m.Time, raw: m.FieldsV1.Raw}
		switch {
		case !e.same(&self):
			if t.touches(c.set, s, 0) {
				return nil, false
			}
		case owned:
			return nil, false
		default:
			owned = true
			if !t.holds(c.set, s, 0) {
				if e.raw = t.grown(c.set, s); e.raw == nil {
					return nil, false
				}
			}
			if self.time != nil && !t.empty(c.set) {
				e.time = self.time
			}
		}
		entries[i] = e
	}
	if !owned && !t.empty(c.set) {
		if len(live) == 0 || len(live) >= maxUpdaters {
			return nil, false // nobody's begins with no write, and too many become fewer
		}
		self.raw = t.text(c.set)
		entries = append(entries, self)
	}
	return t.write(entries), true
}

// sameEntries says whether the entries that came with an object are those that
// it has.
func sameEntries(a, b Managed) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !meta.Equal(&a[i], &b[i]) {
			return false
		}
	}
	return true
}

// holds says whether all of set n is in the set whose text begins at i.
func (t *tree) holds(n int32, s string, i int) bool {
	for x := t.nodes[n].first; x != 0; x = t.nodes[x].next {
		at := find(s, i, &t.nodes[x])
		if at < 0 || t.nodes[x].self && !counts(s, at) || !t.holds(x, s, at) {
			return false
		}
	}
	return true
}

// touches says whether any of set n is in the set whose text begins at i.
func (t *tree) touches(n int32, s string, i int) bool {
	for x := t.nodes[n].first; x != 0; x = t.nodes[x].next {
		at := find(s, i, &t.nodes[x])
		if at >= 0 && (t.nodes[x].self && counts(s, at) || t.touches(x, s, at)) {
			return true
		}
	}
	return false
}

// find is where the value of element e begins in the object that begins at i,
// or -1.
func find(s string, i int, e *node) int {
	for i, ok := first(s, i); ok; {
		name, at := member(s, i)
		if len(name) == len(e.name)+2 && name[0] == e.kind && name[1] == ':' && name[2:] == e.name {
			return at
		}
		i, ok = next(s, skip(s, at))
	}
	return -1
}

// counts says whether the path of the element whose value begins at i is itself
// in the set.
func counts(s string, i int) bool {
	i, any := first(s, i)
	if !any {
		return true
	}
	name, _ := member(s, i)
	return name == "."
}
