package cel

import (
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// ObjectType is an object whose fields are known, such as one that a schema
// describes: expressions that name other fields are refused when compiled.
type ObjectType struct {
	// Name is unique in its environment.
	Name string
	// Fields are by the names that expressions use.
	Fields map[string]*Type
}

// Type is o as the type of a variable or a field.
func (o *ObjectType) Type() *Type { return types.NewObjectType(o.Name) }

// provider finds ObjectTypes beside the types that CEL has.
type provider struct {
	types.Provider
	objects map[string]*ObjectType
}

// FindStructType finds a type by name.
func (p *provider) FindStructType(name string) (*types.Type, bool) {
	if o := p.objects[name]; o != nil {
		return types.NewTypeTypeWithParam(o.Type()), true
	}
	return p.Provider.FindStructType(name)
}

// FindStructFieldNames lists a type's fields.
func (p *provider) FindStructFieldNames(name string) ([]string, bool) {
	o := p.objects[name]
	if o == nil {
		return p.Provider.FindStructFieldNames(name)
	}
	var names []string
	for n := range o.Fields {
		names = append(names, n)
	}
	return names, true
}

// FindStructFieldType finds a field.
func (p *provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	o := p.objects[name]
	if o == nil {
		return p.Provider.FindStructFieldType(name, field)
	}
	t := o.Fields[field]
	if t == nil {
		return nil, false
	}
	return &types.FieldType{Type: t}, true
}

// FindIdent finds a type's name used as a value.
func (p *provider) FindIdent(name string) (ref.Val, bool) {
	if o := p.objects[name]; o != nil {
		return types.NewTypeTypeWithParam(o.Type()), true
	}
	return p.Provider.FindIdent(name)
}
