package patch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// maxProblems and maxTold (in bytes) bound what is told of one patch.
const (
	maxProblems = 100
	maxTold     = 1 << 20
)

// Problems tells of a patch what only a strict reader minds, in the API's
// words: members that are there twice, and for a list of operations those that
// no operation has. Of what is no JSON, or nests deeper than JSON may, nothing
// is told: it is refused anyway.
func Problems(patch []byte, operations bool) []string {
	if !operations && distinct(patch, 8) || !json.Valid(patch) {
		return nil
	}
	s := scan{dec: json.NewDecoder(bytes.NewReader(patch)), operations: operations}
	s.value()
	return s.found
}

// distinct says whether doc, the text of an object, is quickly seen to have no
// member twice. Objects in objects are read once for each around them, so that
// only a few levels are quick.
func distinct(doc []byte, levels int) bool {
	const few = 16
	var seen [few][]byte
	n := 0
	for _, m := range members(doc) {
		if n == few || bytes.IndexByte(m.key, '\\') >= 0 || len(m.value) == 0 || m.value[0] == '[' {
			return false
		}
		for _, k := range seen[:n] {
			if bytes.Equal(k, m.key) {
				return false
			}
		}
		if m.value[0] == '{' && (levels == 0 || !distinct(m.value, levels-1)) {
			return false
		}
		seen[n] = m.key
		n++
	}
	return true
}

// scan reads a patch and notes what is wrong with it.
type scan struct {
	dec        *json.Decoder
	operations bool
	path       []byte // of the value being read, one text for all levels
	found      []string
	told       int // bytes of found
}

func (s *scan) tell(what string) {
	if len(s.found) == maxProblems || s.told > maxTold {
		return
	}
	if s.operations {
		what = "json patch " + what
	}
	text := fmt.Sprintf("%s field %q", what, s.path)
	s.found, s.told = append(s.found, text), s.told+len(text)
}

// value reads the value that comes next; it says whether there was one.
func (s *scan) value() bool {
	t, err := s.dec.Token()
	if err != nil {
		return false
	}
	switch t {
	case json.Delim('{'):
		s.object()
	case json.Delim('['):
		outer := len(s.path)
		for i := 0; s.dec.More(); i++ {
			s.path = append(strconv.AppendInt(append(s.path, '['), int64(i), 10), ']')
			if !s.value() {
				return false
			}
			s.path = s.path[:outer]
		}
		s.dec.Token()
	}
	return true
}

func (s *scan) object() {
	seen := map[string]bool{}
	outer := len(s.path)
	operation := s.operations && isElement(s.path)
	for s.dec.More() {
		t, err := s.dec.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return
		}
		if outer > 0 {
			s.path = append(s.path, '.')
		}
		s.path = append(s.path, key...)
		if seen[key] {
			s.tell("duplicate")
		}
		seen[key] = true
		if operation && key != "op" && key != "path" && key != "from" && key != "value" {
			s.tell("unknown")
		}
		if operation && key == "value" {
			var skipped json.RawMessage
			if s.dec.Decode(&skipped) != nil {
				return
			}
		} else if !s.value() {
			return
		}
		s.path = s.path[:outer]
	}
	s.dec.Token()
}

// isElement says whether a path is that of an element of the outermost list.
func isElement(path []byte) bool {
	return len(path) > 2 && path[0] == '[' && bytes.IndexByte(path, ']') == len(path)-1
}
