package apiserver

import "testing"

func TestPacePercent(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{
		{0, 1600},
		{1 << 20, 1600},
		{32 << 20, 300},
		{64 << 20, 150},
		{96 << 20, 100},
		{1 << 30, 100},
	} {
		if got := pacePercent(c.live); got != c.want {
			t.Errorf("%d bytes alive: %d %%, want %d %%", c.live, got, c.want)
		}
	}
}
