package patch

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/pilothouse/pilothouse/proto/schema"
)

// ThreeWay computes the patch that makes current what modified says, and
// removes what original, the last that was applied, had and modified has no
// more. Fields that neither of the two knows are left alone. With a type the
// patch is a strategic one, without (nil) a merge patch. It is {} when nothing
// is to be done.
func ThreeWay(original, modified, current []byte, t *schema.Type) ([]byte, error) {
	var docs [3]map[string]any
	for i, b := range [][]byte{original, modified, current} {
		v, err := decode(b)
		if err != nil {
			return nil, err
		}
		m, ok := v.(map[string]any)
		if !ok {
			return nil, errorf("%s is no JSON object", []string{"the last applied configuration", "the configuration", "the stored object"}[i])
		}
		docs[i] = m
	}
	d := differ{strategic: t != nil}
	return encode(d.object(docs[0], docs[1], docs[2], t))
}

type differ struct{ strategic bool }

// object is the patch for one object; empty when it is as wanted.
func (d differ) object(original, modified, current map[string]any, t *schema.Type) map[string]any {
	out := map[string]any{}
	for k, want := range modified {
		have, there := current[k]
		if !there {
			if want != nil {
				out[k] = want
			}
			continue
		}
		d.field(out, k, original[k], want, have, t)
	}
	for k := range original {
		_, wanted := modified[k]
		if _, there := current[k]; there && !wanted {
			out[k] = nil
		}
	}
	return out
}

// field adds what one field needs to the patch.
func (d differ) field(out map[string]any, k string, was, want, have any, t *schema.Type) {
	f := t.Field(k)
	switch want := want.(type) {
	case map[string]any:
		haveMap, ok := have.(map[string]any)
		if !ok || d.strategic && f != nil && f.PatchReplace {
			if !equal(want, have) {
				out[k] = want
			}
			return
		}
		wasMap, _ := was.(map[string]any)
		sub := d.object(wasMap, want, haveMap, fieldType(f, t))
		if len(sub) == 0 {
			return
		}
		if d.strategic && f != nil && f.RetainKeys {
			sub[retainKeys] = keyList(want)
		}
		out[k] = sub
	case []any:
		haveList, ok := have.([]any)
		if d.strategic && ok && f != nil && f.PatchMerge {
			wasList, _ := was.([]any)
			if f.MergeKey != "" {
				d.keyedList(out, k, wasList, want, haveList, f)
			} else {
				primitives(out, k, wasList, want, haveList)
			}
			return
		}
		if !ok || !equal(want, have) {
			out[k] = want
		}
	default:
		if !equal(want, have) {
			out[k] = want
		}
	}
}

func keyList(m map[string]any) []any {
	var out []any
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out = append(out, k)
	}
	return out
}

// find is the element of a list with a merge key of value that has so many of its
// like before it, and where it is: the ports 53 of a name server are two.
func find(list []any, key string, value any, before int) (map[string]any, int) {
	for at, x := range list {
		if !hasKey(x, key, value) {
			continue
		}
		if before == 0 {
			return x.(map[string]any), at
		}
		before--
	}
	return nil, -1
}

// keyedList adds the changes of a list whose elements have a merge key.
func (d differ) keyedList(out map[string]any, k string, was, want, have []any, f *schema.Field) {
	var items, order []any
	last, moved := -1, false
	seen := map[string]int{} // how many there were of each key
	for _, x := range want {
		w, ok := x.(map[string]any)
		if !ok || w[f.MergeKey] == nil {
			out[k] = want // no key to go by: the server says so
			return
		}
		key := w[f.MergeKey]
		order = append(order, map[string]any{f.MergeKey: key})
		before := seen[fmt.Sprint(key)]
		seen[fmt.Sprint(key)]++
		h, at := find(have, f.MergeKey, key, before)
		if h == nil {
			items = append(items, w)
			continue
		}
		moved = moved || at < last
		last = at
		o, _ := find(was, f.MergeKey, key, before)
		sub := d.object(o, w, h, f.Type.Elem)
		if len(sub) == 0 {
			continue
		}
		sub[f.MergeKey] = key
		if f.RetainKeys {
			sub[retainKeys] = keyList(w)
		}
		items = append(items, sub)
	}
	for _, x := range was {
		o, ok := x.(map[string]any)
		if !ok {
			continue
		}
		key := o[f.MergeKey]
		wanted, _ := find(want, f.MergeKey, key, 0)
		if there, _ := find(have, f.MergeKey, key, 0); there != nil && wanted == nil {
			items = append(items, map[string]any{directive: "delete", f.MergeKey: key})
		}
	}
	if len(items) > 0 {
		out[k] = items
	}
	if len(items) > 0 && len(order) > 0 || moved {
		out[elementOrder+k] = order
	}
}

// primitives adds the changes of a list that is merged as a set.
func primitives(out map[string]any, k string, was, want, have []any) {
	in := func(list []any, v any) bool {
		return slices.ContainsFunc(list, func(x any) bool { return same(x, v) })
	}
	var add, drop []any
	for _, v := range want {
		if !in(have, v) {
			add = append(add, v)
		}
	}
	for _, v := range was {
		if !in(want, v) && in(have, v) {
			drop = append(drop, v)
		}
	}
	if len(add) > 0 {
		out[k] = add
	}
	if len(drop) > 0 {
		out[deletePrimitive+k] = drop
	}
	if len(add)+len(drop) > 0 && len(want) > 0 {
		out[elementOrder+k] = want
	}
}

// equal compares values; numbers by what they are worth.
func equal(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && maps.EqualFunc(x, y, equal)
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, equal)
	case json.Number:
		y, ok := b.(json.Number)
		if !ok || x == y {
			return ok
		}
		p, err := strconv.ParseFloat(x.String(), 64)
		q, err2 := strconv.ParseFloat(y.String(), 64)
		return err == nil && err2 == nil && p == q
	}
	return a == b
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
