package field

import (
	"slices"
	"testing"
)

// TestRepeats: lists short and long are told of alike.
func TestRepeats(t *testing.T) {
	for _, n := range []int{0, 3, 16, 17, 1000} {
		list := make([]int, n)
		for i := range list {
			list[i] = i * i % 7
		}
		again := Repeats(list)
		for i := range list {
			if again(i) != slices.Contains(list[:i], list[i]) {
				t.Errorf("of %d: value %d", n, i)
			}
		}
	}
}
