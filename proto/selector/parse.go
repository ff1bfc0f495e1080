package selector

import (
	"fmt"
	"strings"
)

// ParseLabels reads a label selector: requirements joined by commas, each one
// of
//
//	key   !key   key=v   key==v   key!=v   key in (a,b)   key notin (a,b)   key>1   key<1
//
// The empty string selects everything. Errors name the word that was found and
// what was expected there.
func ParseLabels(s string) (Labels, error) {
	p := &parser{rest: s}
	var l Labels
	p.next()
	for p.tok != tokenEnd {
		if p.tok != tokenWord && p.tok != tokenNot {
			return Nothing(), fmt.Errorf("found '%s', expected: !, identifier, or 'end of string'", p.text)
		}
		r, err := p.requirement()
		if err != nil {
			return Nothing(), fmt.Errorf("unable to parse requirement: %w", err)
		}
		l.requirements = append(l.requirements, r)
		switch p.tok {
		case tokenEnd:
		case tokenComma:
			p.next()
			if p.tok != tokenWord && p.tok != tokenNot {
				return Nothing(), fmt.Errorf("found '%s', expected: identifier after ','", p.text)
			}
		default:
			return Nothing(), fmt.Errorf("found '%s', expected: ',' or 'end of string'", p.text)
		}
	}
	return l.sorted(), nil
}

// token is a kind of word in a selector.
type token uint8

const (
	tokenEnd token = iota
	tokenWord
	tokenNot      // !
	tokenOpen     // (
	tokenClose    // )
	tokenComma    // ,
	tokenOperator // =, ==, !=, >, <
)

// parser holds the current token and the text behind it.
type parser struct {
	rest string
	tok  token
	text string
}

const (
	spaces  = " \t\r\n"
	special = spaces + "=!(),><"
)

// next moves to the following token.
func (p *parser) next() {
	p.rest = strings.TrimLeft(p.rest, spaces)
	n := 1
	switch {
	case p.rest == "":
		p.tok, n = tokenEnd, 0
	case strings.HasPrefix(p.rest, "=="), strings.HasPrefix(p.rest, "!="):
		p.tok, n = tokenOperator, 2
	case strings.ContainsRune("=><", rune(p.rest[0])):
		p.tok = tokenOperator
	case p.rest[0] == '!':
		p.tok = tokenNot
	case p.rest[0] == '(':
		p.tok = tokenOpen
	case p.rest[0] == ')':
		p.tok = tokenClose
	case p.rest[0] == ',':
		p.tok = tokenComma
	default:
		p.tok = tokenWord
		if n = strings.IndexAny(p.rest, special); n < 0 {
			n = len(p.rest)
		}
	}
	p.text, p.rest = p.rest[:n], p.rest[n:]
}

// requirement reads one requirement and leaves the parser behind it.
func (p *parser) requirement() (Requirement, error) {
	op := Exists
	if p.tok == tokenNot {
		op = DoesNotExist
		p.next()
	}
	if p.tok != tokenWord {
		return Requirement{}, fmt.Errorf("found '%s', expected: identifier", p.text)
	}
	key := p.text
	p.next()
	if op == DoesNotExist || p.tok == tokenEnd || p.tok == tokenComma {
		return NewRequirement(key, op)
	}
	op, err := p.operator()
	if err != nil {
		return Requirement{}, err
	}
	var values []string
	if op == In || op == NotIn {
		values, err = p.set()
	} else {
		values, err = p.single()
	}
	if err != nil {
		return Requirement{}, err
	}
	return NewRequirement(key, op, values...)
}

// operator reads the word or sign between a key and its values.
func (p *parser) operator() (Operator, error) {
	defer p.next()
	switch p.text {
	case "=", "==", "!=", "in", "notin":
		return Operator(p.text), nil
	case ">":
		return GreaterThan, nil
	case "<":
		return LessThan, nil
	}
	return "", fmt.Errorf("found '%s', expected: in, notin, =, ==, !=, gt, lt", p.text)
}

// single reads one value, which may be empty.
func (p *parser) single() ([]string, error) {
	if p.tok == tokenEnd || p.tok == tokenComma {
		return []string{""}, nil
	}
	if p.tok != tokenWord {
		return nil, fmt.Errorf("found '%s', expected: identifier", p.text)
	}
	v := p.text
	p.next()
	return []string{v}, nil
}

// set reads a parenthesised list of values; empty values are allowed.
func (p *parser) set() ([]string, error) {
	if p.tok != tokenOpen {
		return nil, fmt.Errorf("found '%s' expected: '('", p.text)
	}
	p.next()
	var values []string
	seen := map[string]bool{}
	add := func(v string) {
		if !seen[v] {
			seen[v] = true
			values = append(values, v)
		}
	}
	for {
		switch p.tok {
		case tokenWord:
			add(p.text)
			p.next()
		case tokenComma, tokenClose:
			add("")
		default:
			return nil, fmt.Errorf("found '%s', expected: ',', ')' or identifier", p.text)
		}
		switch p.tok {
		case tokenClose:
			p.next()
			return values, nil
		case tokenComma:
			p.next()
		default:
			return nil, fmt.Errorf("found '%s', expected: ',' or ')'", p.text)
		}
	}
}
