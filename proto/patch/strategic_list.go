package patch

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/schema"
)

// setOrders merges the lists that a patch gives the order of, and takes them
// out of the patch.
func setOrders(doc, patch map[string]any, t *schema.Type) error {
	for _, k := range slices.Sorted(maps.Keys(patch)) {
		name, ok := strings.CutPrefix(k, elementOrder)
		if !ok {
			continue
		}
		order, err := listOf(patch[k])
		if err != nil {
			return err
		}
		delete(patch, k)
		if err := setOrder(doc, patch, name, order, t); err != nil {
			return err
		}
	}
	return nil
}

func listOf(v any) ([]any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, failure("expected a []interface {}, but received a %s", goType(v))
	}
	return list, nil
}

// goType is the Go type that other servers name in their errors.
func goType(v any) string {
	return []string{"<nil>", "map[string]interface {}", "[]interface {}", "string", "bool", "int64"}[sortOf(v)]
}

// setOrder puts the elements of one list, merged with those of the patch, into
// the order asked for; those that the order does not name keep their place
// among their neighbours.
func setOrder(doc, patch map[string]any, name string, order []any, t *schema.Type) error {
	var was, add []any
	var err error
	old, found := doc[name]
	change, changed := patch[name]
	if found {
		if was, err = listOf(old); err != nil {
			return err
		}
	}
	if changed {
		if add, err = listOf(change); err != nil {
			return err
		}
	}
	f, err := listAt(t, name)
	if err != nil {
		return err
	}
	key := mergeKey(f)
	if err := inOrder(add, order, key); err != nil {
		return err
	}
	merged := was
	switch {
	case !found && !changed:
		return nil
	case !found:
		clean, _ := undirected(slices.Clone(add))
		merged = clean.([]any)
	case changed:
		if merged, err = mergeLists(slices.Clone(was), add, f, false); err != nil {
			return err
		}
	}
	if _, err := elementSort(was, add); err != nil {
		return err
	}
	delete(patch, name)
	doc[name], err = arranged(merged, order, was, key)
	return err
}

func mergeKey(f *schema.Field) string {
	if f == nil {
		return ""
	}
	return f.MergeKey
}

// inOrder says that the elements of a patch stand in the order that it asks
// for.
func inOrder(add, order []any, key string) error {
	i := 0
	var live []any
	for _, x := range add {
		if m, ok := x.(map[string]any); !ok || key == "" || m[directive] != "delete" {
			live = append(live, x)
		}
	}
	for _, o := range order {
		if i == len(live) {
			break
		}
		a, err := identity(live[i], key)
		if err != nil {
			return err
		}
		b, err := identity(o, key)
		if err != nil {
			return err
		}
		if a == b {
			i++
		}
	}
	if i < len(live) {
		return failure("The order in patch list:\n%v\n doesn't match %s list:\n%v\n", add, strings.TrimSuffix(elementOrder, "/"), order)
	}
	return nil
}

// identity is what an element is told by: its merge key, or itself.
func identity(x any, key string) (any, error) {
	if key != "" {
		m, ok := x.(map[string]any)
		if !ok {
			return nil, failure("value for key 0 is not a map")
		}
		v, ok := m[key]
		if !ok {
			return nil, noKey(m, key)
		}
		x = v
	}
	switch sortOf(x) {
	case 1, 2:
		return fmt.Sprint(x), nil // nothing that can be told by ==
	}
	return x, nil
}

// places are where the elements of a list stand, the first of each.
func places(list []any, key string) (map[any]int, error) {
	at := make(map[any]int, len(list))
	for i, x := range list {
		if _, ok := x.(map[string]any); key != "" && !ok {
			return nil, failure("value for key %d is not a map", i)
		}
		id, err := identity(x, key)
		if err != nil {
			return nil, err
		}
		if _, ok := at[id]; !ok {
			at[id] = i
		}
	}
	return at, nil
}

// mergeLists merges a list by the field's merge key, or as a set; with drop it
// takes elements out.
func mergeLists(was, patch []any, f *schema.Field, drop bool) ([]any, error) {
	if !drop && (f == nil || !f.PatchMerge) {
		return patch, nil
	}
	if len(was) == 0 && len(patch) == 0 {
		return was, nil
	}
	sort, err := elementSort(was, patch)
	if err != nil {
		return nil, err
	}
	key := mergeKey(f)
	if sort != 1 {
		if drop {
			return without(was, patch)
		}
		return united(was, patch)
	}
	if key == "" {
		return nil, failure("cannot merge lists without merge key for %s", strings.TrimPrefix(f.Type.Elem.GoName, "meta."))
	}
	if was, patch, err = directives(was, patch, key); err != nil {
		return nil, err
	}
	merged, err := mergeElements(slices.Clone(was), patch, f.Type.Elem, key)
	if err != nil {
		return nil, err
	}
	return arranged(merged, patch, was, key)
}

// elementSort is the sort that all elements are of.
func elementSort(lists ...[]any) (int, error) {
	sort := -1
	for _, l := range lists {
		for _, x := range l {
			switch s := sortOf(x); {
			case sort < 0 && s == 2:
				return 0, refused("lists of lists are not supported")
			case sort < 0:
				sort = s
			case s != sort:
				return 0, failure("list element types are not identical: %v", fmt.Sprint(lists))
			}
		}
	}
	if sort < 0 {
		return 0, failure("no elements in any of the given slices")
	}
	return sort, nil
}

// without is a list of single values without others.
func without(was, drop []any) ([]any, error) {
	at, err := places(drop, "")
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(was), func(x any) bool {
		id, _ := identity(x, "")
		_, ok := at[id]
		return ok
	}), nil
}

// united is a list of single values with others, each once.
func united(was, add []any) ([]any, error) {
	var out []any
	seen := map[any]bool{}
	for _, x := range slices.Concat(was, add) {
		id, err := identity(x, "")
		if err != nil {
			return nil, err
		}
		if !seen[id] {
			seen[id] = true
			out = append(out, x)
		}
	}
	return arranged(out, add, was, "")
}

// directives carries out what elements of a patch say of the whole list, and
// returns the list and the patch that are left.
func directives(was, patch []any, key string) ([]any, []any, error) {
	var rest []any
	replace := false
	gone := map[any]bool{}
	for _, x := range patch {
		m := x.(map[string]any)
		switch what, ok := m[directive]; {
		case !ok:
			rest = append(rest, x)
		case what == "delete":
			id, err := identity(x, key)
			if err != nil {
				return nil, nil, err
			}
			gone[id] = true
		case what == "replace":
			replace = true
		case what == "merge":
			return nil, nil, failure("merging lists cannot yet be specified in the patch")
		default:
			return nil, nil, badDirective(what, m)
		}
	}
	if replace {
		return nil, rest, nil
	}
	if len(gone) == 0 {
		return was, rest, nil
	}
	return slices.DeleteFunc(slices.Clone(was), func(x any) bool {
		id, err := identity(x, key)
		return err == nil && gone[id]
	}), rest, nil
}

// mergeElements merges the elements of patch into those of the same key.
func mergeElements(out, patch []any, t *schema.Type, key string) ([]any, error) {
	at := map[any]int{}
	for i, x := range out {
		if id, err := identity(x, key); err == nil {
			if _, ok := at[id]; !ok {
				at[id] = i
			}
		}
	}
	for _, x := range patch {
		id, err := identity(x, key)
		if err != nil {
			return nil, err
		}
		i, ok := at[id]
		if !ok {
			at[id] = len(out)
			clean, _ := undirected(x)
			out = append(out, clean)
			continue
		}
		if out[i], err = mergeObject(out[i].(map[string]any), x.(map[string]any), t); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// arranged is a list whose elements that order names stand as there; the others
// stay in the order that they had in was, each before the first of the named
// ones that was behind it.
func arranged(list, order, was []any, key string) ([]any, error) {
	ordered, err := places(order, key)
	if err != nil {
		return nil, err
	}
	server, err := places(was, key)
	if err != nil {
		return nil, err
	}
	type element struct {
		value   any
		rank    int
		was     int
		present bool
	}
	var named, others []element
	for _, x := range list {
		id, err := identity(x, key)
		if err != nil {
			return nil, err
		}
		e := element{value: x}
		e.was, e.present = server[id]
		var ok bool
		if e.rank, ok = ordered[id]; ok {
			named = append(named, e)
		} else {
			others = append(others, e)
		}
	}
	slices.SortStableFunc(named, func(a, b element) int { return a.rank - b.rank })
	slices.SortStableFunc(others, func(a, b element) int { return a.was - b.was })
	out := make([]any, 0, len(list))
	for len(named)+len(others) > 0 {
		if len(named) == 0 || len(others) > 0 && others[0].present && named[0].present && others[0].was < named[0].was {
			out, others = append(out, others[0].value), others[1:]
		} else {
			out, named = append(out, named[0].value), named[1:]
		}
	}
	return out, nil
}
