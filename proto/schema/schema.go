// Package schema describes the API's types as data: the fields of each, their
// types and documentation, how a patch merges them. The OpenAPI document,
// strategic merge patches and kubectl explain read it; nothing on the path of
// an ordinary request does.
//
// The description is written by proto/gen from the Go structs into
// zz_generated_types.go and linked on first use (link.go).
package schema

import (
	"reflect"
	"strings"
)

// Kind is the shape of a type on the wire.
type Kind uint8

const (
	Object  Kind = iota + 1 // a struct: Fields
	Array                   // Elem
	Map                     // Elem, by string
	String                  // also times, quantities and bytes: see Format
	Integer                 // int32 or int64: see Format
	Number                  // a floating point number
	Boolean
	Any  // any JSON object
	Free // any JSON value
)

// Type describes one type. All its values are shared: do not change them.
type Type struct {
	Kind Kind
	// Name is that of the OpenAPI definition, such as
	// io.k8s.api.core.v1.PodSpec; empty for types that have none.
	Name string
	// GoName is the struct's name with its package, such as core.PodSpec.
	GoName string
	Doc    string
	// Format is OpenAPI's: int32, int64, double, byte, date-time, int-or-string.
	Format string
	Elem   *Type
	Fields []*Field
	// MapType is atomic when a patch replaces the struct as a whole.
	MapType string
	// Enum holds the values declared for a string type.
	Enum []string
	// Published says that the OpenAPI documents list them. Others may grow, or
	// are only the best known ones.
	Published bool

	byName map[string]*Field
}

// Field describes one field of an object, inlined structs' fields included.
type Field struct {
	Name string // on the wire
	Type *Type
	Doc  string
	// Required says that an object without the field is refused.
	Required bool
	// Default is the value the server fills in, as JSON; empty for none.
	Default string
	// PatchMerge says that strategic merge patch merges the list by MergeKey,
	// or as a set when MergeKey is empty, instead of replacing it.
	PatchMerge bool
	// RetainKeys says that strategic merge patch drops the fields that a
	// $retainKeys list does not name.
	RetainKeys bool
	// PatchReplace says that strategic merge patch replaces the object instead
	// of merging it.
	PatchReplace bool
	MergeKey     string
	// ListType and ListMapKeys say how apply merges the list: atomic, set or
	// map. MapType does the same for a map or an object.
	ListType    string
	ListMapKeys []string
	MapType     string
}

// Field is the field with that name on the wire, or nil. A nil Type has none.
func (t *Type) Field(name string) *Field {
	if t == nil {
		return nil
	}
	return t.byName[name]
}

// For is the description of o's type: a struct of the API or a pointer to
// one. It is nil for other types.
func For(o any) *Type { return ForType(reflect.TypeOf(o)) }

// ForType is For of a reflected type.
func ForType(t reflect.Type) *Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil {
		return nil
	}
	path := t.PkgPath()
	return types().byGoName[path[strings.LastIndexByte(path, '/')+1:]+"."+t.Name()]
}

// ByName is the type with that OpenAPI name, or nil.
func ByName(name string) *Type { return types().byName[name] }

// ByGoName is the type with that Go name ("core.Pod"), or nil.
func ByGoName(name string) *Type { return types().byGoName[name] }

// All lists every struct and every scalar that has an OpenAPI name, sorted by
// that name.
func All() []*Type { return types().all }
