package rules

import "testing"

func TestFactor(t *testing.T) {
	for want, cost := range map[string]uint64{"1.006000x": 1006, "1.499000x": 1499, "1.5x": 1500, "99.9x": 99900, "more than 100x": 100001} {
		if got := factor(cost, 1000); got != want {
			t.Errorf("%d of 1000: got %s, want %s", cost, got, want)
		}
	}
}
