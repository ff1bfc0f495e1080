package fairness

import (
	"math"

	"github.com/pilothouse/pilothouse/proto/flowcontrol"
)

// level is a PriorityLevelConfiguration at work. All of it is guarded by the
// controller's mutex, but for the name.
type level struct {
	name, uid string
	exempt    bool
	shares    int32
	lends     float64 // the part of its seats that others may use
	borrows   float64 // the part that it may have beyond its own; negative: any
	hand      int     // how many queues a flow has
	depth     int     // how many requests wait in one queue

	nominal, lendable, most int // seats

	queues   []queue
	turn     int // the queue that was served last
	inUse    int
	waiting  int
	rejected uint64
}

// queue holds requests in the order in which they came.
type queue struct{ waiters []*waiter }

// waiter is a request without a seat.
type waiter struct {
	level  *level
	queue  *queue
	width  int
	seated chan struct{}
}

func (q *queue) remove(w *waiter) {
	for i, have := range q.waiters {
		if have == w {
			q.waiters = append(q.waiters[:i], q.waiters[i+1:]...)
			return
		}
	}
}

// renewed is the level that o describes: l itself, with those who sit and wait,
// as far as its queues stay the same; l may be nil.
func (l *level) renewed(o *flowcontrol.PriorityLevelConfiguration) *level {
	if l == nil {
		l = &level{name: o.Name, borrows: -1}
	}
	l.uid, l.exempt, l.lends, l.borrows = string(o.UID), o.Spec.Type == flowcontrol.PriorityLevelEnablementExempt, 0, -1
	l.shares, l.hand, l.depth = 0, 0, 0
	if e := o.Spec.Exempt; e != nil && e.NominalConcurrencyShares != nil {
		l.shares = *e.NominalConcurrencyShares
	}
	queues := 0
	if s := o.Spec.Limited; s != nil {
		l.shares = 30
		if s.NominalConcurrencyShares != nil {
			l.shares = *s.NominalConcurrencyShares
		}
		if s.LendablePercent != nil {
			l.lends = float64(*s.LendablePercent) / 100
		}
		if s.BorrowingLimitPercent != nil {
			l.borrows = float64(*s.BorrowingLimitPercent) / 100
		}
		if q := s.LimitResponse.Queuing; q != nil {
			queues, l.hand, l.depth = int(q.Queues), int(q.HandSize), int(q.QueueLengthLimit)
		}
	}
	if len(l.queues) == queues || l.waiting > 0 && queues > 0 && queues < len(l.queues) {
		return l // fewer queues are wanted, but there are requests in them
	}
	// Waiters point to their queues: they are moved one by one.
	grown := make([]queue, max(queues, 0))
	for i := range l.queues {
		for _, w := range l.queues[i].waiters {
			if queues == 0 {
				grown, queues = make([]queue, 1), 1
			}
			w.queue = &grown[i%queues]
			w.queue.waiters = append(w.queue.waiters, w)
		}
	}
	l.queues = grown
	return l
}

// share divides the seats among the levels.
func share(seats int, levels map[string]*level) {
	sum := int32(0)
	for _, l := range levels {
		sum += l.shares
	}
	for _, l := range levels {
		l.nominal = 1
		if l.shares > 0 {
			l.nominal = int(math.Ceil(float64(seats) * float64(l.shares) / float64(sum)))
		}
		l.lendable = int(math.Round(float64(l.nominal) * l.lends))
		l.most = seats
		if l.borrows >= 0 {
			l.most = l.nominal + int(math.Round(float64(l.nominal)*l.borrows))
		}
	}
}

// room says whether a request of the level may be seated now: always on seats
// that it lends to nobody, on its other ones while they are not lent, and on
// others' while those lend more than has been borrowed.
func (c *Controller) room(l *level, width int) bool {
	if l.inUse+width <= l.nominal-l.lendable {
		return true
	}
	if l.inUse+width > max(l.most, width) {
		return false
	}
	borrowed, lent := 0, 0
	for _, o := range c.levels {
		if o.exempt {
			continue
		}
		borrowed += max(0, o.inUse-o.nominal)
		lent += min(o.lendable, max(0, o.nominal-o.inUse))
	}
	if l.inUse+width <= l.nominal {
		return lent > borrowed || l.lendable == 0
	}
	return lent-borrowed >= l.inUse+width-max(l.inUse, l.nominal)
}

// ask seats a request, or queues it and returns the waiter; ok is false when it
// has to come again. flow is the hash of its flow.
func (l *level) ask(c *Controller, width int, flow func() uint64) (w *waiter, ok bool) {
	if l.waiting == 0 && c.room(l, width) {
		l.inUse += width
		return nil, true
	}
	q := l.shortest(flow())
	if q == nil || len(q.waiters) >= l.depth {
		l.rejected++
		return nil, false
	}
	w = &waiter{level: l, queue: q, width: width, seated: make(chan struct{})}
	q.waiters = append(q.waiters, w)
	l.waiting++
	c.dispatch()
	return w, true
}

// shortest is the least filled of the queues that a flow is dealt.
func (l *level) shortest(flow uint64) *queue {
	if len(l.queues) == 0 {
		return nil
	}
	var best *queue
	for range max(l.hand, 1) {
		// Each card of the hand is drawn by the next number of a generator that
		// the hash seeds. A queue may be drawn twice; that costs a flow little.
		flow += 0x9E3779B97F4A7C15
		z := flow
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		if q := &l.queues[(z^z>>31)%uint64(len(l.queues))]; best == nil || len(q.waiters) < len(best.waiters) {
			best = q
		}
	}
	return best
}

// dispatch seats those who wait, as far as there is room. The levels are asked
// again and again, one request each, until none can go on.
func (c *Controller) dispatch() {
	for seated := true; seated; {
		seated = false
		for _, l := range c.levels {
			if q := l.next(); q != nil && c.room(l, q.waiters[0].width) {
				l.seat(q)
				seated = true
			}
		}
	}
}

// next is the queue whose turn it is; nil when nobody waits. A wide request
// holds up those that would be seated after it, or it never were.
func (l *level) next() *queue {
	if l.waiting == 0 {
		return nil
	}
	for i := range l.queues {
		if q := &l.queues[(l.turn+1+i)%len(l.queues)]; len(q.waiters) > 0 {
			return q
		}
	}
	return nil
}

// seat seats the first of a queue, and then it is the next queue's turn.
func (l *level) seat(q *queue) {
	for l.turn = (l.turn + 1) % len(l.queues); &l.queues[l.turn] != q; {
		l.turn = (l.turn + 1) % len(l.queues)
	}
	w := q.waiters[0]
	q.waiters[0] = nil
	q.waiters = q.waiters[1:]
	l.waiting--
	l.inUse += w.width
	close(w.seated)
}

// full is why a request of the level was sent away at once, in upstream's words.
func (l *level) full() string {
	if l.depth == 0 {
		return "concurrency-limit"
	}
	return "queue-full"
}
