package printer

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/pilothouse/pilothouse/kubectl/internal/jsonpath"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// SortBy orders objects by the field that a path selects; numbers by value,
// quantities and times as text, those without the field first.
func SortBy(items []any, path string) error {
	t, err := jsonpath.Parse(jsonpath.Relaxed(path))
	if err != nil {
		return err
	}
	t.AllowMissing = true
	keys := map[int]any{}
	type pair struct{ key, item any }
	pairs := make([]pair, len(items))
	for i, item := range items {
		found, err := t.Find(item)
		if err != nil {
			return fmt.Errorf("sort by %s: %w", path, err)
		}
		pairs[i].item = item
		if len(found) > 0 {
			pairs[i].key, keys[i] = found[0], found[0]
		}
	}
	if len(keys) == 0 && len(items) > 0 {
		return fmt.Errorf("couldn't find any field with path %q in the list of objects", jsonpath.Relaxed(path))
	}
	sort.SliceStable(pairs, func(i, j int) bool { return less(pairs[i].key, pairs[j].key) })
	for i := range pairs {
		items[i] = pairs[i].item
	}
	return nil
}

func less(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b != nil
	}
	x, okx := a.(float64)
	y, oky := b.(float64)
	if okx && oky {
		return x < y
	}
	return strings.Compare(jsonpath.Text(a), jsonpath.Text(b)) < 0
}
