package fieldmanager

import (
	smd "sigs.k8s.io/structured-merge-diff/v6/schema"
	"sigs.k8s.io/structured-merge-diff/v6/value"

	"github.com/pilothouse/pilothouse/proto/room"
)

// Merging puts the elements of a list or map whose parts have owners into order
// one by one, each time moving those behind it: what a hundred thousand cost is
// minutes of a processor. maxMoves bounds the sum of the squares of their sizes,
// and what is smaller than fewBytes is not weighed.
const (
	maxMoves = 1 << 30
	fewBytes = 256 << 10
)

// uncrowded refuses, with room.ErrNone, a configuration that would take too long
// to merge.
func (s *Structure) uncrowded(v value.Value) error {
	c := crowd{s.Schema, maxMoves}
	if c.weigh(v, s.Type); c.left < 0 {
		return room.ErrNone
	}
	return nil
}

type crowd struct {
	schema *smd.Schema
	left   int
}

// weigh takes off what merging a value of a type costs.
func (c *crowd) weigh(v value.Value, t smd.TypeRef) {
	if v == nil || c.left < 0 {
		return
	}
	atom, ok := c.schema.Resolve(t)
	switch {
	case !ok:
	case v.IsList() && atom.List != nil && atom.List.ElementRelationship == smd.Associative:
		l := v.AsList()
		c.left -= l.Length() * l.Length()
		for i := 0; i < l.Length() && c.left >= 0; i++ {
			c.weigh(l.At(i), atom.List.ElementType)
		}
	case v.IsMap() && atom.Map != nil && atom.Map.ElementRelationship != smd.Atomic:
		m := v.AsMap()
		c.left -= m.Length() * m.Length()
		m.Iterate(func(key string, of value.Value) bool {
			if f, ok := atom.Map.FindField(key); ok {
				c.weigh(of, f.Type)
			} else {
				c.weigh(of, atom.Map.ElementType)
			}
			return c.left >= 0
		})
	}
}
