package server

import (
	"bytes"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// sink is a connection that notes each write.
type sink struct {
	net.Conn
	mu     sync.Mutex
	writes [][]byte
	closed bool
	stuck  chan struct{} // Write waits until it is closed, if it is there
}

func (s *sink) Write(p []byte) (int, error) {
	if s.stuck != nil {
		<-s.stuck
		return 0, net.ErrClosed
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, net.ErrClosed
	}
	s.writes = append(s.writes, bytes.Clone(p))
	return len(p), nil
}

func (s *sink) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.stuck != nil {
		close(s.stuck)
	}
	return nil
}

func (s *sink) SetWriteDeadline(time.Time) error { return nil }

func (s *sink) sizes() (sizes []int, all []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.writes {
		sizes, all = append(sizes, len(w)), append(all, w...)
	}
	return sizes, all
}

func TestGathered(t *testing.T) {
	synctest.Test(t, testGathered) // no time passes between the writes
}

func testGathered(t *testing.T) {
	text := func(n int, c byte) []byte { return bytes.Repeat([]byte{c}, n) }
	for _, c := range []struct {
		name   string
		writes []int
		want   []int
	}{
		{"small ones at once", []int{10, 100}, []int{10, 100}},
		{"a piece with the next", []int{record13, 1200}, []int{record13 + 1200}},
		{"and the one behind for itself", []int{record13, 1200, 50}, []int{record13 + 1200, 50}},
		{"with a large one", []int{recordGC, 12000}, []int{recordGC + 12000}},
		{"two pieces", []int{recordCC, recordCC, 7}, []int{2 * recordCC, 7}},
		{"other sizes at once", []int{piece, record13 + 1}, []int{piece, record13 + 1}},
		{"a piece at the end", []int{5, record13}, []int{5, record13}},
	} {
		s := &sink{}
		g := &gathered{Conn: s}
		var sent []byte
		for i, n := range c.writes {
			p := text(n, 'a'+byte(i))
			sent = append(sent, p...)
			if got, err := g.Write(p); got != n || err != nil {
				t.Fatalf("%s: wrote %d of %d, %v", c.name, got, n, err)
			}
		}
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
		sizes, all := s.sizes()
		if len(sizes) != len(c.want) || !bytes.Equal(all, sent) {
			t.Errorf("%s: writes of %v, want %v; the same bytes: %v", c.name, sizes, c.want, bytes.Equal(all, sent))
		}
	}
}

// A piece that nothing follows is written all the same, and the error of that is
// the next writer's.
func TestGatheredAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{}
		g := &gathered{Conn: s}
		if _, err := g.Write(make([]byte, record13)); err != nil {
			t.Fatal(err)
		}
		if sizes, _ := s.sizes(); len(sizes) != 0 {
			t.Fatalf("writes of %v before their time", sizes)
		}
		time.Sleep(gatherFor)
		synctest.Wait()
		if sizes, _ := s.sizes(); len(sizes) != 1 || sizes[0] != record13 {
			t.Fatalf("writes of %v", sizes)
		}
		s.Close()
		if _, err := g.Write(make([]byte, record13)); err != nil {
			t.Fatalf("a piece that waits: %v", err)
		}
		time.Sleep(gatherFor)
		synctest.Wait()
		if _, err := g.Write([]byte("x")); err == nil {
			t.Error("nobody is told of the failure")
		}
	})
}

// Close ends a write that waits for a client who does not read.
func TestGatheredCloseWhileStuck(t *testing.T) {
	s := &sink{stuck: make(chan struct{})}
	g := &gathered{Conn: s}
	ended := make(chan error)
	go func() {
		_, err := g.Write([]byte("x"))
		ended <- err
	}()
	for g.mu.TryLock() { // until the write has begun
		g.mu.Unlock()
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("the write did not fail")
	}
}
