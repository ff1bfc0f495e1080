package field

import "slices"

// Repeats says of a list's value, by its place, whether it came before. Long
// lists are gone through once.
func Repeats[T comparable](list []T) func(i int) bool {
	if len(list) <= 16 {
		return func(i int) bool { return slices.Contains(list[:i], list[i]) }
	}
	first := make(map[T]int, len(list))
	for i, v := range list {
		if _, has := first[v]; !has {
			first[v] = i
		}
	}
	return func(i int) bool { return first[list[i]] < i }
}
