// Package pace spreads the work on keys that stand for many pods: when a
// thousand pods become ready one after the other, what is kept for all of them
// together is not worked out and written a thousand times. Small keys, and the
// first change after a quiet time, never wait.
package pace

import (
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/proto/meta"
)

const (
	// perPod is the least time between two writes for each pod that they cover.
	perPod  = 500 * time.Microsecond
	longest = 500 * time.Millisecond
	// many is how many keys are remembered before old ones are dropped.
	many = 10000
)

// Pace remembers when keys may be written next. The zero value is ready to
// use, by several goroutines.
type Pace struct {
	mu   sync.Mutex
	next map[meta.Key]time.Time
}

// Wait is how long key must wait before it may be written again; 0 for not at
// all.
func (p *Pace) Wait(key meta.Key, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(0, p.next[key].Sub(now))
}

// Wrote notes a write for key that covers that many pods.
func (p *Pace) Wrote(key meta.Key, pods int, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == nil {
		p.next = map[meta.Key]time.Time{}
	}
	p.next[key] = now.Add(min(time.Duration(pods)*perPod, longest))
	if len(p.next) > many {
		for k, t := range p.next {
			if now.After(t) {
				delete(p.next, k)
			}
		}
	}
}
