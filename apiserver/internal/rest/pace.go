package rest

import (
	"runtime"
	"sync/atomic"
	"time"
)

// pacer makes events wait for each other while the server is busy telling
// them. An event costs one record of TLS and one write to the socket for each
// watcher, most of what it costs at all, and events that are written together
// share these. A watcher who was told nothing for the length of the gap is told
// at once, however busy the server is.
type pacer struct {
	since atomic.Int64 // when the count began, in nanoseconds
	count atomic.Int64 // events since then
	gap   atomic.Int64 // in nanoseconds
}

// The gap grows from nothing at calmRate to maxGap at busyRate, both in events
// a second for each processor.
const (
	calmRate = 2500
	busyRate = 12500
	maxGap   = 40 * time.Millisecond
	// paceEvery is how often the rate is looked at.
	paceEvery = 50 * time.Millisecond
)

// told counts events that were written.
func (p *pacer) told(events int, now time.Time) {
	n := p.count.Add(int64(events))
	since := p.since.Load()
	passed := now.UnixNano() - since
	if passed < int64(paceEvery) || !p.since.CompareAndSwap(since, now.UnixNano()) {
		return
	}
	p.count.Add(-n)
	rate := float64(n) / time.Duration(passed).Seconds() / float64(runtime.GOMAXPROCS(0))
	p.gap.Store(int64(gapAt(rate)))
}

// gapAt is the gap at a rate of events a second for each processor.
func gapAt(rate float64) time.Duration {
	busy := (rate - calmRate) / (busyRate - calmRate)
	return time.Duration(min(max(busy, 0), 1) * float64(maxGap))
}

// wait is how long a watcher who was written to last then should wait for more
// events.
func (p *pacer) wait(last, now time.Time) time.Duration {
	return time.Duration(p.gap.Load()) - now.Sub(last)
}
