package rest

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// Warnings of more than maxWarnings characters together are each cut to
// maxWarning, and those after the bound are not told: a header must not grow
// without limit.
const (
	maxWarnings = 4096
	maxWarning  = 256
)

// warnings are those of one answer.
type warnings struct {
	texts []string
	size  int // in characters, of what the answer tells
	cut   bool
}

// warn tells the client something without refusing.
func (c *call) warn(text string) { c.warned.add(c.w.Header(), text) }

func (s *warnings) add(h http.Header, text string) {
	if slices.Contains(s.texts, text) || s.cut && s.size >= maxWarnings {
		return
	}
	s.texts = append(s.texts, text)
	switch {
	case s.cut:
		s.tell(h, text)
	case s.size+utf8.RuneCountInString(text) > maxWarnings:
		s.cut, s.size = true, 0
		h.Del("Warning")
		for _, t := range s.texts {
			s.tell(h, t)
		}
	default:
		s.tell(h, text)
	}
}

// tell adds the header of one warning.
func (s *warnings) tell(h http.Header, text string) {
	n := utf8.RuneCountInString(text)
	if s.cut {
		if s.size >= maxWarnings {
			return
		}
		if n > maxWarning {
			text, n = string([]rune(text)[:maxWarning]), maxWarning
		}
	}
	s.size += n
	h.Add("Warning", `299 - "`+quoteWarning.Replace(text)+`"`)
}

var quoteWarning = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ", "\r", " ")
