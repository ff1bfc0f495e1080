package structural

import (
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/jsonwire"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateEmbedded checks kind, apiVersion and metadata of the objects of the
// API that v holds.
func (s *Schema) ValidateEmbedded(v any, p *field.Path) (errs field.ErrorList) {
	if s == nil || !s.deepEmbedded {
		return nil
	}
	switch v := v.(type) {
	case map[string]any:
		if s.Embedded {
			errs = append(errs, embedded(v, p)...)
		}
		var room [16]string
		for _, name := range jsonwire.SortedKeys(v, room[:0]) {
			if c := s.Properties[name]; c != nil {
				errs = append(errs, c.ValidateEmbedded(v[name], p.Child(name))...)
			} else if s.Additional != nil {
				errs = append(errs, s.Additional.ValidateEmbedded(v[name], p.Key(name))...)
			}
		}
	case []any:
		for i, x := range v {
			errs = append(errs, s.Items.ValidateEmbedded(x, p.Index(i))...)
		}
	}
	return errs
}

func embedded(v map[string]any, p *field.Path) field.ErrorList {
	r := &field.Report{}
	for _, name := range []string{"apiVersion", "kind"} {
		switch x := v[name].(type) {
		case nil:
			r.Required(p.Child(name), "must not be empty")
		case string:
			if x == "" {
				r.Required(p.Child(name), "must not be empty")
			} else if name == "kind" {
				r.Each(p.Child(name), x, meta.IsDNS1035Label(lower(x)))
			} else if strings.Count(x, "/") > 1 {
				r.Invalid(p.Child(name), x, "unexpected GroupVersion string: "+x)
			}
		default:
			r.Add(field.TypeInvalid(p.Child(name), typeName(x), "must be a string"))
		}
	}
	if m, has := v["metadata"]; has {
		var o meta.ObjectMeta
		if err := jsonwire.Unmarshal(jsonwire.AppendTree(nil, m), &o); err != nil {
			r.Invalid(p.Child("metadata"), shown(m), err.Error())
			return r.Errors
		}
		if o.Name == "" {
			o.Name = "name" // Names may be left out here.
		}
		scope := meta.Namespaced
		if o.Namespace == "" {
			scope = meta.ClusterWide
		}
		meta.ValidateObjectMeta(r, &o, scope, meta.IsPathSegment, p.Child("metadata"))
	}
	return r.Errors
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
