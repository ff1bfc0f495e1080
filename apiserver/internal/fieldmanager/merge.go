package fieldmanager

import (
	"fmt"
	"strings"

	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	smd "sigs.k8s.io/structured-merge-diff/v6/schema"
	"sigs.k8s.io/structured-merge-diff/v6/typed"
	"sigs.k8s.io/structured-merge-diff/v6/value"
)

// Merge puts the fields of a configuration into an object the way apply does,
// without asking who owns them: what the configuration does not name stays as
// it is. Lists and maps that are owned as a whole are refused, as there would be
// no telling what is meant to go.
func (k *Kind) Merge(obj, config []byte) ([]byte, error) {
	o, err := k.typed(obj, typed.AllowDuplicates)
	if err != nil {
		return nil, fmt.Errorf("failed to convert original object to typed object: %w", err)
	}
	c, err := k.typed(config)
	if err != nil {
		return nil, fmt.Errorf("failed to convert patch object to typed object: %w", err)
	}
	if whole := wholes(nil, c.Schema(), c.TypeRef(), c.AsValue()); len(whole) > 0 {
		return nil, fmt.Errorf("invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: %s", strings.Join(whole, ", "))
	}
	merged, err := o.Merge(c)
	if err != nil {
		return nil, fmt.Errorf("failed to merge patch: %w", err)
	}
	return value.ToJSON(merged.AsValue())
}

// wholes are the places in v that are owned as a whole.
func wholes(at fieldpath.Path, s *smd.Schema, t smd.TypeRef, v value.Value) (found []string) {
	a, ok := s.Resolve(t)
	switch {
	case !ok:
	case v.IsMap() && a.Map != nil:
		if a.Map.ElementRelationship == smd.Atomic {
			found = append(found, at.String())
		}
		v.AsMap().Iterate(func(name string, x value.Value) bool {
			if f, ok := a.Map.FindField(name); ok {
				found = append(found, wholes(append(at, fieldpath.PathElement{FieldName: &name}), s, f.Type, x)...)
			}
			return true
		})
	case v.IsList() && a.List != nil:
		if a.List.ElementRelationship == smd.Atomic {
			found = append(found, at.String())
		}
		l := v.AsList()
		for i := range l.Length() {
			found = append(found, wholes(append(at, fieldpath.PathElement{Index: &i}), s, a.List.ElementType, l.At(i))...)
		}
	}
	return found
}
