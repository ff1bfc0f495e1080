package cache

import (
	"bytes"
	"encoding/json"
	"strings"
	"unsafe"
)

// A lifter reads chosen fields out of an object's JSON in one pass, without
// decoding the rest. It is made once per table.
type lifter struct {
	root  *pathNode
	slots int
	// twins are slots that want the value of another one, by pairs.
	twins [][2]int
}

// pathNode is one key on the way to a wanted field.
type pathNode struct {
	key      string
	children []*pathNode
	slot     int // where the value goes; -1: nowhere
}

func (n *pathNode) child(key []byte) *pathNode {
	for _, c := range n.children {
		if c.key == string(key) {
			return c
		}
	}
	return nil
}

// newLifter makes a lifter of dotted paths; the value of paths[i] goes to slot i.
func newLifter(paths []string) *lifter {
	l := &lifter{root: &pathNode{slot: -1}, slots: len(paths)}
	for slot, path := range paths {
		n := l.root
		for key := range strings.SplitSeq(path, ".") {
			next := n.child([]byte(key))
			if next == nil {
				next = &pathNode{key: key, slot: -1}
				n.children = append(n.children, next)
			}
			n = next
		}
		if n.slot >= 0 {
			l.twins = append(l.twins, [2]int{slot, n.slot})
			continue
		}
		n.slot = slot
	}
	return l
}

// Label is one label of an object.
type Label struct{ Key, Value string }

// lifted is what a lifter found. Its strings point into the JSON.
type lifted struct {
	uid    string
	labels []Label
	values []string // by slot
	ok     bool     // the JSON is one object and nothing else
}

// lift reads b, which must not change afterwards.
func (l *lifter) lift(b []byte) lifted {
	s := scanner{b: b}
	out := lifted{}
	if l.slots > 0 {
		out.values = make([]string, l.slots)
	}
	s.object(func(key []byte) {
		n := l.root.child(key)
		if string(key) == "metadata" && s.peek() == '{' {
			s.metadata(&out, n)
			return
		}
		s.walk(n, &out)
	})
	for _, t := range l.twins {
		out.values[t[0]] = out.values[t[1]]
	}
	s.space()
	out.ok = !s.bad && s.i == len(b)
	return out
}

// scanner walks over JSON. After the first mistake bad is set and everything
// returns at once.
type scanner struct {
	b   []byte
	i   int
	bad bool
}

func (s *scanner) fail() {
	s.bad = true
	s.i = len(s.b)
}

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return
		}
	}
}

// peek is the next byte that is not white space, or 0 at the end.
func (s *scanner) peek() byte {
	s.space()
	if s.i >= len(s.b) {
		return 0
	}
	return s.b[s.i]
}

// object walks an object and calls visit for each key, standing at its value,
// which visit must consume.
func (s *scanner) object(visit func(key []byte)) {
	if s.peek() != '{' {
		s.fail()
		return
	}
	s.i++
	if s.peek() == '}' {
		s.i++
		return
	}
	for !s.bad {
		key := s.str()
		if s.peek() != ':' {
			s.fail()
			return
		}
		s.i++
		s.space()
		visit(key)
		switch s.peek() {
		case ',':
			s.i++
		case '}':
			s.i++
			return
		default:
			s.fail()
		}
	}
}

// str consumes a string and returns what is between its quotes, still escaped.
func (s *scanner) str() []byte {
	if s.peek() != '"' {
		s.fail()
		return nil
	}
	start := s.i + 1
	for i := start; ; {
		end := bytes.IndexByte(s.b[i:], '"')
		if end < 0 {
			s.fail()
			return nil
		}
		i += end
		if !escaped(s.b[start:i]) {
			s.i = i + 1
			return s.b[start:i]
		}
		i++
	}
}

// escaped says whether what follows b stands behind a backslash.
func escaped(b []byte) bool {
	n := 0
	for n < len(b) && b[len(b)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

// skip consumes one value.
func (s *scanner) skip() {
	switch s.peek() {
	case '"':
		s.str()
	case '{', '[':
		s.skipNested()
	case 0:
		s.fail()
	default:
		s.scalar()
	}
}

func (s *scanner) skipNested() {
	depth := 0
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case '"':
			s.str()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth == 0 {
				s.i++
				return
			}
		}
		s.i++
	}
	s.fail()
}

// scalar consumes a number, true, false or null.
func (s *scanner) scalar() []byte {
	start := s.i
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ',', '}', ']', ' ', '\t', '\n', '\r':
			return s.b[start:s.i]
		}
		s.i++
	}
	return s.b[start:s.i]
}

// walk consumes a value and puts what n wants of it into out.
func (s *scanner) walk(n *pathNode, out *lifted) {
	if n == nil {
		s.skip()
		return
	}
	switch s.peek() {
	case '{':
		if len(n.children) == 0 {
			s.skip()
			return
		}
		s.object(func(key []byte) { s.walk(n.child(key), out) })
	case '[':
		s.skip()
	default:
		v := s.value()
		if n.slot >= 0 {
			out.values[n.slot] = v
		}
	}
}

// value consumes a string, number or boolean and returns it as text; null is
// the empty string.
func (s *scanner) value() string {
	if s.peek() == '"' {
		return text(s.str())
	}
	v := s.scalar()
	if string(v) == "null" {
		return ""
	}
	return alias(v)
}

// metadata consumes the metadata and lifts uid, labels and what n wants.
func (s *scanner) metadata(out *lifted, n *pathNode) {
	s.object(func(key []byte) {
		switch {
		case string(key) == "uid" && s.peek() == '"':
			out.uid = text(s.str())
		case string(key) == "labels" && s.peek() == '{':
			s.object(func(key []byte) {
				k := text(key)
				if s.peek() != '"' {
					s.skip()
					return
				}
				out.labels = append(out.labels, Label{Key: k, Value: text(s.str())})
			})
		case n == nil:
			s.skip()
		default:
			s.walk(n.child(key), out)
		}
	})
}

// text is a JSON string's text; without escapes it is the bytes themselves.
func text(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		return alias(raw)
	}
	var out string
	quoted := append(append([]byte{'"'}, raw...), '"')
	if json.Unmarshal(quoted, &out) != nil {
		return string(raw)
	}
	return out
}

// alias makes a string of bytes that never change again, without a copy.
func alias(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return unsafe.String(&b[0], len(b))
}

// splicePoint finds where metadata.resourceVersion belongs in an object that
// has none: behind the uid, as the codec would write it, or first in the
// metadata. before and after are what must surround the field there.
func splicePoint(b []byte) (at int, before, after string) {
	s := scanner{b: b}
	open, first := -1, -1
	s.object(func(key []byte) {
		if first < 0 {
			first = s.i
		}
		if string(key) != "metadata" || s.peek() != '{' {
			s.skip()
			return
		}
		open = s.i + 1
		at, before, after = open, "", ","
		s.object(func(key []byte) {
			uid := string(key) == "uid"
			s.skip()
			if uid {
				at, before, after = s.i, ",", ""
				s.fail() // as much lies behind as before
			}
		})
		if at == open && bytes.IndexByte(b[open:s.i], '"') < 0 {
			after = ""
		}
		// The rest of the object does not matter: end the walk.
		s.fail()
	})
	if open >= 0 {
		return at, before, after
	}
	i := bytes.IndexByte(b, '{') + 1
	if first < 0 {
		return i, `"metadata":{`, `}`
	}
	return i, `"metadata":{`, `},`
}
