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
