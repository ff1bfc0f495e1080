package definition

import (
	"fmt"
	"strings"

	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/field"
)

// maxSelectable is how many fields selectors may name.
const maxSelectable = 8

func validateSelectable(r *field.Report, v *apiextensions.CustomResourceDefinitionVersion, p *field.Path) {
	seen := map[string]bool{}
	for i, f := range v.SelectableFields {
		at := p.Index(i).Child("jsonPath")
		if f.JSONPath == "" {
			r.Required(at, "")
			continue
		}
		if v.Schema == nil || v.Schema.OpenAPIV3Schema == nil {
			continue
		}
		s, err := follow(v.Schema.OpenAPIV3Schema, f.JSONPath)
		switch {
		case err != nil:
			r.Invalid(at, f.JSONPath, "is an invalid path: "+err.Error())
			continue
		case s.Type != "string" && s.Type != "boolean" && s.Type != "integer":
			r.Invalid(at, f.JSONPath, "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.")
			continue
		}
		if seen[f.JSONPath] {
			r.Duplicate(at, f.JSONPath)
		}
		seen[f.JSONPath] = true
	}
	if len(seen) > maxSelectable {
		r.Add(field.TooMany(p, len(seen), maxSelectable))
	}
}

// follow is the schema that a path of names leads to.
func follow(s *props, path string) (*props, error) {
	if path[0] != '.' && path[0] != '[' {
		return nil, fmt.Errorf("expected [ or . but got: %s", path)
	}
	if strings.Contains(path, "[") {
		return nil, fmt.Errorf("array notation is not allowed")
	}
	for i, name := range strings.Split(path[1:], ".") {
		c, has := s.Properties[name]
		if !has || i == 0 && name == "metadata" {
			return nil, fmt.Errorf("does not refer to a valid field")
		}
		s = &c
	}
	return s, nil
}
