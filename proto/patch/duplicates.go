package patch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// maxProblems bounds what is told of one patch.
const maxProblems = 100

// Problems tells of a patch what only a strict reader minds, in the API's
// words: members that are there twice, and for a list of operations those that
// no operation has. The patch must be JSON.
func Problems(patch []byte, operations bool) []string {
	if !operations && distinct(patch) {
		return nil
	}
	s := scan{dec: json.NewDecoder(bytes.NewReader(patch)), operations: operations}
	s.value("")
	return s.found
}

// distinct says whether doc, the text of an object, is quickly seen to have no
// member twice.
func distinct(doc []byte) bool {
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
		if m.value[0] == '{' && !distinct(m.value) {
			return false
		}
		seen[n] = m.key
		n++
	}
	return true
}

type scan struct {
	dec        *json.Decoder
	operations bool
	found      []string
}

func (s *scan) tell(what, path string) {
	if s.operations {
		what = "json patch " + what
	}
	if text := fmt.Sprintf("%s field %q", what, path); len(s.found) < maxProblems {
		s.found = append(s.found, text)
	}
}

// value reads the value that comes next; it says whether there was one.
func (s *scan) value(path string) bool {
	t, err := s.dec.Token()
	if err != nil {
		return false
	}
	switch t {
	case json.Delim('{'):
		s.object(path)
	case json.Delim('['):
		for i := 0; s.dec.More(); i++ {
			if !s.value(path + "[" + strconv.Itoa(i) + "]") {
				return false
			}
		}
		s.dec.Token()
	}
	return true
}

func (s *scan) object(path string) {
	seen := map[string]bool{}
	for s.dec.More() {
		t, err := s.dec.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return
		}
		at := key
		if path != "" {
			at = path + "." + key
		}
		if seen[key] {
			s.tell("duplicate", at)
		}
		seen[key] = true
		if s.operations && isElement(path) && key != "op" && key != "path" && key != "from" && key != "value" {
			s.tell("unknown", at)
		}
		if s.operations && key == "value" && isElement(path) {
			var skipped json.RawMessage
			if s.dec.Decode(&skipped) != nil {
				return
			}
		} else if !s.value(at) {
			return
		}
	}
	s.dec.Token()
}

// isElement says whether a path is that of an element of the outermost list.
func isElement(path string) bool {
	return len(path) > 2 && path[0] == '[' && bytes.IndexByte([]byte(path), ']') == len(path)-1
}
