// Package queue is the list of keys that a control loop still has to look at.
//
// A key waits in it at most once however often it is added, and is never in
// the hands of two workers: added while one works on it, it comes again when
// that one is Done. Keys that failed come back after a pause that doubles with
// each failure. First come, first served, so that no key starves.
package queue

import (
	"container/heap"
	"math/rand/v2"
	"sync"
	"time"
)

// Options set the pace of a queue; zero values are replaced by defaults.
type Options struct {
	// FirstDelay is the pause after a key's first failure, 5 ms by default;
	// each further one doubles it up to MaxDelay, 30 s by default.
	FirstDelay, MaxDelay time.Duration
}

// Queue is a set of keys in the order in which they came. It is safe for use
// by many goroutines.
type Queue[K comparable] struct {
	o Options

	mu       sync.Mutex
	ready    []K
	dirty    map[K]bool // in ready, or to go there when Done
	working  map[K]bool // given out by Get
	failures map[K]int
	delayed  delays[K]
	timer    *time.Timer
	wake     chan struct{} // closed and replaced when ready grows
	closed   bool
}

// New makes an empty queue.
func New[K comparable](o Options) *Queue[K] {
	if o.FirstDelay <= 0 {
		o.FirstDelay = 5 * time.Millisecond
	}
	if o.MaxDelay <= 0 {
		o.MaxDelay = 30 * time.Second
	}
	return &Queue[K]{
		o: o, dirty: map[K]bool{}, working: map[K]bool{}, failures: map[K]int{},
		delayed: delays[K]{at: map[K]*delay[K]{}}, wake: make(chan struct{}),
	}
}

// Add has key looked at.
func (q *Queue[K]) Add(key K) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.addLocked(key)
}

func (q *Queue[K]) addLocked(key K) {
	if q.closed || q.dirty[key] {
		return
	}
	q.dirty[key] = true
	if !q.working[key] {
		q.pushLocked(key)
	}
}

func (q *Queue[K]) pushLocked(key K) {
	q.ready = append(q.ready, key)
	close(q.wake)
	q.wake = make(chan struct{})
}

// AddAfter has key looked at in d; sooner when it is added for another reason,
// and then perhaps again. Of several delays of a key the shortest counts.
func (q *Queue[K]) AddAfter(key K, d time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if d <= 0 {
		q.addLocked(key)
		return
	}
	if q.closed {
		return
	}
	q.delayed.put(key, time.Now().Add(d))
	q.armLocked()
}

// AddRateLimited has key looked at after the pause that its failures so far
// call for, and counts one more.
func (q *Queue[K]) AddRateLimited(key K) {
	q.mu.Lock()
	n := q.failures[key]
	q.failures[key] = n + 1
	q.mu.Unlock()
	d := q.o.MaxDelay
	if n < 30 {
		d = min(q.o.FirstDelay<<n, q.o.MaxDelay)
	}
	// A little unevenness keeps keys that failed together from returning so.
	q.AddAfter(key, d-rand.N(d/10+1))
}

// Failures is how often key was added rate limited since it was forgotten.
func (q *Queue[K]) Failures(key K) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.failures[key]
}

// Forget ends key's back-off: it has been dealt with.
func (q *Queue[K]) Forget(key K) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.failures, key)
}

// Get waits for the next key and hands it out; the caller must call Done with
// it. It returns false once the queue is shut down; keys still in it are left.
func (q *Queue[K]) Get() (key K, ok bool) {
	for {
		q.mu.Lock()
		if q.closed {
			q.mu.Unlock()
			return key, false
		}
		if len(q.ready) > 0 {
			key = q.takeLocked()
			q.mu.Unlock()
			return key, true
		}
		wake := q.wake
		q.mu.Unlock()
		<-wake
	}
}

func (q *Queue[K]) takeLocked() K {
	var none K
	key := q.ready[0]
	q.ready[0] = none
	q.ready = q.ready[1:]
	delete(q.dirty, key)
	q.working[key] = true
	return key
}

// Done gives back a key that Get handed out.
func (q *Queue[K]) Done(key K) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.working, key)
	if q.dirty[key] && !q.closed {
		q.pushLocked(key)
	}
}

// Len is the number of keys that wait to be handed out.
func (q *Queue[K]) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.ready)
}

// ShutDown ends all calls of Get, those to come too.
func (q *Queue[K]) ShutDown() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	q.closed = true
	if q.timer != nil {
		q.timer.Stop()
	}
	close(q.wake)
	q.wake = make(chan struct{})
}

// armLocked sets the timer to the first delay that ends.
func (q *Queue[K]) armLocked() {
	if q.timer != nil {
		q.timer.Stop()
	}
	if q.closed || len(q.delayed.heap) == 0 {
		return
	}
	q.timer = time.AfterFunc(time.Until(q.delayed.heap[0].at), q.due)
}

// due moves the keys whose delay is over.
func (q *Queue[K]) due() {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	for len(q.delayed.heap) > 0 && !q.delayed.heap[0].at.After(now) {
		q.addLocked(q.delayed.pop())
	}
	q.armLocked()
}

// delay is a key and when it is due.
type delay[K comparable] struct {
	key   K
	at    time.Time
	index int
}

// delays is a heap of keys by when they are due, each in it once.
type delays[K comparable] struct {
	heap delayHeap[K]
	at   map[K]*delay[K]
}

func (d *delays[K]) put(key K, at time.Time) {
	e, ok := d.at[key]
	if !ok {
		e = &delay[K]{key: key, at: at}
		d.at[key] = e
		heap.Push(&d.heap, e)
		return
	}
	if at.Before(e.at) {
		e.at = at
		heap.Fix(&d.heap, e.index)
	}
}

func (d *delays[K]) pop() K {
	e := heap.Pop(&d.heap).(*delay[K])
	delete(d.at, e.key)
	return e.key
}

type delayHeap[K comparable] []*delay[K]

func (h delayHeap[K]) Len() int           { return len(h) }
func (h delayHeap[K]) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h delayHeap[K]) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}
func (h *delayHeap[K]) Push(x any) {
	e := x.(*delay[K])
	e.index = len(*h)
	*h = append(*h, e)
}
func (h *delayHeap[K]) Pop() any {
	old := *h
	e := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return e
}
