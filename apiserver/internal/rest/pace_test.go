package rest

import (
	"runtime"
	"testing"
	"time"
)

func TestPacer(t *testing.T) {
	cores := runtime.GOMAXPROCS(0)
	start := time.Unix(1e9, 0)
	var p pacer
	p.told(1, start)
	second := func(events int, from time.Time) time.Time { // at an even rate
		for i := range 100 {
			p.told(events*cores/100, from.Add(time.Duration(i)*10*time.Millisecond))
		}
		return from.Add(time.Second)
	}
	for _, c := range []struct {
		rate int // events a second and core
		want time.Duration
	}{
		{1000, 0},
		{7500, maxGap / 2},
		{100000, maxGap},
		{2000, 0},
	} {
		start = second(c.rate, start)
		if d := p.wait(start, start); d < c.want*8/10 || d > c.want*12/10 {
			t.Errorf("%d events a second: told again after %v, want about %v", c.rate, d, c.want)
		}
	}
	start = second(100000, start)
	if d := p.wait(start.Add(-maxGap), start); d > 0 {
		t.Errorf("who was told nothing for %v waits %v more", maxGap, d)
	}
}
