// Package fairness decides how many requests are worked on at once, and whose
// turn it is when more have come.
//
// Every request belongs to a flow: a FlowSchema says of which requests, and the
// schema's distinguisher (the user, or the namespace) which of its flows. The
// schema names a PriorityLevelConfiguration, which has a share of the server's
// seats. A request takes a seat for as long as it is worked on, a list of many
// objects several. When its level
// has none it waits in one of the level's queues, and the queues take turns: a
// client that sends without measure fills its own few queues and delays nobody
// else by more than one request each. Which queues are a flow's own is drawn
// from a hash of it, so that two flows hardly ever share all of theirs.
// Seats that a level does not use are lent to those that are short.
//
// Controller.Enter is the way in; classify.go finds the schema and the level,
// level.go has the seats and the queues, defaults.go the objects that every
// cluster begins with, follow.go keeps up with what people make of them,
// metrics.go tells of it all.
package fairness

import (
	"context"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
	"github.com/pilothouse/pilothouse/apiserver/internal/status"
	"github.com/pilothouse/pilothouse/proto/flowcontrol"
)

// Controller seats the requests of one server. It is safe for concurrent use.
type Controller struct {
	seats    int           // of all levels together
	patience time.Duration // how long a request may wait

	config atomic.Pointer[config]
	seed   maphash.Seed

	mu     sync.Mutex
	levels map[string]*level // by name; those that requests still use
	counts map[flowOf]*counts
	waits  *prometheus.HistogramVec
}

// New returns a controller with so many seats, in whose queues nobody waits
// longer than patience. Until Configure is called the default objects hold.
func New(seats int, patience time.Duration) *Controller {
	c := &Controller{seats: max(seats, 1), patience: patience, seed: maphash.MakeSeed(), levels: map[string]*level{},
		counts: map[flowOf]*counts{}, waits: newWaits()}
	schemas, levels := Defaults()
	c.Configure(schemas, levels)
	return c
}

// Configure makes the objects hold for requests that come from now on. The
// mandatory ones are added where they are missing: nobody must be able to lock
// everybody out.
func (c *Controller) Configure(schemas []*flowcontrol.FlowSchema, levels []*flowcontrol.PriorityLevelConfiguration) {
	schemas, levels = withMandatory(schemas, levels)
	c.mu.Lock()
	defer c.mu.Unlock()
	named := map[string]*level{}
	for _, l := range levels {
		named[l.Name] = c.levels[l.Name].renewed(l)
	}
	for name, l := range c.levels {
		if named[name] == nil && l.inUse+l.waiting > 0 {
			l.shares, l.exempt, named[name] = 0, false, l // until the last of its requests is done
		}
	}
	share(c.seats, named)
	c.levels = named
	c.config.Store(compile(schemas, named, c.countsOf))
	c.dispatch()
}

// Seat is a request's place while it is worked on.
type Seat struct {
	// Schema and Level are the UIDs of the objects that decided on it.
	Schema, Level string

	controller *Controller
	level      *level
	counts     *counts
	width      int
}

// tooMany is what a client is told that has to come again.
const tooMany = "Too many requests, please try again later."

// Enter waits for as many seats as the request is wide. Errors: a Status with
// code 429 when the queues are full or the wait was too long.
func (c *Controller) Enter(ctx context.Context, u *authn.User, i *request.Info, width int) (Seat, error) {
	s := c.config.Load().classify(u, i)
	seat := Seat{Schema: s.uid, Level: s.levelUID, counts: s.counts, width: width}
	if s.exempt {
		s.counts.enter(0)
		return seat, nil
	}
	c.mu.Lock()
	seat.width = min(max(width, 1), max(s.level.nominal, 1))
	w, ok := s.level.ask(c, seat.width, func() uint64 { return s.flow(c.seed, u, i) })
	why := s.level.full()
	c.mu.Unlock()
	if !ok {
		s.counts.refused(why)
		return seat, status.TooManyRequests(tooMany, 1)
	}
	seat.controller, seat.level = c, s.level
	if w == nil {
		s.counts.enter(0)
		return seat, nil
	}
	s.counts.waiting.Add(1)
	start := time.Now()
	ok = c.wait(ctx, w)
	s.counts.waiting.Add(-1)
	if !ok {
		s.counts.refused("time-out")
		seat.level = nil
		return seat, status.TooManyRequests(tooMany, 1)
	}
	s.counts.enter(time.Since(start))
	return seat, nil
}

// Stand lets a request in that takes no seat, and tells what decided on it.
func (c *Controller) Stand(u *authn.User, i *request.Info) Seat {
	s := c.config.Load().classify(u, i)
	return Seat{Schema: s.uid, Level: s.levelUID}
}

// Leave gives the seats to whoever is next.
func (s Seat) Leave() {
	if s.counts != nil {
		s.counts.executing.Add(-1)
	}
	if s.level == nil {
		return // none was taken
	}
	s.controller.mu.Lock()
	defer s.controller.mu.Unlock()
	s.level.inUse -= s.width
	s.controller.dispatch()
}

// wait says whether the waiter got its seats in time.
func (c *Controller) wait(ctx context.Context, w *waiter) bool {
	t := time.NewTimer(c.patience)
	defer t.Stop()
	select {
	case <-w.seated:
		return true
	case <-t.C:
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-w.seated:
		return true // they came at the last moment
	default:
		w.queue.remove(w)
		w.level.waiting--
		c.dispatch() // those behind may be less wide
		return false
	}
}

// Stat is how full one level is.
type Stat struct {
	// Level is its name.
	Level string
	// Seats are its own, InUse those that its requests have, Waiting the
	// requests in its queues, Rejected those sent away since the start.
	Seats, InUse, Waiting int
	Rejected              uint64
}

// Stats tells of every level.
func (c *Controller) Stats() []Stat {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []Stat
	for name, l := range c.levels {
		out = append(out, Stat{Level: name, Seats: l.nominal, InUse: l.inUse, Waiting: l.waiting, Rejected: l.rejected})
	}
	return out
}
