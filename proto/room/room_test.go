package room

import "testing"

func TestTake(t *testing.T) {
	r := For(1 << 20) // 64 MiB
	if !Take[[1 << 20]byte](&r, 60) || !Take[byte](&r, 1<<15) || Take[byte](&r, 1) {
		t.Errorf("%d bytes are left after all were taken", r)
	}
}
