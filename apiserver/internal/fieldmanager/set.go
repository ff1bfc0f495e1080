package fieldmanager

import (
	"slices"
)

// Set is a set of fields of one kind of object: a trie of path elements. The
// zero Set is empty.
type Set struct{ root node }

// node is one path element and what lies below it. Elements of a parent are
// sorted (order.go).
type node struct {
	// kind says how the element is named: f a field or key of a map, k the keys
	// of a list's element, v the value of one, i its index.
	kind byte
	// name is the element's text as it stands between the quotes of JSON.
	name string
	// self says that the path to here is in the set.
	self bool
	kids []node
}

// Empty says whether no field is in the set.
func (s *Set) Empty() bool { return !s.root.self && len(s.root.kids) == 0 }

func (n *node) empty() bool { return !n.self && len(n.kids) == 0 }

// union adds all of other to n. It shares other's nodes.
func (n *node) union(other *node) {
	n.self = n.self || other.self
	switch {
	case len(other.kids) == 0:
		return
	case len(n.kids) == 0:
		n.kids = slices.Clone(other.kids)
		return
	}
	out := make([]node, 0, len(n.kids)+len(other.kids))
	i, j := 0, 0
	for i < len(n.kids) && j < len(other.kids) {
		a, b := &n.kids[i], &other.kids[j]
		switch c := order(a, b); {
		case c < 0:
			out, i = append(out, *a), i+1
		case c > 0:
			out, j = append(out, *b), j+1
		default:
			both := *a
			both.union(b)
			out, i, j = append(out, both), i+1, j+1
		}
	}
	n.kids = append(append(out, n.kids[i:]...), other.kids[j:]...)
}

// subtract returns n without the paths that are in other, path by path: what
// lies below a path of other stays. It says whether there were any. It shares
// n's nodes.
func subtract(n, other *node) (node, bool) {
	out, changed, copied := *n, false, false
	if n.self && other.self {
		out.self, changed = false, true
	}
	j := 0
	for i := range n.kids {
		kid := &n.kids[i]
		for j < len(other.kids) && order(&other.kids[j], kid) < 0 {
			j++
		}
		if j < len(other.kids) && order(&other.kids[j], kid) == 0 {
			if less, any := subtract(kid, &other.kids[j]); any {
				if !copied {
					out.kids, copied = append(make([]node, 0, len(n.kids)), n.kids[:i]...), true
				}
				if !less.empty() {
					out.kids = append(out.kids, less)
				}
				continue
			}
		}
		if copied {
			out.kids = append(out.kids, *kid)
		}
	}
	return out, changed || copied
}

// cut is subtract that also takes what lies below the paths of other.
func cut(n, other *node) (node, bool) {
	if other.self {
		return node{kind: n.kind, name: n.name}, !n.empty()
	}
	out, copied := *n, false
	j := 0
	for i := range n.kids {
		kid := &n.kids[i]
		for j < len(other.kids) && order(&other.kids[j], kid) < 0 {
			j++
		}
		if j < len(other.kids) && order(&other.kids[j], kid) == 0 {
			if less, any := cut(kid, &other.kids[j]); any {
				if !copied {
					out.kids, copied = append(make([]node, 0, len(n.kids)), n.kids[:i]...), true
				}
				if !less.empty() {
					out.kids = append(out.kids, less)
				}
				continue
			}
		}
		if copied {
			out.kids = append(out.kids, *kid)
		}
	}
	return out, copied
}

// equal says whether both hold the same paths.
func equal(a, b *node) bool {
	return a.self == b.self && slices.EqualFunc(a.kids, b.kids, func(x, y node) bool {
		return order(&x, &y) == 0 && equal(&x, &y)
	})
}

// sortKids puts n's elements in order; they mostly are already.
func (n *node) sortKids() {
	for i := 1; i < len(n.kids); i++ {
		if order(&n.kids[i-1], &n.kids[i]) > 0 {
			slices.SortFunc(n.kids, func(a, b node) int { return order(&a, &b) })
			return
		}
	}
}

// AppendJSON appends the set as the text of a fieldsV1.
func (s *Set) AppendJSON(b []byte) []byte { return s.root.appendJSON(b, false) }

// appendJSON appends what lies below n; inner says that n's own path counts.
func (n *node) appendJSON(b []byte, inner bool) []byte {
	b = append(b, '{')
	first := true
	if inner && n.self && len(n.kids) > 0 {
		b, first = append(b, `".":{}`...), false
	}
	for i := range n.kids {
		kid := &n.kids[i]
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(append(append(b, '"', kid.kind, ':'), kid.name...), '"', ':')
		b = kid.appendJSON(b, true)
	}
	return append(b, '}')
}
