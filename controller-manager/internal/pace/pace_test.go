package pace

import (
	"fmt"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/meta"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func TestPace(t *testing.T) {
	key := meta.Key{Namespace: "default", Name: "web"}
	for _, c := range []struct {
		pods  int
		after time.Duration
		want  time.Duration
	}{
		{5, 0, 2500 * time.Microsecond},
		{200, 0, 100 * time.Millisecond},
		{200, 60 * time.Millisecond, 40 * time.Millisecond},
		{200, time.Second, 0},
		{100000, 0, 500 * time.Millisecond},
	} {
		var p Pace
		if w := p.Wait(key, start); w != 0 {
			t.Errorf("the first write waits %v", w)
		}
		p.Wrote(key, c.pods, start)
		if w := p.Wait(key, start.Add(c.after)); w != c.want {
			t.Errorf("%d pods, %v after the last write: waits %v, want %v", c.pods, c.after, w, c.want)
		}
	}
}

func TestOldKeysAreForgotten(t *testing.T) {
	var p Pace
	for n := range many + 1 {
		p.Wrote(meta.Key{Name: fmt.Sprint(n)}, 1, start.Add(time.Duration(n)*time.Second))
	}
	if len(p.next) > 2 {
		t.Errorf("%d keys are remembered long after their time", len(p.next))
	}
}
