package policy

import (
	"context"
	"fmt"
	"reflect"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission/match"
	"github.com/pilothouse/pilothouse/apiserver/internal/cel"
)

// variables is the value of the name variables: each one is evaluated when an
// expression first asks for it, and then known for the rest of the request.
type variables struct {
	ctx      context.Context
	compiled map[string]match.Expression
	values   cel.Values
	budget   *cel.Budget
	known    map[string]ref.Val
}

// Find evaluates a variable.
func (v *variables) Find(key ref.Val) (ref.Val, bool) {
	name, ok := key.Value().(string)
	if !ok {
		return types.MaybeNoSuchOverloadErr(key), true
	}
	if x, ok := v.known[name]; ok {
		return x, true
	}
	x, ok := v.compiled[name]
	if !ok {
		return nil, false
	}
	var out ref.Val
	if x.Err != nil {
		out = types.NewErr("composited variable %q fails to compile: %v", name, x.Err)
	} else if got, err := x.Program.Eval(v.ctx, v.values, v.budget); err != nil {
		out = types.NewErr("composited variable %q fails to evaluate: %v", name, err)
	} else {
		out = got
	}
	v.known[name] = out
	return out, true
}

// Get is Find for a variable that must be there.
func (v *variables) Get(key ref.Val) ref.Val {
	if x, ok := v.Find(key); ok {
		return x
	}
	return types.NewErr("no such key: %v", key)
}

// Contains says whether there is such a variable.
func (v *variables) Contains(key ref.Val) ref.Val {
	name, _ := key.Value().(string)
	_, ok := v.compiled[name]
	return types.Bool(ok)
}

// Size is how many variables there are.
func (v *variables) Size() ref.Val { return types.Int(len(v.compiled)) }

// Iterator: nobody walks over the variables, their type has fields.
func (v *variables) Iterator() traits.Iterator { return nil }

// ConvertToNative refuses.
func (v *variables) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("variables cannot be made a %v", t)
}

// ConvertToType refuses.
func (v *variables) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("variables cannot be made a %v", t)
}

// Equal is whether it is the same.
func (v *variables) Equal(other ref.Val) ref.Val { return types.Bool(ref.Val(v) == other) }

// Type is that of an object with fields.
func (v *variables) Type() ref.Type { return types.NewObjectType(variablesType) }

// Value is itself.
func (v *variables) Value() any { return v }
