package patch

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/schema"
)

// Directives of a strategic merge patch.
const (
	directive       = "$patch" // replace or delete
	retainKeys      = "$retainKeys"
	deletePrimitive = "$deleteFromPrimitiveList/"
	elementOrder    = "$setElementOrder/"
)

// Strategic applies a strategic merge patch to a document of type t. Lists
// whose type declares a merge key are merged element by element, others are
// replaced; without a type (nil) all are. Like Merge it reads only what the
// patch changes.
func Strategic(doc, patch []byte, t *schema.Type) ([]byte, error) {
	changes, err := decodePatch(patch)
	if err != nil {
		return nil, errorf("%v", err)
	}
	doc = bytes.TrimSpace(doc)
	if len(doc) == 0 || doc[0] != '{' {
		return nil, errorf("document: not a JSON object")
	}
	return strategicText(make([]byte, 0, len(doc)+len(patch)), doc, changes, t)
}

// strategicText appends doc, the text of an object, with the changes made.
// Where there are directives the object is taken apart.
func strategicText(out, doc []byte, changes map[string]any, t *schema.Type) ([]byte, error) {
	if directed(changes) {
		d, err := decode(doc)
		if err != nil {
			return nil, err
		}
		was, _ := d.(map[string]any)
		merged, err := mergeObject(was, changes, t)
		if err != nil {
			return nil, err
		}
		text, err := encode(merged)
		return append(out, text...), err
	}
	return rewrite(out, doc, changes, func(out, value []byte, name string, change any) ([]byte, bool, error) {
		return strategicMember(out, value, name, change, t)
	})
}

// directed says whether a patch has directives on its first level.
func directed(changes map[string]any) bool {
	for k := range changes {
		if strings.HasPrefix(k, "$") {
			return true
		}
	}
	return false
}

// strategicMember appends a member's value, nil when it has none, with its
// change made. It says whether anything is left of it.
func strategicMember(out, value []byte, name string, change any, t *schema.Type) ([]byte, bool, error) {
	if inner, ok := change.(map[string]any); ok && len(value) > 0 && value[0] == '{' && !replaced(t, name) {
		below, err := structAt(t, name)
		if err != nil {
			return nil, false, err
		}
		out, err = strategicText(out, value, inner, below)
		return out, true, err
	}
	holder := map[string]any{}
	if value != nil {
		v, err := decode(value)
		if err != nil {
			return nil, false, err
		}
		holder[name] = v
	}
	if err := mergeField(holder, name, change, t, false); err != nil {
		return nil, false, err
	}
	v, keep := holder[name]
	if !keep {
		return out, false, nil
	}
	text, err := encode(v)
	return append(out, text...), true, err
}

// mergeObject applies patch to doc; it may change both.
func mergeObject(doc, patch map[string]any, t *schema.Type) (map[string]any, error) {
	if what, ok := patch[directive]; ok {
		switch what {
		case "replace":
			delete(patch, directive)
			return patch, nil
		case "delete":
			return map[string]any{}, nil
		}
		return nil, badDirective(what, patch)
	}
	if doc == nil {
		doc = map[string]any{}
	}
	if err := retain(doc, patch); err != nil {
		return nil, err
	}
	if err := setOrders(doc, patch, t); err != nil {
		return nil, err
	}
	for _, k := range slices.Sorted(maps.Keys(patch)) {
		name, drop := strings.CutPrefix(k, deletePrimitive)
		if err := mergeField(doc, name, patch[k], t, drop); err != nil {
			return nil, err
		}
	}
	return doc, nil
}

// mergeField applies the part of a patch that is about one field; with drop it
// is a list of what is to go from the field's.
func mergeField(doc map[string]any, name string, v any, t *schema.Type, drop bool) error {
	if v == nil {
		delete(doc, name)
		return nil
	}
	was, ok := doc[name]
	if !ok || !sameSort(was, v) {
		if drop {
			return nil
		}
		if clean, keep := undirected(v); keep {
			doc[name] = clean
		}
		return nil
	}
	var err error
	switch v := v.(type) {
	case map[string]any:
		var below *schema.Type
		if replaced(t, name) {
			doc[name] = v
		} else if below, err = structAt(t, name); err == nil {
			doc[name], err = mergeObject(was.(map[string]any), v, below)
		}
	case []any:
		var f *schema.Field
		if f, err = listAt(t, name); err == nil {
			doc[name], err = mergeLists(was.([]any), v, f, drop)
		}
	default:
		doc[name] = v
	}
	return err
}

// replaced says whether a patch replaces a field that is an object as a whole.
func replaced(t *schema.Type, name string) bool {
	f := t.Field(name)
	return f != nil && f.PatchReplace
}

// sameSort says whether both are objects, both lists, or single values of one
// sort.
func sameSort(a, b any) bool { return sortOf(a) == sortOf(b) }

func sortOf(v any) int {
	switch v.(type) {
	case nil:
		return 0
	case map[string]any:
		return 1
	case []any:
		return 2
	case string:
		return 3
	case bool:
		return 4
	}
	return 5 // a number
}

// undirected is a value that is new, without nulls. An object with a directive
// had something to change that is not there, and is not kept.
func undirected(v any) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v[directive]; ok {
			return nil, false
		}
		for k, inner := range v {
			clean, keep := undirected(inner)
			if inner == nil || !keep || strings.HasPrefix(k, elementOrder) || strings.HasPrefix(k, deletePrimitive) || k == retainKeys {
				delete(v, k)
			} else {
				v[k] = clean
			}
		}
	case []any:
		out := v[:0]
		for _, inner := range v {
			if clean, keep := undirected(inner); keep {
				out = append(out, clean)
			}
		}
		return out, true
	}
	return v, true
}

// structAt is the type of a field that is an object; nil when nothing is known.
func structAt(t *schema.Type, name string) (*schema.Type, error) {
	switch {
	case t == nil:
		return nil, nil
	case t.Kind == schema.Map:
		return t.Elem, nil
	case t.Kind != schema.Object:
		return nil, nil
	}
	f := t.Field(name)
	if f == nil {
		return nil, noField(t, name)
	}
	return f.Type, nil
}

// listAt is a field that is a list; nil when nothing is known.
func listAt(t *schema.Type, name string) (*schema.Field, error) {
	if t == nil || t.Kind != schema.Object {
		return nil, nil
	}
	f := t.Field(name)
	if f == nil {
		return nil, noField(t, name)
	}
	if f.Type.Kind != schema.Array {
		return nil, failure("expected slice or array type, but got: struct")
	}
	return f, nil
}

func noField(t *schema.Type, name string) error {
	_, short, _ := strings.Cut(t.GoName, ".")
	return failure("unable to find api field in struct %s for the json field %q", short, name)
}

// retain removes from doc what a $retainKeys list does not name.
func retain(doc, patch map[string]any) error {
	list, ok := patch[retainKeys]
	if !ok {
		return nil
	}
	delete(patch, retainKeys)
	keys, ok := list.([]any)
	if !ok {
		return errRetainKeys
	}
	keep := map[string]bool{}
	for _, k := range keys {
		if s, ok := k.(string); ok {
			keep[s] = true
		}
	}
	for k, v := range patch {
		if v != nil && !keep[k] && !strings.HasPrefix(k, deletePrimitive) && !strings.HasPrefix(k, elementOrder) {
			return errRetainKeys
		}
	}
	maps.DeleteFunc(doc, func(k string, _ any) bool { return !keep[k] })
	return nil
}
