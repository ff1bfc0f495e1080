package structural

import (
	"fmt"
	"strconv"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/jsonwire"
)

// ValidateLists reports items that occur twice in lists of type set, and items
// with equal keys in lists of type map.
func (s *Schema) ValidateLists(v any, p *field.Path) (errs field.ErrorList) {
	if s == nil {
		return nil
	}
	switch v := v.(type) {
	case map[string]any:
		if len(s.Properties) == 0 && s.Additional == nil {
			return nil
		}
		var room [16]string
		for _, name := range jsonwire.SortedKeys(v, room[:0]) {
			if c := s.Properties[name]; c != nil {
				errs = append(errs, c.ValidateLists(v[name], p.Child(name))...)
			} else if s.Additional != nil {
				errs = append(errs, s.Additional.ValidateLists(v[name], p.Key(name))...)
			}
		}
	case []any:
		switch s.ListType {
		case "set":
			errs = append(errs, twice(v, p, func(x any) any { return x })...)
		case "map":
			errs = append(errs, twice(v, p, s.keysOf)...)
		}
		if s.Items != nil {
			for i, x := range v {
				errs = append(errs, s.Items.ValidateLists(x, p.Index(i))...)
			}
		}
	}
	return errs
}

// keysOf is what tells an item of a map list from the others.
func (s *Schema) keysOf(x any) any {
	m, ok := x.(map[string]any)
	if !ok {
		return x
	}
	keys := make(map[string]any, len(s.ListKeys))
	for _, k := range s.ListKeys {
		if v, has := m[k]; has {
			keys[k] = v
		}
	}
	return keys
}

func twice(list []any, p *field.Path, key func(any) any) (errs field.ErrorList) {
	seen := make(map[string]bool, len(list))
	for i, x := range list {
		if x == nil {
			continue
		}
		k := key(x)
		text := canonical(k)
		if seen[text] {
			errs = append(errs, field.Duplicate(p.Index(i), shown(k)))
		}
		seen[text] = true
	}
	return errs
}

// canonical is a text that is the same for values that are the same.
func canonical(v any) string {
	switch v := v.(type) {
	case string:
		return `"` + v
	case int64:
		return strconv.FormatFloat(float64(v), 'g', -1, 64)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return fmt.Sprint(v)
	}
	return string(jsonwire.AppendTree(nil, v))
}
