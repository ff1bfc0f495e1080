package rules

import (
	"strconv"
	"strings"

	"github.com/google/cel-go/common/types"

	"github.com/pilothouse/pilothouse/apiserver/internal/cel"
	"github.com/pilothouse/pilothouse/apiserver/internal/crd/structural"
)

// typer makes CEL types of schemas and collects those of objects.
type typer struct {
	objects []*cel.ObjectType
}

// typeOf is the type of a schema's values; nil when expressions cannot see them:
// nothing is known of what they are.
func (t *typer) typeOf(s *structural.Schema, root bool) *cel.Type {
	switch {
	case s == nil:
		return nil
	case s.IntOrString:
		return cel.Dyn
	}
	switch s.Type {
	case "array":
		if item := t.typeOf(s.Items, false); item != nil {
			return types.NewListType(item)
		}
		return nil
	case "object":
		if s.Additional != nil {
			if v := t.typeOf(s.Additional, false); v != nil {
				return types.NewMapType(types.StringType, v)
			}
			return nil
		}
		return t.object(s, root)
	case "boolean":
		return types.BoolType
	case "number":
		return types.DoubleType
	case "integer":
		return types.IntType
	case "string":
		switch s.Format {
		case "byte":
			return types.BytesType
		case "duration":
			return types.DurationType
		case "date", "date-time":
			return types.TimestampType
		}
		return types.StringType
	}
	return nil
}

// object declares the type of an object with fields.
func (t *typer) object(s *structural.Schema, root bool) *cel.Type {
	o := &cel.ObjectType{Name: "object" + strconv.Itoa(len(t.objects)), Fields: map[string]*cel.Type{}}
	t.objects = append(t.objects, o)
	for name, p := range s.Properties {
		field, ok := escape(name)
		if !ok {
			continue
		}
		if of := t.typeOf(p, false); of != nil {
			o.Fields[field] = of
		}
	}
	if root || s.Embedded {
		o.Fields["apiVersion"], o.Fields["kind"] = types.StringType, types.StringType
		m := &cel.ObjectType{Name: "object" + strconv.Itoa(len(t.objects)),
			Fields: map[string]*cel.Type{"name": types.StringType, "generateName": types.StringType}}
		t.objects = append(t.objects, m)
		o.Fields["metadata"] = m.Type()
	}
	return o.Type()
}

// reserved are the words of CEL that are no names.
var reserved = map[string]bool{"true": true, "false": true, "null": true, "in": true, "as": true, "break": true, "const": true,
	"continue": true, "else": true, "for": true, "function": true, "if": true, "import": true, "let": true, "loop": true,
	"package": true, "namespace": true, "return": true, "var": true, "void": true, "while": true}

var escaper = strings.NewReplacer("__", "__underscores__", ".", "__dot__", "-", "__dash__", "/", "__slash__")

// escape is a field's name as expressions write it. Some names cannot be
// written.
func escape(name string) (string, bool) {
	if reserved[name] {
		return "__" + name + "__", true
	}
	for i := range len(name) {
		c := name[i]
		if c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '.' || c == '-' || c == '/' || i > 0 && c >= '0' && c <= '9' {
			continue
		}
		return "", false
	}
	return escaper.Replace(name), name != ""
}

var unescaper = strings.NewReplacer("__underscores__", "__", "__dot__", ".", "__dash__", "-", "__slash__", "/")

// unescape is the field that an expression's name stands for.
func unescape(name string) string {
	if !strings.Contains(name, "__") {
		return name
	}
	if n, ok := strings.CutPrefix(name, "__"); ok {
		if n, ok = strings.CutSuffix(n, "__"); ok && reserved[n] {
			return n
		}
	}
	return unescaper.Replace(name)
}
