package cache

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"
	"sync/atomic"
)

// Objects of one kind resemble each other: the pods of a template differ in
// their names, uids, addresses and times, and by little else. So of most
// objects only what is different from a model is kept, an earlier object of
// the table, and put together again when it is read. That takes a fifth of
// their size or less, and about a microsecond.
//
// What is kept is a row of literals and copies: the length of a literal and its
// bytes, then the length of a copy and how far its place in the model lies from
// the end of the one before. It never leaves the process.

// Sizes of what is packed, in bytes.
const (
	packFrom  = 192      // smaller objects gain nothing
	modelMost = 48 << 10 // larger ones are no models: a place is 16 bits
	seed      = 8        // bytes that must be equal for a copy to be found
	indexBits = 12
)

// model is what packed bytes refer to. It never changes.
type model struct {
	text  []byte
	index []uint16 // by hash of seed bytes: where in text they lie, plus one
}

func newModel(text []byte) *model {
	m := &model{text: bytes.Clone(text), index: make([]uint16, 1<<indexBits)}
	for i := len(text) - seed; i >= 0; i-- { // the first of equals stays
		m.index[hashAt(text, i)] = uint16(i + 1)
	}
	return m
}

func hashAt(b []byte, i int) uint64 {
	return binary.LittleEndian.Uint64(b[i:]) * 0x9E3779B97F4A7C15 >> (64 - indexBits)
}

// pack appends b to dst in terms of the model.
func (m *model) pack(dst, b []byte) []byte {
	at, literal := 0, 0 // the end of the last copy in the model, and in b
	for i := 0; i+seed <= len(b); {
		// Values of one length are commonest, so the text is most likely to go on
		// as far behind the last copy as b has got.
		from := at + i - literal
		if from+seed > len(m.text) || !same8(m.text, from, b, i) {
			from = int(m.index[hashAt(b, i)]) - 1
			if from < 0 || !same8(m.text, from, b, i) {
				i++
				continue
			}
		}
		for i > literal && from > 0 && b[i-1] == m.text[from-1] {
			i, from = i-1, from-1
		}
		n := seed + shared8(m.text[from+seed:], b[i+seed:])
		dst = binary.AppendUvarint(dst, uint64(i-literal))
		dst = append(dst, b[literal:i]...)
		dst = binary.AppendUvarint(dst, uint64(n))
		dst = binary.AppendVarint(dst, int64(from-at))
		i += n
		at, literal = from+n, i
	}
	dst = binary.AppendUvarint(dst, uint64(len(b)-literal))
	return append(dst, b[literal:]...)
}

func same8(a []byte, i int, b []byte, j int) bool {
	return binary.LittleEndian.Uint64(a[i:]) == binary.LittleEndian.Uint64(b[j:])
}

// shared8 is how many bytes a and b have in common at their beginning.
func shared8(a, b []byte) int {
	n := min(len(a), len(b))
	i := 0
	for ; i+8 <= n; i += 8 {
		if d := binary.LittleEndian.Uint64(a[i:]) ^ binary.LittleEndian.Uint64(b[i:]); d != 0 {
			return i + bits.TrailingZeros64(d)/8
		}
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}

// packed is bytes that are kept in terms of a model, or as they are when there
// is none.
type packed struct {
	model *model
	bytes []byte
	size  int // of the bytes put together
}

// appendTo puts the bytes together behind dst, without the first skip.
func (p *packed) appendTo(dst []byte, skip int) []byte {
	if p.model == nil {
		return append(dst, p.bytes[skip:]...)
	}
	dst = slices.Grow(dst, p.size-skip)
	b, text, at := p.bytes, p.model.text, 0
	for {
		n, k := uvarint(b)
		b = b[k:]
		cut := min(n, skip)
		dst = append(dst, b[cut:n]...)
		skip -= cut
		if b = b[n:]; len(b) == 0 {
			return dst
		}
		n, k = uvarint(b)
		move, l := binary.Varint(b[k:])
		b = b[k+l:]
		at += int(move)
		cut = min(n, skip)
		dst = append(dst, text[at+cut:at+n]...)
		skip -= cut
		at += n
	}
}

func uvarint(b []byte) (value, size int) {
	if b[0] < 0x80 {
		return int(b[0]), 1
	}
	v, k := binary.Uvarint(b)
	return int(v), k
}

// whole is the bytes put together.
func (p *packed) whole() []byte {
	if p.model == nil {
		return p.bytes
	}
	return p.appendTo(make([]byte, 0, p.size), 0)
}

// packer packs the bytes of one table and makes its models.
type packer struct {
	models atomic.Pointer[[]*model] // the last made first
	mu     sync.Mutex
	misfit int // objects that no model was good for since the last was made
}

// A table has this many models. When they are all there, another replaces the
// oldest once so many objects have come that none was good for.
const (
	modelsMost = 8
	misfits    = 64
)

// pack finds the model that b resembles most. The result does not refer to b,
// unless b is kept as it is.
func (p *packer) pack(b []byte) packed {
	if len(b) < packFrom {
		return packed{bytes: b, size: len(b)}
	}
	var best packed
	scratch := packScratch.Get().(*[]byte)
	defer packScratch.Put(scratch)
	for _, m := range p.known() {
		*scratch = m.pack((*scratch)[:0], b)
		if best.model == nil || len(*scratch) < len(best.bytes) {
			best = packed{model: m, bytes: bytes.Clone(*scratch), size: len(b)}
		}
		if len(best.bytes) < len(b)/4 {
			return best
		}
	}
	if m := p.learn(b); m != nil {
		return packed{model: m, bytes: m.pack(nil, b), size: len(b)}
	}
	if best.model != nil && len(best.bytes) < len(b)*3/4 {
		return best
	}
	return packed{bytes: b, size: len(b)}
}

var packScratch = sync.Pool{New: func() any { return new([]byte) }}

func (p *packer) known() []*model {
	if l := p.models.Load(); l != nil {
		return *l
	}
	return nil
}

// learn makes a model of b if it is time for one.
func (p *packer) learn(b []byte) *model {
	if len(b) > modelMost {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.known()
	if p.misfit++; len(known) == modelsMost && p.misfit < misfits {
		return nil
	}
	p.misfit = 0
	m := newModel(b)
	next := append([]*model{m}, known[:min(len(known), modelsMost-1)]...)
	p.models.Store(&next)
	return m
}
