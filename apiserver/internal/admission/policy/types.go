package policy

import (
	"strings"

	"github.com/google/cel-go/common/types"

	"github.com/pilothouse/pilothouse/apiserver/internal/cel"
	"github.com/pilothouse/pilothouse/proto/schema"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// typesOf are the types of the objects of a kind that this server knows, and of
// the parameters, for expressions to be checked against. They are nil where the
// kind is not known.
func typesOf(kind, params *scheme.Kind) *objectTypes {
	t := typer{made: map[*schema.Type]*cel.ObjectType{}}
	out := &objectTypes{object: t.kind(kind), params: t.kind(params)}
	for _, o := range t.made {
		out.parts = append(out.parts, o)
	}
	return out
}

// typer makes CEL's types of ours.
type typer struct {
	made map[*schema.Type]*cel.ObjectType
}

func (t typer) kind(k *scheme.Kind) *cel.Type {
	if k == nil || k.New == nil {
		return nil
	}
	s := schema.For(k.New())
	if s == nil {
		return nil
	}
	return t.of(s)
}

func (t typer) of(s *schema.Type) *cel.Type {
	if s == nil || strings.HasSuffix(s.Name, ".Quantity") {
		return cel.Dyn
	}
	switch s.Kind {
	case schema.Object:
		return t.object(s)
	case schema.Array:
		return types.NewListType(t.of(s.Elem))
	case schema.Map:
		return types.NewMapType(cel.String, t.of(s.Elem))
	case schema.String:
		return text(s.Format)
	case schema.Integer:
		return cel.Int
	case schema.Number:
		return types.DoubleType
	case schema.Boolean:
		return cel.Bool
	}
	return cel.Dyn
}

func text(format string) *cel.Type {
	switch format {
	case "date-time":
		return types.TimestampType
	case "byte":
		return types.BytesType
	case "int-or-string":
		return cel.Dyn
	}
	return cel.String
}

// object makes a struct's type once: some hold themselves.
func (t typer) object(s *schema.Type) *cel.Type {
	if o := t.made[s]; o != nil {
		return o.Type()
	}
	o := &cel.ObjectType{Name: "kubernetes." + s.GoName, Fields: map[string]*cel.Type{}}
	t.made[s] = o
	for _, f := range s.Fields {
		o.Fields[f.Name] = t.of(f.Type)
	}
	return o.Type()
}
