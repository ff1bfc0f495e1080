package structural

import "github.com/pilothouse/pilothouse/proto/jsonwire"

// Fill sets the defaults of what v leaves out, and takes away nulls where there may be
// none. v is an object or array and changed in place.
func (s *Schema) Fill(v any) {
	if s == nil {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		s.fillFields(v)
	case []any:
		if s.Items == nil {
			return
		}
		for i, x := range v {
			if x == nil && !s.Items.Nullable && s.Items.HasDefault {
				v[i] = jsonwire.CopyTree(s.Items.Default)
			}
			s.Items.Fill(v[i])
		}
	}
}

func (s *Schema) fillFields(v map[string]any) {
	if s.deepDefaults {
		for name, p := range s.Properties {
			if !p.HasDefault {
				continue
			}
			if x, has := v[name]; !has || x == nil && !p.Nullable {
				v[name] = jsonwire.CopyTree(p.Default)
			}
		}
	}
	for name, x := range v {
		p := s.Properties[name]
		if p == nil {
			p = s.Additional
		}
		if p == nil {
			continue
		}
		if x == nil && !p.Nullable {
			if !p.HasDefault {
				delete(v, name)
				continue
			}
			v[name] = jsonwire.CopyTree(p.Default)
			x = v[name]
		}
		p.Fill(x)
	}
}
