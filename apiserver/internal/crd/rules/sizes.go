package rules

import (
	"github.com/pilothouse/pilothouse/apiserver/internal/cel"
	"github.com/pilothouse/pilothouse/apiserver/internal/crd/structural"
)

// maxRequest is the most that a request can bring: what has no limit of its own
// cannot be larger.
const maxRequest = 3 << 20

// sizes tells how large the values below a place can be.
func sizes(s *structural.Schema) func(path []string, t *cel.Type) (min, max uint64, ok bool) {
	return func(path []string, _ *cel.Type) (uint64, uint64, bool) {
		if path[0] != "self" && path[0] != "oldSelf" {
			return 0, 0, false
		}
		at := s
		for _, name := range path[1:] {
			switch {
			case at == nil:
				return 0, 0, false
			case name == "@items":
				at = at.Items
			case name == "@values":
				at = at.Additional
			case name == "@keys":
				return 0, maxRequest, true
			default:
				p := at.Properties[unescape(name)]
				if p == nil && at.Additional != nil {
					p = at.Additional
				}
				at = p
			}
		}
		if at == nil {
			return 0, 0, false
		}
		return 0, most(at), true
	}
}

// most is the greatest size of a value.
func most(s *structural.Schema) uint64 {
	switch s.Type {
	case "array":
		return mostItems(s)
	case "object":
		if s.Additional != nil {
			return mostFields(s)
		}
		return uint64(len(s.Properties))
	case "string":
		return mostBytes(s)
	}
	if s.IntOrString {
		return mostBytes(s)
	}
	return 1
}

func mostBytes(s *structural.Schema) uint64 {
	if n := s.MaxLength(); n != nil {
		if s.Format == "byte" {
			return uint64(max(*n, 0))
		}
		return uint64(max(*n, 0)) * 4 // a character may take four bytes
	}
	longest := uint64(0)
	for _, e := range s.Enum() {
		if t, ok := e.(string); ok {
			longest = max(longest, uint64(len(t)))
		}
	}
	if longest > 0 {
		return longest
	}
	switch s.Format {
	case "duration":
		return 32
	case "date":
		return 12
	case "date-time":
		return 26
	}
	return maxRequest - 2
}

func mostItems(s *structural.Schema) uint64 {
	if n := s.MaxItems(); n != nil {
		return uint64(max(*n, 0))
	}
	return (maxRequest - 2) / (least(s.Items) + 1)
}

func mostFields(s *structural.Schema) uint64 {
	if n := s.MaxProperties(); n != nil {
		return uint64(max(*n, 0))
	}
	return (maxRequest - 2) / (least(s.Additional) + 6)
}

// least is how few bytes a value takes.
func least(s *structural.Schema) uint64 {
	if s == nil {
		return 1
	}
	switch s.Type {
	case "boolean":
		return 4
	case "integer", "number":
		return 1
	case "object":
		n := uint64(2)
		for _, name := range s.Required() {
			if p := s.Properties[name]; p != nil && !p.HasDefault {
				n += uint64(len(name)) + 4 + least(p)
			}
		}
		return n
	}
	return 2
}
