package cri

import "testing"

func TestPidOf(t *testing.T) {
	for info, want := range map[string]int{`{"sandboxID":"x","pid":42}`: 42, `{"pid":0}`: 0, `{}`: 0, ``: 0, `[`: 0} {
		got, err := pidOf(map[string]string{"info": info})
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%s: %d, %v", info, got, err)
		}
	}
}
