package rest

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net/http"
	"sync"
	"time"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
)

// When a controller starts again on many nodes, all of them ask for the same
// list, compressed. The items of a list that is not paged are compressed once
// for each snapshot and selector, and every answer is made of a head of its own
// and these shared bytes: the parts of a gzip stream can be joined, if the sum
// at its end is computed of theirs.

// zipKeep is how long compressed items are kept after they were last sent, and
// zipMost the number of lists whose items are.
const (
	zipKeep = 10 * time.Second
	zipMost = 8
)

// zipKey names the items of one list.
type zipKey struct {
	snapshot                  any
	namespace, labels, fields string
}

// zips are the compressed items at hand.
type zips struct {
	mu  sync.Mutex
	all map[zipKey]*zipped
}

// zipped is items on their way to being compressed, or compressed.
type zipped struct {
	used time.Time // guarded by zips.mu

	mu    sync.Mutex
	grown chan struct{} // closed when there is more, and replaced
	parts [][]byte
	sum   uint32 // of the items
	size  int
	done  bool
	err   error // why it could not be finished
}

// get is the items of that key; make begins to compress them if nobody has.
func (z *zips) get(key zipKey, items func(yield func([]byte) bool)) *zipped {
	z.mu.Lock()
	defer z.mu.Unlock()
	now := time.Now()
	for k, have := range z.all {
		if now.Sub(have.used) > zipKeep {
			delete(z.all, k)
		}
	}
	if have := z.all[key]; have != nil {
		have.used = now
		return have
	}
	made := &zipped{used: now, grown: make(chan struct{})}
	if z.all == nil {
		z.all = map[zipKey]*zipped{}
	}
	if len(z.all) < zipMost {
		z.all[key] = made
		time.AfterFunc(zipKeep+time.Second, z.prune)
	}
	go made.compress(items)
	return made
}

// prune forgets what was not used for a while.
func (z *zips) prune() {
	z.mu.Lock()
	defer z.mu.Unlock()
	for k, have := range z.all {
		if time.Since(have.used) > zipKeep {
			delete(z.all, k)
		} else {
			time.AfterFunc(zipKeep, z.prune)
		}
	}
}

var deflaters = sync.Pool{New: func() any {
	w, _ := flate.NewWriter(nil, flate.BestSpeed) // The level is a valid one.
	return w
}}

// compress makes the parts. Each ends where a stream can be joined.
func (z *zipped) compress(items func(yield func([]byte) bool)) {
	defer func() {
		if p := recover(); p != nil { // a bug must end the answers, not the server
			z.mu.Lock()
			defer z.mu.Unlock()
			z.done, z.err = true, fmt.Errorf("panic while compressing: %v", p)
			close(z.grown)
		}
	}()
	var out bytes.Buffer
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	w.Reset(&out)
	var raw []byte
	sum, size := uint32(0), 0
	send := func(last bool) {
		w.Write(raw) // A buffer takes everything.
		w.Flush()
		sum, size = crc32.Update(sum, crc32.IEEETable, raw), size+len(raw)
		raw = raw[:0]
		z.mu.Lock()
		defer z.mu.Unlock()
		z.parts = append(z.parts, bytes.Clone(out.Bytes()))
		out.Reset()
		z.sum, z.size, z.done = sum, size, last
		close(z.grown)
		z.grown = make(chan struct{})
	}
	items(func(b []byte) bool {
		if raw = append(raw, b...); len(raw) >= pieceSize {
			send(false)
		}
		return true
	})
	send(true)
}

// next is the part of that number; nil when there are no more. grown is closed
// when it has to be waited for.
func (z *zipped) next(n int) (part []byte, grown chan struct{}) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if n < len(z.parts) {
		return z.parts[n], nil
	}
	if z.done {
		return nil, nil
	}
	return nil, z.grown
}

// gzipHead begins every stream: deflate, no name, no time.
var gzipHead = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}

// answer sends head and the items as one stream. An error means that the client
// has gone, or its time was up.
func (z *zipped) answer(ctx context.Context, write func([]byte) error, head, tail []byte) error {
	if err := write(append(bytes.Clone(gzipHead), storedBlock(head, false)...)); err != nil {
		return err
	}
	for n := 0; ; {
		part, grown := z.next(n)
		if grown != nil {
			select {
			case <-grown:
				continue
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if part == nil {
			break
		}
		if err := write(part); err != nil {
			return err
		}
		n++
	}
	if z.err != nil {
		return z.err
	}
	sum := joinSums(joinSums(crc32.ChecksumIEEE(head), z.sum, z.size), crc32.ChecksumIEEE(tail), len(tail))
	end := storedBlock(tail, true)
	end = binary.LittleEndian.AppendUint32(end, sum)
	return write(binary.LittleEndian.AppendUint32(end, uint32(len(head)+z.size+len(tail))))
}

// storedBlock is b as a block of deflate that is not compressed; it must be
// short.
func storedBlock(b []byte, last bool) []byte {
	out := []byte{0}
	if last {
		out[0] = 1
	}
	out = binary.LittleEndian.AppendUint16(out, uint16(len(b)))
	return append(binary.LittleEndian.AppendUint16(out, ^uint16(len(b))), b...)
}

// joinSums is the CRC-32 of two texts joined, from the sums of both and the
// length of the second: the first sum is taken as far as so many zeros would
// take it, by squaring the matrix of one zero bit.
func joinSums(first, second uint32, length int) uint32 {
	var m [32]uint32
	m[0] = crc32.IEEE
	for i := 1; i < 32; i++ {
		m[i] = 1 << (i - 1)
	}
	for range 3 { // from one bit to a byte
		m = squared(m)
	}
	for ; length > 0; length >>= 1 {
		if length&1 == 1 {
			first = times(m, first)
		}
		m = squared(m)
	}
	return first ^ second
}

func times(m [32]uint32, v uint32) (out uint32) {
	for i := 0; v != 0; i, v = i+1, v>>1 {
		if v&1 == 1 {
			out ^= m[i]
		}
	}
	return out
}

func squared(m [32]uint32) (out [32]uint32) {
	for i := range m {
		out[i] = times(m, m[i])
	}
	return out
}

// listZipped answers with a whole list of JSON from shared compressed items. It
// says false when this list is not for it.
func (c *call) listZipped(l *cache.List, head []byte, render func([]byte, *cache.Object) ([]byte, error)) (bool, error) {
	snapshot := l.Snapshot()
	if snapshot == nil || len(head) > 1<<15 || !takesGzip(c.r) || l.AtLeast(gzipFrom) < gzipFrom {
		return false, nil
	}
	key := zipKey{snapshot, c.info.Namespace, c.query.Get("labelSelector"), c.query.Get("fieldSelector")}
	z := c.zips.get(key, func(yield func([]byte) bool) {
		var b []byte
		for o := range l.All() {
			if b, _ = render(b, o); !yield(b) { // Plain objects are appended without fail.
				return
			}
			b = append(b[:0], ',')
		}
	})
	h := c.w.Header()
	h.Set("Content-Type", typeJSON)
	h.Set("Cache-Control", "no-cache, private")
	h.Set("Content-Encoding", "gzip")
	h.Add("Vary", "Accept-Encoding")
	err := z.answer(c.r.Context(), func(b []byte) error { _, err := c.w.Write(b); return err }, head, []byte("]}\n"))
	if err != nil {
		return true, c.gone(err)
	}
	return true, nil
}

// gone ends an answer that has begun and cannot be finished.
func (c *call) gone(err error) error {
	c.Log.Debug("list broken off", "path", c.info.Path, "error", err)
	panic(http.ErrAbortHandler)
}
