package client

import (
	"context"
	"sync"
	"time"
)

// limiter hands out a number of permits a second, with bursts of twice that.
// A nil limiter hands out any number.
type limiter struct {
	interval time.Duration
	burst    time.Duration

	mu   sync.Mutex
	next time.Time // when the permit after the burst is due
}

func newLimiter(qps float64) *limiter {
	if qps <= 0 {
		return nil
	}
	interval := time.Duration(float64(time.Second) / qps)
	return &limiter{interval: interval, burst: time.Duration(max(1, 2*qps)) * interval}
}

// wait returns when the caller may go ahead, or with ctx's error.
func (l *limiter) wait(ctx context.Context) error {
	if l == nil {
		return nil
	}
	return sleep(ctx, l.reserve(time.Now()))
}

// reserve takes a permit and says how long to wait for it.
func (l *limiter) reserve(now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if earliest := now.Add(-l.burst); l.next.Before(earliest) {
		l.next = earliest
	}
	l.next = l.next.Add(l.interval)
	return l.next.Sub(now)
}

// sleep waits for d, or returns ctx's error when that comes first.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
