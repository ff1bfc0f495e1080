package rules

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"time"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd/structural"
)

// val is a value as CEL sees it, by its schema: strings may be times or bytes,
// lists may be sets. Nothing is copied.
func val(v any, s *structural.Schema) ref.Val {
	switch v := v.(type) {
	case nil:
		return types.NullValue
	case bool:
		return types.Bool(v)
	case int64:
		if s != nil && s.Type == "number" {
			return types.Double(v)
		}
		return types.Int(v)
	case float64:
		if s != nil && s.Type == "integer" {
			return types.Int(v)
		}
		return types.Double(v)
	case string:
		return text(v, s)
	case map[string]any:
		return &mapVal{v, s}
	case []any:
		return &listVal{v, s}
	case ref.Val:
		return v
	}
	return types.NewErr("a value of type %T is none of JSON's", v)
}

func text(v string, s *structural.Schema) ref.Val {
	if s == nil || s.Format == "" || s.Type != "string" {
		return types.String(v)
	}
	switch s.Format {
	case "byte":
		b, err := base64.StdEncoding.DecodeString(v)
		if err != nil {
			return types.NewErr("error converting formatted string to base64-encoded bytes type: %v", err)
		}
		return types.Bytes(b)
	case "duration":
		d, err := structural.ParseDuration(v)
		if err != nil {
			return types.NewErr("error converting formatted string to duration type: %v", err)
		}
		return types.Duration{Duration: d}
	case "date":
		t, err := time.Parse(time.DateOnly, v)
		if err != nil {
			return types.NewErr("error converting formatted string to date type: %v", err)
		}
		return types.Timestamp{Time: t}
	case "date-time":
		t, err := structural.ParseDateTime(v)
		if err != nil {
			return types.NewErr("error converting formatted string to date-time type: %v", err)
		}
		return types.Timestamp{Time: t}
	}
	return types.String(v)
}

// mapVal is an object or a map.
type mapVal struct {
	m map[string]any
	s *structural.Schema
}

// of is the schema of a field.
func (v *mapVal) of(name string) *structural.Schema {
	if v.s == nil {
		return nil
	}
	if p := v.s.Properties[name]; p != nil {
		return p
	}
	return v.s.Additional
}

// named says whether keys are field names, which expressions write escaped.
func (v *mapVal) named() bool { return v.s != nil && v.s.Additional == nil && !v.s.AdditionalAny }

// Find is the value of a key.
func (v *mapVal) Find(key ref.Val) (ref.Val, bool) {
	k, ok := key.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(key), true
	}
	name := string(k)
	if v.named() {
		name = unescape(name)
	}
	x, has := v.m[name]
	if !has {
		return nil, false
	}
	return val(x, v.of(name)), true
}

// Get is Find that makes an error of a key that is not there.
func (v *mapVal) Get(key ref.Val) ref.Val {
	if x, ok := v.Find(key); ok {
		return x
	}
	return types.NewErr("no such key: %v", key.Value())
}

// IsSet is for has().
func (v *mapVal) IsSet(field ref.Val) ref.Val { return v.Contains(field) }

// Contains says whether a key is there.
func (v *mapVal) Contains(key ref.Val) ref.Val {
	x, ok := v.Find(key)
	if ok && types.IsUnknownOrError(x) {
		return x
	}
	return types.Bool(ok)
}

// Equal compares field by field.
func (v *mapVal) Equal(other ref.Val) ref.Val {
	o, ok := other.(traits.Mapper)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	if v.Size() != o.Size() {
		return types.False
	}
	for name, x := range v.m {
		y, has := o.Find(types.String(name))
		if !has {
			return types.False
		}
		if eq := val(x, v.of(name)).Equal(y); eq != types.True {
			return eq
		}
	}
	return types.True
}

// Size is how many fields there are.
func (v *mapVal) Size() ref.Val { return types.Int(len(v.m)) }

// Iterator goes over the keys, in their order.
func (v *mapVal) Iterator() traits.Iterator { return &iterator{n: len(v.m), at: keyAt(v)} }

func (v *mapVal) ConvertToNative(t reflect.Type) (any, error) { return native(v.m, t) }

func (v *mapVal) ConvertToType(t ref.Type) ref.Val { return convert(v, t, types.MapType) }

func (v *mapVal) Type() ref.Type { return types.MapType }

func (v *mapVal) Value() any { return v.m }

// iterator counts up.
type iterator struct {
	i, n int
	at   func(int) ref.Val
}

func (it *iterator) HasNext() ref.Val { return types.Bool(it.i < it.n) }

func (it *iterator) Next() ref.Val {
	if it.i >= it.n {
		return nil
	}
	it.i++
	return it.at(it.i - 1)
}

func (it *iterator) ConvertToNative(reflect.Type) (any, error) {
	return nil, fmt.Errorf("no such overload")
}
func (it *iterator) ConvertToType(ref.Type) ref.Val { return types.NewErr("no such overload") }
func (it *iterator) Equal(ref.Val) ref.Val          { return types.NewErr("no such overload") }
func (it *iterator) Type() ref.Type                 { return types.IteratorType }
func (it *iterator) Value() any                     { return nil }

func native(v any, t reflect.Type) (any, error) {
	if reflect.TypeOf(v).AssignableTo(t) {
		return v, nil
	}
	return nil, fmt.Errorf("type conversion error from %T to '%v'", v, t)
}

func convert(v ref.Val, t ref.Type, own *types.Type) ref.Val {
	switch t {
	case own:
		return v
	case types.TypeType:
		return own
	}
	return types.NewErr("type conversion error from '%s' to '%s'", own, t)
}
