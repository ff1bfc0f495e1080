package nodelifecycle

import (
	"sync"
	"time"
)

// deafAfter is the pause between two proofs that the API server can be asked
// after which nobody may be judged silent: we may be the ones who slept.
const deafAfter = 4 * time.Second

// hearing remembers when each node was last heard, by this process's clock,
// and whether this process could have heard anybody at all. After a time in
// which it could not, everybody starts afresh.
type hearing struct {
	mu     sync.Mutex
	nodes  map[string]time.Time
	proof  time.Time // when the API server last answered us
	failed bool      // it has not answered since
}

func newHearing(now time.Time) *hearing {
	return &hearing{nodes: map[string]time.Time{}, proof: now}
}

// note takes in a sign of life.
func (h *hearing) note(node string, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.nodes[node] = now
}

// forget drops a node that is gone.
func (h *hearing) forget(node string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.nodes, node)
}

// last is when node was last heard; a node never heard of counts from now.
// ok is false while nobody may be judged.
func (h *hearing) last(node string, now time.Time) (heard time.Time, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failed || now.Sub(h.proof) > deafAfter {
		return now, false
	}
	heard, known := h.nodes[node]
	if !known {
		heard = now
		h.nodes[node] = now
	}
	return heard, true
}

// probed takes in whether the API server answered just now. After an outage,
// of it or of ourselves, every node gets a fresh grace period.
func (h *hearing) probed(answered bool, now time.Time) (restored bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !answered {
		h.failed = true
		return false
	}
	restored = h.failed || now.Sub(h.proof) > deafAfter
	h.failed, h.proof = false, now
	if restored {
		for n := range h.nodes {
			h.nodes[n] = now
		}
	}
	return restored
}
