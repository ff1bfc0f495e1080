package codec

import (
	"bytes"
	"sync"
)

// scratch holds buffers that objects are written to before their size is
// known.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

// maxScratch is the largest buffer that is kept.
const maxScratch = 64 << 10

// WithJSON calls f with o's JSON, as EncodeJSON makes it, which is f's until it
// returns and no longer: a buffer that is used again.
func WithJSON(o any, f func(b []byte)) error {
	buf := scratch.Get().(*[]byte)
	out, err := AppendJSON((*buf)[:0], o)
	if err != nil {
		return err
	}
	f(out)
	if cap(out) <= maxScratch {
		*buf = out
		scratch.Put(buf)
	}
	return nil
}

// exact is what appendTo appends, in a slice of just that size.
func exact(appendTo func(b []byte) ([]byte, error)) ([]byte, error) {
	buf := scratch.Get().(*[]byte)
	out, err := appendTo((*buf)[:0])
	if err != nil {
		return nil, err
	}
	if cap(out) > maxScratch {
		return out, nil
	}
	*buf = out
	clone := bytes.Clone(out)
	scratch.Put(buf)
	return clone, nil
}
