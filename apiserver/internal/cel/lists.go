package cel

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// listLibrary adds isSorted, sum, min, max, indexOf and lastIndexOf of lists.
type listLibrary struct{ noOptions }

// LibraryName names it.
func (listLibrary) LibraryName() string { return "kubernetes.lists" }

// element is a type that lists of it can be compared or, with a zero, summed.
type element struct {
	name string
	of   *types.Type
	zero ref.Val
}

// elements are in the order in which CEL tries them for a list of unknown type.
var elements = []element{
	{"int", types.IntType, types.Int(0)},
	{"uint", types.UintType, types.Uint(0)},
	{"double", types.DoubleType, types.Double(0)},
	{"bool", types.BoolType, nil},
	{"duration", types.DurationType, types.Duration{}},
	{"timestamp", types.TimestampType, nil},
	{"string", types.StringType, nil},
	{"bytes", types.BytesType, nil},
}

// CompileOptions declares the functions.
func (listLibrary) CompileOptions() []cel.EnvOption {
	var sorted, sum, least, most []cel.FunctionOpt
	for _, e := range elements {
		name, t := e.name, e.of
		l := []*types.Type{types.NewListType(t)}
		sorted = append(sorted, cel.MemberOverload("list_"+name+"_is_sorted_bool", l, types.BoolType, list1(isSorted)))
		least = append(least, cel.MemberOverload("list_"+name+"_min_"+name, l, t, list1(extreme(types.IntNegOne, "min called on empty list"))))
		most = append(most, cel.MemberOverload("list_"+name+"_max_"+name, l, t, list1(extreme(types.IntOne, "max called on empty list"))))
		if e.zero != nil {
			sum = append(sum, cel.MemberOverload("list_"+name+"_sum_"+name, l, t, list1(sumFrom(e.zero))))
		}
	}
	t := types.NewTypeParamType("T")
	find := []*types.Type{types.NewListType(t), t}
	return []cel.EnvOption{
		cel.Function("isSorted", sorted...),
		cel.Function("sum", sum...),
		cel.Function("min", least...),
		cel.Function("max", most...),
		cel.Function("indexOf", cel.MemberOverload("list_a_index_of_int", find, types.IntType, cel.BinaryBinding(indexOf(false)))),
		cel.Function("lastIndexOf", cel.MemberOverload("list_a_last_index_of_int", find, types.IntType, cel.BinaryBinding(indexOf(true)))),
	}
}

func list1(f func(traits.Lister) ref.Val) cel.OverloadOpt {
	return cel.UnaryBinding(func(v ref.Val) ref.Val {
		l, ok := v.(traits.Lister)
		if !ok {
			return types.MaybeNoSuchOverloadErr(v)
		}
		return f(l)
	})
}

func length(l traits.Lister) int { return int(l.Size().(types.Int)) }

func isSorted(l traits.Lister) ref.Val {
	for i := 1; i < length(l); i++ {
		a, ok := l.Get(types.Int(i - 1)).(traits.Comparer)
		if !ok {
			return types.MaybeNoSuchOverloadErr(l.Get(types.Int(i - 1)))
		}
		if c := a.Compare(l.Get(types.Int(i))); c == types.IntOne {
			return types.False
		} else if types.IsError(c) {
			return c
		}
	}
	return types.True
}

func sumFrom(zero ref.Val) func(traits.Lister) ref.Val {
	return func(l traits.Lister) ref.Val {
		total := zero
		for i := range length(l) {
			a, ok := total.(traits.Adder)
			if !ok {
				return types.MaybeNoSuchOverloadErr(total)
			}
			total = a.Add(l.Get(types.Int(i)))
		}
		return total
	}
}

// extreme finds the element that compares as want with all others.
func extreme(want types.Int, empty string) func(traits.Lister) ref.Val {
	return func(l traits.Lister) ref.Val {
		if length(l) == 0 {
			return types.NewErr("%s", empty)
		}
		best := l.Get(types.IntZero)
		for i := 1; i < length(l); i++ {
			v := l.Get(types.Int(i))
			c, ok := v.(traits.Comparer)
			if !ok {
				return types.MaybeNoSuchOverloadErr(v)
			}
			switch r := c.Compare(best); {
			case types.IsError(r):
				return r
			case r == want:
				best = v
			}
		}
		return best
	}
}

func indexOf(last bool) func(l, v ref.Val) ref.Val {
	return func(x, v ref.Val) ref.Val {
		l, ok := x.(traits.Lister)
		if !ok {
			return types.MaybeNoSuchOverloadErr(x)
		}
		n := length(l)
		for i := range n {
			if last {
				i = n - 1 - i
			}
			if l.Get(types.Int(i)).Equal(v) == types.True {
				return types.Int(i)
			}
		}
		return types.Int(-1)
	}
}
