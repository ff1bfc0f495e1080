// Package field names places inside an object and says what is wrong there.
//
// Validation returns an ErrorList; the API server turns it into the causes of
// a 422 Status, so both the paths and the words are part of the wire contract
// and equal to those that Kubernetes users know, e.g.
//
//	spec.replicas: Invalid value: -1: must be greater than or equal to 0
//
// Paths are cheap linked nodes; their text is made only for an actual error.
package field

import (
	"strconv"
	"strings"
)

// Path is a place in an object, from its root to a field. Paths are immutable:
// every method returns a new one, so a path may be shared and extended freely.
// A nil Path is the root of the object.
type Path struct {
	parent *Path
	kind   step
	name   string
	index  int
}

// step says how a path node hangs off its parent.
type step uint8

const (
	child step = iota // .name
	index             // [3]
	key               // [name]
)

// Nowhere is a path that leads nowhere: whatever is below it is Nowhere too, and
// takes no memory. Checks are run with it to learn whether there is any error.
var Nowhere = &Path{}

// New starts a path at the object's root.
func New(name string, more ...string) *Path {
	return (&Path{name: name}).Child(more...)
}

// Child descends through named fields. A nil p is the root.
func (p *Path) Child(names ...string) *Path {
	if p == Nowhere {
		return p
	}
	for _, n := range names {
		p = &Path{parent: p, name: n}
	}
	return p
}

// Index descends into element i of a list.
func (p *Path) Index(i int) *Path {
	if p == Nowhere {
		return p
	}
	return &Path{parent: p, kind: index, index: i}
}

// Key descends into the entry k of a map.
func (p *Path) Key(k string) *Path {
	if p == Nowhere {
		return p
	}
	return &Path{parent: p, kind: key, name: k}
}

// String is the path as users write it: spec.containers[0].env[KEY].
func (p *Path) String() string {
	if p == nil {
		return "<nil>"
	}
	var b strings.Builder
	p.write(&b)
	return b.String()
}

func (p *Path) write(b *strings.Builder) {
	if p.parent != nil {
		p.parent.write(b)
	}
	switch p.kind {
	case index:
		b.WriteString("[" + strconv.Itoa(p.index) + "]")
	case key:
		b.WriteString("[" + p.name + "]")
	default:
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(p.name)
	}
}
