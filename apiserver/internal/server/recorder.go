package server

import (
	"net/http"
	"sync/atomic"
	"time"
)

// recorder notes the code of an answer, and since when its client has kept a
// write waiting.
type recorder struct {
	http.ResponseWriter
	code    int
	written int
	writers *writers
	watched bool
	// writing is when the write under way began, in nanoseconds; 0 when there is
	// none.
	writing atomic.Int64
	// reading is when the body's reading began; 0 before, the far future after.
	reading atomic.Int64
}

// WriteHeader begins the answer.
func (r *recorder) WriteHeader(code int) {
	if r.code == 0 {
		r.code = code
	}
	r.ResponseWriter.WriteHeader(code)
}

// Write sends a part of the answer.
func (r *recorder) Write(b []byte) (n int, err error) {
	if r.code == 0 {
		r.code = http.StatusOK
	}
	r.written += len(b)
	if r.written > watchFrom {
		r.watch()
	}
	if !r.watched {
		return r.ResponseWriter.Write(b)
	}
	for {
		piece := b[n:min(len(b), n+writePiece)]
		r.writing.Store(time.Now().UnixNano())
		m, err := r.ResponseWriter.Write(piece)
		r.writing.Store(0)
		n += m
		if err != nil || n >= len(b) {
			return n, err
		}
	}
}

// watch lets the server see to the request's progress.
func (r *recorder) watch() {
	if !r.watched && r.writers != nil {
		r.watched = true
		r.writers.add(r)
	}
}

// FlushError sends what has been written.
func (r *recorder) FlushError() error {
	if r.written > 0 {
		r.watch() // A head alone never waits, and idle watches have sent no more.
	}
	if r.watched {
		r.writing.Store(time.Now().UnixNano())
		defer r.writing.Store(0)
	}
	return http.NewResponseController(r.ResponseWriter).Flush()
}

// done ends the watch over the writing.
func (r *recorder) done() {
	if r.watched {
		r.writers.remove(r)
	}
}

// Unwrap lets http.ResponseController reach the writer beneath.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
