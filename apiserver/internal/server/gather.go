package server

import (
	"net"
	"sync"
	"time"
)

// net/http writes an answer of more than 4 KiB in two or more pieces, the first
// of just that size: the buffer before its frames was full. Each piece becomes
// one record of TLS and one write to the socket, and the write costs more than
// anything else about a small answer. A Gatherer's connections hold a record of
// that very size back until the next one comes, and write both together.
type Gatherer struct{ net.Listener }

// Accept waits for the next connection.
func (g Gatherer) Accept() (net.Conn, error) {
	c, err := g.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &gathered{Conn: c}, nil
}

// The sizes of a record of 4 KiB with each of TLS's ciphers.
const (
	piece    = 4 << 10
	record13 = piece + 22 // all of TLS 1.3
	recordGC = piece + 29 // AES-GCM of TLS 1.2
	recordCC = piece + 21 // ChaCha20-Poly1305 of TLS 1.2
)

// gatherFor bounds how long a record is held back, for an answer may also end
// with just such a record.
const gatherFor = 300 * time.Microsecond

// pieces are buffers for what is held back and what follows it.
var pieces = sync.Pool{New: func() any { return new([]byte) }}

// gathered is a connection beneath TLS.
type gathered struct {
	net.Conn

	mu    sync.Mutex
	held  *[]byte // from pieces, so that idle connections keep none
	timer *time.Timer
	err   error // of a write that nobody waited for
}

// Write writes p, or keeps it for the next call.
func (g *gathered) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil {
		return 0, g.err
	}
	n := len(p)
	if g.held != nil {
		g.timer.Stop()
		before := len(*g.held)
		*g.held = append(*g.held, p...)
		n, err := g.flush()
		return max(n-before, 0), err
	}
	if n != record13 && n != recordGC && n != recordCC {
		return g.Conn.Write(p)
	}
	g.held = pieces.Get().(*[]byte)
	*g.held = append(*g.held, p...)
	if g.timer == nil {
		g.timer = time.AfterFunc(gatherFor, g.late)
	} else {
		g.timer.Reset(gatherFor)
	}
	return n, nil
}

// late writes what was held back for a record that did not come.
func (g *gathered) late() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.held != nil {
		_, g.err = g.flush()
	}
}

// flush writes what is held back.
func (g *gathered) flush() (int, error) {
	n, err := g.Conn.Write(*g.held)
	*g.held = (*g.held)[:0]
	pieces.Put(g.held)
	g.held = nil
	return n, err
}

// Close closes the connection. What is held back is tried for a moment, unless
// a write waits for the client already.
func (g *gathered) Close() error {
	if g.mu.TryLock() {
		defer g.mu.Unlock()
		if g.held != nil {
			_ = g.Conn.SetWriteDeadline(time.Now().Add(time.Second))
			_, _ = g.flush()
		}
	}
	return g.Conn.Close()
}
