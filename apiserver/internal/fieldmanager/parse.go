package fieldmanager

import (
	"bytes"
	"errors"
	"strings"

	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

var errFields = errors.New("managedFields: the text is no set of fields")

// ParseSet reads the text of a fieldsV1. What this server wrote is read as it
// stands; other text, that names elements in another order or spelling, is
// first brought into the form that it would have had.
func ParseSet(raw []byte) (*Set, error) {
	p := parser{s: string(raw)}
	s := &Set{}
	if p.object(&s.root, 0) && p.i == len(p.s) {
		return s, nil
	}
	var set fieldpath.Set
	if err := set.FromJSON(bytes.NewReader(raw)); err != nil {
		return nil, err
	}
	return fromSet(&set)
}

// fromSet is structured-merge-diff's set as ours.
func fromSet(set *fieldpath.Set) (*Set, error) {
	text, err := set.ToJSON()
	if err != nil {
		return nil, err
	}
	s, p := &Set{}, parser{s: string(text), own: true}
	if !p.object(&s.root, 0) {
		return nil, errFields
	}
	return s, nil
}

// toSet is ours as structured-merge-diff's.
func (s *Set) toSet() (*fieldpath.Set, error) {
	set := &fieldpath.Set{}
	return set, set.FromJSON(bytes.NewReader(s.AppendJSON(nil)))
}

// parser walks over the text of a set in its usual form: no white space,
// elements in order.
type parser struct {
	s string
	i int
	// own says that the text was made here, so that its escapes are the usual
	// ones.
	own bool
}

// maxDepth is how deep a set may be; objects are not deeper.
const maxDepth = 10000

func (p *parser) take(c byte) bool {
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

// object reads what lies below n.
func (p *parser) object(n *node, depth int) bool {
	if !p.take('{') || depth > maxDepth {
		return false
	}
	if p.take('}') {
		n.self = depth > 0
		return true
	}
	for {
		key, ok := p.key()
		if !ok || !p.take(':') {
			return false
		}
		switch {
		case key == ".":
			if !p.take('{') || !p.take('}') || len(n.kids) > 0 {
				return false
			}
			n.self = true
		case len(key) >= 2 && key[1] == ':' && strings.IndexByte("fkvi", key[0]) >= 0:
			n.kids = append(n.kids, node{kind: key[0], name: key[2:]})
			kid := &n.kids[len(n.kids)-1]
			if !p.object(kid, depth+1) {
				return false
			}
			if len(n.kids) > 1 && order(&n.kids[len(n.kids)-2], kid) >= 0 {
				return false
			}
		default:
			return false
		}
		if p.take('}') {
			return true
		}
		if !p.take(',') {
			return false
		}
	}
}

// key reads a member's name, with the escapes that it has.
func (p *parser) key() (string, bool) {
	if !p.take('"') {
		return "", false
	}
	start := p.i
	for p.i < len(p.s) {
		switch p.s[p.i] {
		case '"':
			p.i++
			return p.s[start : p.i-1], true
		case '\\':
			if !p.own && (p.i+1 == len(p.s) || strings.IndexByte(`"\nrt`, p.s[p.i+1]) < 0) {
				return "", false
			}
			p.i++
		}
		p.i++
	}
	return "", false
}
