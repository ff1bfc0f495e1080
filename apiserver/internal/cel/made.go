package cel

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// The names of the types that expressions can make values of: Object, and
// Object.spec and so on below it, and JSONPatch.
const (
	objectName = "Object"
	patchName  = "JSONPatch"
)

// The types of what mutations are made of.
var (
	MadeObject = types.NewObjectType(objectName)
	Patches    = types.NewListType(types.NewObjectType(patchName))
)

var patchFields = map[string]*Type{"op": String, "path": String, "from": String, "value": Dyn}

// Making is e for expressions that make objects and patches.
func (e *Env) Making() (*Env, error) {
	return e.with(cel.CustomTypeProvider(&maker{e.env.CELTypeProvider()}),
		cel.Function("jsonpatch.escapeKey", cel.Overload("string_jsonpatch_escapeKey_string", []*Type{String}, String,
			cel.UnaryBinding(func(key ref.Val) ref.Val {
				s, ok := key.Value().(string)
				if !ok {
					return types.MaybeNoSuchOverloadErr(key)
				}
				return types.String(strings.NewReplacer("~", "~0", "/", "~1").Replace(s))
			}))))
}

// maker knows the types that values can be made of, beside those of others. An
// object may have any field: what it is merged with says whether that is right.
type maker struct{ types.Provider }

func isMade(name string) bool {
	return name == patchName || name == objectName || strings.HasPrefix(name, objectName+".")
}

// FindStructType finds a type by name.
func (m *maker) FindStructType(name string) (*types.Type, bool) {
	if isMade(name) {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return m.Provider.FindStructType(name)
}

// FindStructFieldType finds a field.
func (m *maker) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if !isMade(name) {
		return m.Provider.FindStructFieldType(name, field)
	}
	if name != patchName {
		return &types.FieldType{Type: Dyn}, true
	}
	t := patchFields[field]
	return &types.FieldType{Type: t}, t != nil
}

// NewValue makes a value.
func (m *maker) NewValue(name string, fields map[string]ref.Val) ref.Val {
	if isMade(name) {
		return &Made{name, fields}
	}
	return m.Provider.NewValue(name, fields)
}

// Made is an object or a patch that an expression has made.
type Made struct {
	name   string
	fields map[string]ref.Val
}

// CheckNames says whether the objects in m have the names of the places where
// they are: Object.spec below Object in the field spec.
func (m *Made) CheckNames() error { return m.checkNames(objectName) }

func (m *Made) checkNames(want string) error {
	if m.name != want {
		return fmt.Errorf("unexpected type name %q, expected %q, which matches field name path from root Object type", m.name, want)
	}
	for name, v := range m.fields {
		if err := checkNames(v, want+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func checkNames(v ref.Val, want string) error {
	switch v := v.(type) {
	case *Made:
		return v.checkNames(want)
	case traits.Lister:
		for i := v.Iterator(); i.HasNext() == types.True; {
			if err := checkNames(i.Next(), want); err != nil {
				return err
			}
		}
	}
	return nil
}

// JSON is the value as encoding/json knows it.
func (m *Made) JSON() (map[string]any, error) {
	out := map[string]any{}
	for name, v := range m.fields {
		x, err := asJSON(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = x
	}
	return out, nil
}

// asJSON is any value as encoding/json knows it.
func asJSON(v ref.Val) (any, error) {
	switch v := v.(type) {
	case *Made:
		return v.JSON()
	case types.Null:
		return nil, nil
	case types.Int, types.Uint, types.Double, types.Bool, types.String, types.Bytes:
		return v.Value(), nil
	case *types.Optional:
		if !v.HasValue() {
			return nil, nil
		}
		return asJSON(v.GetValue())
	case traits.Lister:
		out := []any{}
		for i := v.Iterator(); i.HasNext() == types.True; {
			x, err := asJSON(i.Next())
			if err != nil {
				return nil, err
			}
			out = append(out, x)
		}
		return out, nil
	case traits.Mapper:
		out := map[string]any{}
		for i := v.Iterator(); i.HasNext() == types.True; {
			k := i.Next()
			name, ok := k.Value().(string)
			if !ok {
				return nil, fmt.Errorf("a key is a %s and not a string", k.Type().TypeName())
			}
			x, err := asJSON(v.Get(k))
			if err != nil {
				return nil, err
			}
			out[name] = x
		}
		return out, nil
	}
	s := v.ConvertToType(types.StringType) // times, durations, quantities
	if text, ok := s.Value().(string); ok {
		return text, nil
	}
	return nil, fmt.Errorf("a %s cannot be part of an object", v.Type().TypeName())
}

// Get is a field, as expressions that look into what they have made need it.
func (m *Made) Get(key ref.Val) ref.Val {
	name, _ := key.Value().(string)
	if v, ok := m.fields[name]; ok {
		return v
	}
	return types.NewErr("no such key: %v", key)
}

// IsSet says whether there is such a field.
func (m *Made) IsSet(key ref.Val) ref.Val {
	name, _ := key.Value().(string)
	_, ok := m.fields[name]
	return types.Bool(ok)
}

// ConvertToNative refuses.
func (m *Made) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("%s cannot be made a %v", m.name, t)
}

// ConvertToType refuses all but the type's own name.
func (m *Made) ConvertToType(t ref.Type) ref.Val {
	switch t {
	case m.Type():
		return m
	case types.TypeType:
		return types.NewTypeTypeWithParam(types.NewObjectType(m.name))
	}
	return types.NewErr("%s cannot be made a %v", m.name, t)
}

// Equal compares the fields.
func (m *Made) Equal(other ref.Val) ref.Val {
	o, ok := other.(*Made)
	if !ok || o.name != m.name || len(o.fields) != len(m.fields) {
		return types.False
	}
	for name, v := range m.fields {
		if x, ok := o.fields[name]; !ok || v.Equal(x) != types.True {
			return types.False
		}
	}
	return types.True
}

// Type is the type of m's name.
func (m *Made) Type() ref.Type { return types.NewObjectType(m.name) }

// Value is itself.
func (m *Made) Value() any { return m }
