package patch

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/schema"
)

// Directives of a strategic merge patch.
const (
	directive       = "$patch" // replace, delete or merge
	retainKeys      = "$retainKeys"
	deletePrimitive = "$deleteFromPrimitiveList/"
	elementOrder    = "$setElementOrder/"
)

// Strategic applies a strategic merge patch to a document of type t. Lists
// whose type declares a merge key are merged element by element, others are
// replaced; without a type (nil) all are.
func Strategic(doc, patch []byte, t *schema.Type) ([]byte, error) {
	d, p, err := decodeBoth(doc, patch)
	if err != nil {
		return nil, err
	}
	m, ok := d.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("document: not a JSON object")
	}
	out, err := mergeObject(m, p.(map[string]any), t)
	if err != nil {
		return nil, err
	}
	return encode(out)
}

// mergeObject applies patch to doc, which it may change.
func mergeObject(doc, patch map[string]any, t *schema.Type) (map[string]any, error) {
	if what, ok := patch[directive]; ok {
		switch what {
		case "replace":
			out := maps.Clone(patch)
			delete(out, directive)
			return out, nil
		case "delete":
			return map[string]any{}, nil
		case "merge":
		default:
			return nil, errorf("unknown patch type found: %v", what)
		}
	}
	if doc == nil {
		doc = map[string]any{}
	}
	if err := retain(doc, patch); err != nil {
		return nil, err
	}
	for _, k := range slices.Sorted(maps.Keys(patch)) {
		v := patch[k]
		switch {
		case k == directive || k == retainKeys || strings.HasPrefix(k, elementOrder):
			continue
		case strings.HasPrefix(k, deletePrimitive):
			if err := dropPrimitives(doc, strings.TrimPrefix(k, deletePrimitive), v); err != nil {
				return nil, err
			}
			continue
		case v == nil:
			delete(doc, k)
			continue
		}
		merged, err := mergeValue(doc[k], v, k, t)
		if err != nil {
			return nil, err
		}
		doc[k] = merged
	}
	for k, v := range patch {
		if name, ok := strings.CutPrefix(k, elementOrder); ok {
			if err := reorder(doc, name, v, t); err != nil {
				return nil, err
			}
		}
	}
	return doc, nil
}

func mergeValue(old, v any, name string, t *schema.Type) (any, error) {
	f := t.Field(name)
	switch v := v.(type) {
	case map[string]any:
		if f != nil && f.PatchReplace {
			return v, nil
		}
		was, _ := old.(map[string]any)
		return mergeObject(was, v, fieldType(f, t))
	case []any:
		was, isList := old.([]any)
		if old != nil && !isList {
			return v, nil
		}
		if f == nil || !f.PatchMerge {
			return v, nil
		}
		if !objects(v) {
			return unite(was, v), nil
		}
		return mergeList(was, v, f)
	}
	return v, nil
}

// fieldType is the type below a field: of an object, of a map's values; nil
// when nothing is known.
func fieldType(f *schema.Field, parent *schema.Type) *schema.Type {
	if f != nil {
		return f.Type
	}
	if parent != nil && parent.Kind == schema.Map {
		return parent.Elem
	}
	return nil
}

// retain removes from doc what a $retainKeys list does not name.
func retain(doc, patch map[string]any) error {
	list, ok := patch[retainKeys]
	if !ok {
		return nil
	}
	keys, ok := list.([]any)
	if !ok {
		return errorf("%s must be a list of field names", retainKeys)
	}
	keep := map[string]bool{}
	for _, k := range keys {
		s, ok := k.(string)
		if !ok {
			return errorf("%s must be a list of field names, not %v", retainKeys, k)
		}
		keep[s] = true
	}
	for k := range patch {
		if !strings.HasPrefix(k, "$") && patch[k] != nil && !keep[k] {
			return errorf("the patch sets %q, which %s does not name", k, retainKeys)
		}
	}
	maps.DeleteFunc(doc, func(k string, _ any) bool { return !keep[k] })
	return nil
}

func dropPrimitives(doc map[string]any, name string, v any) error {
	drop, ok := v.([]any)
	if !ok {
		return errorf("%s%s must be a list", deletePrimitive, name)
	}
	list, ok := doc[name].([]any)
	if !ok {
		return nil
	}
	doc[name] = slices.DeleteFunc(list, func(x any) bool { return slices.ContainsFunc(drop, func(d any) bool { return same(d, x) }) })
	return nil
}

// unite appends what is new.
func unite(old, add []any) []any {
	out := slices.Clone(old)
	for _, v := range add {
		if !slices.ContainsFunc(out, func(x any) bool { return same(x, v) }) {
			out = append(out, v)
		}
	}
	return out
}

func objects(list []any) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(v any) bool { _, ok := v.(map[string]any); return !ok })
}

// mergeList merges a list of objects by the field's merge key.
func mergeList(old, patch []any, f *schema.Field) ([]any, error) {
	if f.MergeKey == "" {
		return unite(old, patch), nil
	}
	replace := slices.ContainsFunc(patch, func(v any) bool { return v.(map[string]any)[directive] == "replace" })
	out := slices.Clone(old)
	if replace {
		out = nil
	}
	for _, v := range patch {
		p := v.(map[string]any)
		switch p[directive] {
		case "replace":
			if len(p) == 1 {
				continue // the directive alone, beside the new elements
			}
			p = maps.Clone(p)
			delete(p, directive)
		case "delete":
			key, ok := p[f.MergeKey]
			if !ok {
				return nil, missingKey(p, f)
			}
			out = slices.DeleteFunc(out, func(x any) bool { return hasKey(x, f.MergeKey, key) })
			continue
		}
		key, ok := p[f.MergeKey]
		if !ok {
			return nil, missingKey(p, f)
		}
		at := slices.IndexFunc(out, func(x any) bool { return hasKey(x, f.MergeKey, key) })
		if at < 0 {
			fresh, err := mergeObject(nil, p, f.Type.Elem)
			if err != nil {
				return nil, err
			}
			out = append(out, fresh)
			continue
		}
		merged, err := mergeObject(maps.Clone(out[at].(map[string]any)), p, f.Type.Elem)
		if err != nil {
			return nil, err
		}
		out[at] = merged
	}
	return out, nil
}

func missingKey(p map[string]any, f *schema.Field) error {
	return errorf("map: %v does not contain declared merge key: %s", p, f.MergeKey)
}

func hasKey(x any, name string, value any) bool {
	m, ok := x.(map[string]any)
	if !ok {
		return false
	}
	v, ok := m[name]
	return ok && same(v, value)
}

// same compares scalars as they are written: the number 80 is the text 80.
func same(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) }

// reorder puts the elements that a $setElementOrder list names into its
// order; those that it does not name keep their place among their neighbours.
func reorder(doc map[string]any, name string, order any, t *schema.Type) error {
	wanted, ok := order.([]any)
	if !ok {
		return errorf("%s%s must be a list", elementOrder, name)
	}
	list, ok := doc[name].([]any)
	f := t.Field(name)
	if !ok || f == nil || !f.PatchMerge {
		return nil
	}
	rank := func(x any) int {
		return slices.IndexFunc(wanted, func(w any) bool {
			wm, isMap := w.(map[string]any)
			if !isMap {
				return same(w, x)
			}
			return hasKey(x, f.MergeKey, wm[f.MergeKey])
		})
	}
	var named, others []int
	for i, x := range list {
		if rank(x) >= 0 {
			named = append(named, i)
		} else {
			others = append(others, i)
		}
	}
	slices.SortStableFunc(named, func(a, b int) int { return rank(list[a]) - rank(list[b]) })
	out := make([]any, 0, len(list))
	for len(named)+len(others) > 0 {
		if len(others) == 0 || len(named) > 0 && named[0] < others[0] {
			out, named = append(out, list[named[0]]), named[1:]
		} else {
			out, others = append(out, list[others[0]]), others[1:]
		}
	}
	doc[name] = out
	return nil
}
