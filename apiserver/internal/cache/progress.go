package cache

import (
	"context"
	"sync"
	"sync/atomic"
)

// progress is the revision that the cache has reached, and who waits for more.
type progress struct {
	rev     atomic.Int64
	mu      sync.Mutex
	waiters []revWaiter
}

type revWaiter struct {
	rev  int64
	done chan struct{}
}

// advance says that everything up to rev was applied.
func (p *progress) advance(rev int64) {
	if rev <= p.rev.Load() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rev.Store(rev)
	left := p.waiters[:0]
	for _, w := range p.waiters {
		if w.rev <= rev {
			close(w.done)
		} else {
			left = append(left, w)
		}
	}
	clear(p.waiters[len(left):])
	p.waiters = left
}

// wait returns when rev was reached.
func (p *progress) wait(ctx context.Context, rev int64) error {
	if p.rev.Load() >= rev {
		return nil
	}
	p.mu.Lock()
	if p.rev.Load() >= rev {
		p.mu.Unlock()
		return nil
	}
	w := revWaiter{rev: rev, done: make(chan struct{})}
	p.waiters = append(p.waiters, w)
	p.mu.Unlock()
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		p.forget(w.done)
		return ctx.Err()
	}
}

func (p *progress) forget(done chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, w := range p.waiters {
		if w.done == done {
			p.waiters[i] = p.waiters[len(p.waiters)-1]
			p.waiters = p.waiters[:len(p.waiters)-1]
			return
		}
	}
}

// A shared answers many callers with one call: whoever comes while a call is
// under way waits for the next one, which then starts after they came.
type shared struct {
	mu      sync.Mutex
	running bool
	next    *sharedCall
}

type sharedCall struct {
	done chan struct{}
	rev  int64
	err  error
}

// do returns what a call of ask that began after do did returned.
func (s *shared) do(ctx context.Context, ask func() (int64, error)) (int64, error) {
	s.mu.Lock()
	call := s.next
	if call == nil {
		call = &sharedCall{done: make(chan struct{})}
		s.next = call
		if !s.running {
			s.running = true
			go s.run(ask)
		}
	}
	s.mu.Unlock()
	select {
	case <-call.done:
		return call.rev, call.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (s *shared) run(ask func() (int64, error)) {
	for {
		s.mu.Lock()
		call := s.next
		s.next = nil
		if call == nil {
			s.running = false
			s.mu.Unlock()
			return
		}
		s.mu.Unlock()
		call.rev, call.err = ask()
		close(call.done)
	}
}
