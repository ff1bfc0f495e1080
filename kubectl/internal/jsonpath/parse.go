package jsonpath

import (
	"fmt"
	"strconv"
	"strings"
)

type (
	node      interface{}
	textNode  string
	pathNode  struct{ steps []step }
	rangeNode struct {
		over []step
		body []node
	}
)

// step is one move from a set of values to the next.
type step interface{}

type (
	fieldStep     string   // .name
	wildcardStep  struct{} // [*] or .*
	recursiveStep struct{} // ..
	rootStep      struct{} // $
	sliceStep     struct{ from, to, by *int }
	unionStep     struct{ of [][]step } // ['a','b'] or [0,2]
	indexStep     int
	filterStep    struct {
		left, right operand
		op          string // "" asks whether left is there
	}
)

// operand is one side of a filter: a path from the item, or a literal.
type operand struct {
	path    []step
	literal any
	isPath  bool
}

type parser struct {
	text string
	pos  int
}

// template reads nodes until the end of the text, or until {end}.
func (p *parser) template(inRange bool) ([]node, error) {
	var nodes []node
	for p.pos < len(p.text) {
		open := strings.IndexByte(p.text[p.pos:], '{')
		if open < 0 {
			nodes = append(nodes, textNode(p.text[p.pos:]))
			p.pos = len(p.text)
			break
		}
		if open > 0 {
			nodes = append(nodes, textNode(p.text[p.pos:p.pos+open]))
		}
		p.pos += open
		body, err := p.braces()
		if err != nil {
			return nil, err
		}
		switch word, rest, _ := strings.Cut(strings.TrimSpace(body), " "); {
		case word == "end":
			if !inRange {
				return nil, fmt.Errorf("not in range, nothing to end")
			}
			return nodes, nil
		case word == "range":
			over, err := parsePath(strings.TrimSpace(rest))
			if err != nil {
				return nil, err
			}
			inner, err := p.template(true)
			if err != nil {
				return nil, err
			}
			nodes = append(nodes, rangeNode{over, inner})
		default:
			n, err := expression(strings.TrimSpace(body))
			if err != nil {
				return nil, err
			}
			nodes = append(nodes, n...)
		}
	}
	if inRange {
		return nil, fmt.Errorf("unclosed range: {end} is missing")
	}
	return nodes, nil
}

// braces reads {...}, minding quotes.
func (p *parser) braces() (string, error) {
	start := p.pos + 1
	var quote byte
	for i := start; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '}':
			p.pos = i + 1
			return p.text[start:i], nil
		}
	}
	return "", fmt.Errorf("unclosed action")
}

// expression reads what stands between braces: quoted text and paths, side by
// side.
func expression(s string) ([]node, error) {
	var nodes []node
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		if s[0] == '"' || s[0] == '\'' {
			text, rest, err := quoted(s)
			if err != nil {
				return nil, err
			}
			nodes, s = append(nodes, textNode(text)), rest
			continue
		}
		end := pathEnd(s)
		steps, err := parsePath(s[:end])
		if err != nil {
			return nil, err
		}
		nodes, s = append(nodes, pathNode{steps}), s[end:]
	}
	return nodes, nil
}

// quoted reads a quoted text with the usual escapes from the front of s.
func quoted(s string) (text, rest string, err error) {
	q := s[0]
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == q:
			return b.String(), s[i+1:], nil
		case c == '\\' && i+1 < len(s):
			i++
			switch s[i] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case 'r':
				b.WriteByte('\r')
			default:
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", "", fmt.Errorf("unterminated quoted string")
}

// pathEnd is where a path stops: at a space outside brackets.
func pathEnd(s string) int {
	depth := 0
	var quote byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case depth > 0 && (c == '"' || c == '\''):
			quote = c
		case c == '[' || c == '(':
			depth++
		case c == ']' || c == ')':
			depth--
		case c == '\\':
			i++
		case depth == 0 && (c == ' ' || c == '"'):
			return i
		}
	}
	return len(s)
}

// parsePath reads $.a.b[0]..c[?(@.x=="y")].
func parsePath(s string) ([]step, error) {
	var steps []step
	for i := 0; i < len(s); {
		switch {
		case s[i] == '$' || s[i] == '@':
			if s[i] == '$' {
				steps = append(steps, rootStep{})
			}
			i++
		case strings.HasPrefix(s[i:], ".."):
			steps = append(steps, recursiveStep{})
			i++
			if i+1 < len(s) && s[i+1] == '[' {
				i++
			}
		case s[i] == '.':
			name, n := fieldName(s[i+1:])
			i += 1 + n
			switch {
			case name == "*":
				steps = append(steps, wildcardStep{})
			case name != "":
				steps = append(steps, fieldStep(name))
			}
		case s[i] == '[':
			end, err := bracketEnd(s[i:])
			if err != nil {
				return nil, err
			}
			st, err := bracket(s[i+1 : i+end])
			if err != nil {
				return nil, err
			}
			steps = append(steps, st)
			i += end + 1
		default:
			if i > 0 {
				return nil, fmt.Errorf("unexpected %q in %q", s[i:], s)
			}
			name, n := fieldName(s)
			if n == 0 {
				return nil, fmt.Errorf("unrecognized character in action: %q", s[i:])
			}
			// A bare word is a field of the current value.
			steps = append(steps, fieldStep(name))
			i += n
		}
	}
	return steps, nil
}

// fieldName reads a name up to the next dot or bracket; a backslash takes the
// next character as it is.
func fieldName(s string) (string, int) {
	var b strings.Builder
	i := 0
	for i < len(s) && s[i] != '.' && s[i] != '[' {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String(), i
}

func bracketEnd(s string) (int, error) {
	depth := 0
	var quote byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '[':
			depth++
		case c == ']':
			if depth--; depth == 0 {
				return i, nil
			}
		}
	}
	return 0, fmt.Errorf("unterminated array")
}

// bracket reads what stands in [...].
func bracket(s string) (step, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "*":
		return wildcardStep{}, nil
	case strings.HasPrefix(s, "?(") && strings.HasSuffix(s, ")"):
		return filter(s[2 : len(s)-1])
	}
	var parts []string
	for rest := s; ; {
		cut := topLevel(rest, ',')
		parts = append(parts, strings.TrimSpace(rest[:cut]))
		if cut == len(rest) {
			break
		}
		rest = rest[cut+1:]
	}
	var union unionStep
	for _, part := range parts {
		st, err := element(part)
		if err != nil {
			return nil, err
		}
		union.of = append(union.of, []step{st})
	}
	if len(union.of) == 1 {
		return union.of[0][0], nil
	}
	return union, nil
}

func element(s string) (step, error) {
	if s == "" {
		return nil, fmt.Errorf("invalid array index %q", s)
	}
	if s[0] == '\'' || s[0] == '"' {
		name, _, err := quoted(s)
		return fieldStep(name), err
	}
	if n, err := strconv.Atoi(s); err == nil {
		return indexStep(n), nil
	}
	if parts := strings.Split(s, ":"); len(parts) == 2 || len(parts) == 3 {
		var sl sliceStep
		for i, dst := range []**int{&sl.from, &sl.to, &sl.by}[:len(parts)] {
			if parts[i] == "" {
				continue
			}
			n, err := strconv.Atoi(strings.TrimSpace(parts[i]))
			if err != nil {
				return nil, fmt.Errorf("invalid array index %s", s)
			}
			*dst = &n
		}
		return sl, nil
	}
	if s[0] == '.' || s[0] == '@' || s[0] == '$' {
		steps, err := parsePath(s)
		return unionStep{of: [][]step{steps}}, err
	}
	return nil, fmt.Errorf("invalid array index %s", s)
}

// topLevel is the first place of c in s outside quotes and brackets.
func topLevel(s string, c byte) int {
	depth := 0
	var quote byte
	for i := 0; i < len(s); i++ {
		switch ch := s[i]; {
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == '"' || ch == '\'':
			quote = ch
		case ch == '[' || ch == '(':
			depth++
		case ch == ']' || ch == ')':
			depth--
		case ch == c && depth == 0:
			return i
		}
	}
	return len(s)
}

// filter reads the inside of ?(...).
func filter(s string) (step, error) {
	var quote byte
	for i := 0; i < len(s); i++ {
		if quote != 0 {
			if s[i] == quote {
				quote = 0
			}
			continue
		}
		if s[i] == '"' || s[i] == '\'' {
			quote = s[i]
			continue
		}
		for _, op := range []string{"==", "!=", "<=", ">=", "<", ">"} {
			if !strings.HasPrefix(s[i:], op) {
				continue
			}
			left, err := parseOperand(s[:i])
			if err != nil {
				return nil, err
			}
			right, err := parseOperand(s[i+len(op):])
			return filterStep{left: left, right: right, op: op}, err
		}
	}
	left, err := parseOperand(s)
	return filterStep{left: left}, err
}

func parseOperand(s string) (operand, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return operand{}, fmt.Errorf("empty operand in a filter")
	case s[0] == '"' || s[0] == '\'':
		text, _, err := quoted(s)
		return operand{literal: text}, err
	case s == "true" || s == "false":
		return operand{literal: s == "true"}, nil
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return operand{literal: n}, nil
	}
	path, err := parsePath(s)
	return operand{path: path, isPath: true}, err
}
