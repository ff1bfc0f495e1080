package cel

import (
	"fmt"
	"reflect"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// noOptions is the half of a library that ours have no use for.
type noOptions struct{}

// ProgramOptions are none.
func (noOptions) ProgramOptions() []cel.ProgramOption { return nil }

// opaque is a value that only functions look into: an address, a quantity.
type opaque[T any] struct {
	of  *types.Type
	is  T
	eq  func(a, b T) bool
	say func(T) string
}

func (o opaque[T]) ConvertToNative(t reflect.Type) (any, error) {
	if reflect.TypeOf(o.is).AssignableTo(t) {
		return o.is, nil
	}
	if t.Kind() == reflect.String && o.say != nil {
		return o.say(o.is), nil
	}
	return nil, fmt.Errorf("type conversion error from '%s' to '%v'", o.of, t)
}

func (o opaque[T]) ConvertToType(t ref.Type) ref.Val {
	switch {
	case t == o.of:
		return o
	case t == types.TypeType:
		return types.NewTypeTypeWithParam(o.of)
	case t == types.StringType && o.say != nil:
		return types.String(o.say(o.is))
	}
	return types.NewErr("type conversion error from '%s' to '%s'", o.of, t)
}

func (o opaque[T]) Equal(other ref.Val) ref.Val {
	x, ok := other.(opaque[T])
	if !ok || x.of != o.of {
		return types.MaybeNoSuchOverloadErr(other)
	}
	if o.eq == nil {
		return types.Bool(reflect.DeepEqual(o.is, x.is))
	}
	return types.Bool(o.eq(o.is, x.is))
}

func (o opaque[T]) Type() ref.Type { return o.of }

func (o opaque[T]) Value() any { return o.is }

// string1 makes a function of a string.
func string1(f func(string) ref.Val) cel.OverloadOpt {
	return cel.UnaryBinding(func(v ref.Val) ref.Val {
		s, ok := v.Value().(string)
		if !ok {
			return types.MaybeNoSuchOverloadErr(v)
		}
		return f(s)
	})
}

// string2 makes a function of two strings.
func string2(f func(a, b string) ref.Val) cel.OverloadOpt {
	return cel.BinaryBinding(func(x, y ref.Val) ref.Val {
		a, ok := x.Value().(string)
		if !ok {
			return types.MaybeNoSuchOverloadErr(x)
		}
		b, ok := y.Value().(string)
		if !ok {
			return types.MaybeNoSuchOverloadErr(y)
		}
		return f(a, b)
	})
}

// of1 makes a function of an opaque value.
func of1[T any](f func(T) ref.Val) cel.OverloadOpt {
	return cel.UnaryBinding(func(v ref.Val) ref.Val {
		o, ok := v.(opaque[T])
		if !ok {
			return types.MaybeNoSuchOverloadErr(v)
		}
		return f(o.is)
	})
}

// of2 makes a function of an opaque value and another of Go's type U.
func of2[T, U any](f func(T, U) ref.Val) cel.OverloadOpt {
	return cel.BinaryBinding(func(x, y ref.Val) ref.Val {
		o, ok := x.(opaque[T])
		if !ok {
			return types.MaybeNoSuchOverloadErr(x)
		}
		u, ok := y.Value().(U)
		if !ok {
			return types.MaybeNoSuchOverloadErr(y)
		}
		return f(o.is, u)
	})
}

// stringList is a list of strings.
func stringList(ss []string) ref.Val { return types.NewStringList(types.DefaultTypeAdapter, ss) }
