package rules

import (
	"maps"
	"reflect"
	"slices"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd/structural"
)

func keyAt(v *mapVal) func(int) ref.Val {
	keys := slices.Sorted(maps.Keys(v.m))
	named := v.named()
	return func(i int) ref.Val {
		if named {
			if e, ok := escape(keys[i]); ok {
				return types.String(e)
			}
		}
		return types.String(keys[i])
	}
}

// listVal is an array. One of type set or map is equal to one with the same
// items in another order, and adding to it puts in what is not there yet.
type listVal struct {
	l []any
	s *structural.Schema
}

func (v *listVal) items() *structural.Schema {
	if v.s == nil {
		return nil
	}
	return v.s.Items
}

func (v *listVal) kind() string {
	if v.s == nil {
		return ""
	}
	return v.s.ListType
}

// key tells items of a map list apart.
func (v *listVal) key(x any) any {
	m, ok := x.(map[string]any)
	if !ok {
		return x
	}
	keys := map[string]any{}
	for _, k := range v.s.ListKeys {
		if y, has := m[k]; has {
			keys[k] = y
		}
	}
	return keys
}

// Get is the item at an index.
func (v *listVal) Get(index ref.Val) ref.Val {
	i := 0
	switch n := index.(type) {
	case types.Int:
		i = int(n)
	case types.Uint:
		i = int(n)
	case types.Double:
		i = int(n)
	default:
		return types.NewErr("unsupported index type '%s' in list", index.Type())
	}
	if i < 0 || i >= len(v.l) {
		return types.NewErr("index out of bounds: %v", i)
	}
	return val(v.l[i], v.items())
}

// Contains says whether an item is there.
func (v *listVal) Contains(x ref.Val) ref.Val {
	if types.IsUnknownOrError(x) {
		return x
	}
	for _, y := range v.l {
		if val(y, v.items()).Equal(x) == types.True {
			return types.True
		}
	}
	return types.False
}

// Size is how many items there are.
func (v *listVal) Size() ref.Val { return types.Int(len(v.l)) }

// Iterator goes over the items.
func (v *listVal) Iterator() traits.Iterator {
	return &iterator{n: len(v.l), at: func(i int) ref.Val { return val(v.l[i], v.items()) }}
}

// Add is the list with the items of another one.
func (v *listVal) Add(other ref.Val) ref.Val {
	o, ok := other.(traits.Lister)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	out := slices.Clone(v.l)
	for it := o.Iterator(); it.HasNext() == types.True; {
		x := it.Next()
		var raw any = x
		switch y := x.(type) {
		case *mapVal:
			raw = y.m
		case *listVal:
			raw = y.l
		}
		switch at := v.find(out, x, raw); {
		case at < 0:
			out = append(out, raw)
		case v.kind() == "map":
			out[at] = raw
		}
	}
	return &listVal{out, v.s}
}

// find is where a set or map has the item already.
func (v *listVal) find(in []any, x ref.Val, raw any) int {
	switch v.kind() {
	case "set":
		return slices.IndexFunc(in, func(y any) bool { return val(y, v.items()).Equal(x) == types.True })
	case "map":
		k := v.key(raw)
		return slices.IndexFunc(in, func(y any) bool { return structural.Equal(v.key(y), k) })
	}
	return -1
}

// Equal compares item by item, in any order where that does not count.
func (v *listVal) Equal(other ref.Val) ref.Val {
	o, ok := other.(traits.Lister)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	if v.Size() != o.Size() {
		return types.False
	}
	if v.kind() == "set" || v.kind() == "map" {
		for _, x := range v.l {
			if o.Contains(val(x, v.items())) != types.True {
				return types.False
			}
		}
		return types.True
	}
	for i := range v.l {
		if eq := v.Get(types.Int(i)).Equal(o.Get(types.Int(i))); eq != types.True {
			return eq
		}
	}
	return types.True
}

func (v *listVal) ConvertToNative(t reflect.Type) (any, error) { return native(v.l, t) }

func (v *listVal) ConvertToType(t ref.Type) ref.Val { return convert(v, t, types.ListType) }

func (v *listVal) Type() ref.Type { return types.ListType }

func (v *listVal) Value() any { return v.l }
