package probe

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
)

func TestCount(t *testing.T) {
	for answers, want := range map[string]string{ // + and - are answers; y where the threshold is reached
		"+": "y", "-": "n", "--": "nn", "---": "nny", "--+---": "nnynny", "----": "nnyy", "+-+": "yny",
	} {
		c := NewCount(&core.Probe{SuccessThreshold: 1, FailureThreshold: 3})
		got := ""
		for _, a := range answers {
			if c.Add(a == '+') {
				got += "y"
			} else {
				got += "n"
			}
		}
		if got != want {
			t.Errorf("%s decides %s, want %s", answers, got, want)
		}
	}
}
