package server

import (
	"context"
	"io"
	"math"
	"net/http"
	"sync"
	"time"
)

// Answers are written in pieces of this size, so that a client that reads
// slowly, but reads, is seen to.
const writePiece = 128 << 10

// watchFrom is the size from which an answer's writing is watched: what net/http
// keeps until the handler has ended, so that the writer never waits. More may
// wait even where it would fit into the network's buffers, for earlier answers
// can have filled them, and a client of HTTP/2 can leave no room at all.
const watchFrom = 2 << 10

// writers are the answers whose writing is watched. Deadlines of the network
// would do the same at the price of a timer for each event of each watch.
type writers struct {
	mu  sync.Mutex
	all map[*recorder]struct{}
}

func (s *writers) add(r *recorder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[*recorder]struct{}{}
	}
	s.all[r] = struct{}{}
}

func (s *writers) remove(r *recorder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, r)
}

// run cuts those who have not read for longer than stall, or have been sending
// for longer than limit, until ctx ends.
func (s *writers) run(ctx context.Context, stall, limit time.Duration) {
	tick := time.NewTicker(max(stall/4, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			s.cut(now.Add(-stall), now.Add(-limit))
		}
	}
}

// patientBody notes since when a request's body is being read.
type patientBody struct {
	io.ReadCloser
	rec *recorder
}

// Read reads a part of the body.
func (b *patientBody) Read(p []byte) (int, error) {
	if b.rec.reading.Load() == 0 {
		b.rec.reading.Store(time.Now().UnixNano())
		b.rec.watch()
	}
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.rec.reading.Store(math.MaxInt64)
	}
	return n, err
}

// cut ends the answers of which a piece has been on its way since before
// oldest, and the bodies that began before first. A deadline that has passed
// makes the write or the read fail and the handler end.
func (s *writers) cut(oldest, first time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for r := range s.all {
		if since := r.writing.Load(); since != 0 && since < oldest.UnixNano() {
			http.NewResponseController(r.ResponseWriter).SetWriteDeadline(time.Unix(1, 0))
		}
		if since := r.reading.Load(); since != 0 && since < first.UnixNano() {
			http.NewResponseController(r.ResponseWriter).SetReadDeadline(time.Unix(1, 0))
		}
	}
}
