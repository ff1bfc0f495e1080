package fieldmanager

import "sync"

// sketches remember the sets of new objects by their skeletons. Objects are made
// of few templates: those of one have the same fields and differ in values, of
// which a set knows only the keys of lists.
type sketches struct {
	mu   sync.Mutex
	sets map[string][]byte
}

// Bounds of what is remembered for a kind.
const (
	maxSketches = 64
	maxSkeleton = 16 << 10
)

// find is the set's text of an object with this skeleton, or nil.
func (s *sketches) find(skeleton []byte) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sets[string(skeleton)]
}

// add remembers a set. When there are too many all are forgotten: those that are
// in use come back with the next object.
func (s *sketches) add(skeleton, set []byte) {
	if len(skeleton) > maxSkeleton {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sets == nil || len(s.sets) >= maxSketches {
		s.sets = map[string][]byte{}
	}
	s.sets[string(skeleton)] = set
}

// appendSkeleton appends an object's JSON without what its set does not depend
// on: of scalars outside of lists only the sort is left. Lists stay whole, for
// their elements are named by values.
func appendSkeleton(b []byte, s string, i int) (out []byte, end int) {
	b = append(b, '{')
	i, ok := first(s, i)
	for ok {
		at := skipString(s, i)
		b = append(b, s[i:at]...)
		at = blank(s, blank(s, at)+1)
		switch c := s[at]; c {
		case '{':
			b, i = appendSkeleton(b, s, at)
		case '[':
			i = skip(s, at)
			b = append(b, s[at:i]...)
		case '"', 't', 'n':
			i = skip(s, at)
			b = append(b, c)
		case 'f':
			i = skip(s, at)
			b = append(b, 't')
		default:
			i = skip(s, at)
			b = append(b, '0')
		}
		i, ok = next(s, i)
	}
	return append(b, '}'), i + 1
}

// skeletons are buffers for them.
var skeletons = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}
