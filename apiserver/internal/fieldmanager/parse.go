package fieldmanager

import (
	"bytes"
	"errors"
	"strings"

	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

var errFields = errors.New("managedFields: the text is no set of fields")

// parse reads the text of a fieldsV1 into a new set. What this server wrote is
// read as it stands; other text, that names elements in another order or
// spelling, is first brought into the form that it would have had; that takes too
// long for one that is larger than any.
func (t *tree) parse(raw []byte) (int32, error) {
	p := parser{t: t, s: view(raw)}
	root := t.new(0, "", 0)
	if p.object(root, 0) && p.i == len(p.s) {
		return root, nil
	}
	if len(raw) > fewBytes {
		return 0, errFields
	}
	var set fieldpath.Set
	if err := set.FromJSON(bytes.NewReader(raw)); err != nil {
		return 0, err
	}
	return t.from(&set)
}

// from is structured-merge-diff's set as one of the tree's.
func (t *tree) from(set *fieldpath.Set) (int32, error) {
	text, err := set.ToJSON()
	if err != nil {
		return 0, err
	}
	p, root := parser{t: t, s: string(text), own: true}, t.new(0, "", 0)
	if !p.object(root, 0) {
		return 0, errFields
	}
	return root, nil
}

// to is set n as structured-merge-diff's.
func (t *tree) to(n int32) (*fieldpath.Set, error) {
	set := &fieldpath.Set{}
	return set, set.FromJSON(bytes.NewReader(t.appendJSON(nil, n)))
}

// parser walks over the text of a set in its usual form: no white space,
// elements in order.
type parser struct {
	t *tree
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
func (p *parser) object(n int32, depth int) bool {
	if !p.take('{') || depth > maxDepth {
		return false
	}
	if p.take('}') {
		p.t.nodes[n].self = depth > 0
		return true
	}
	for {
		key, ok := p.key()
		if !ok || !p.take(':') {
			return false
		}
		switch {
		case key == ".":
			if !p.take('{') || !p.take('}') || p.t.nodes[n].first != 0 {
				return false
			}
			p.t.nodes[n].self = true
		case len(key) >= 2 && key[1] == ':' && (strings.IndexByte("fkvi", key[0]) >= 0 || p.own && key[0] == '*'):
			if !p.element(n, key, depth) {
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

// element reads one element below n; it must come behind those before it.
func (p *parser) element(n int32, key string, depth int) bool {
	e := p.t.new(key[0], key[2:], 0)
	if last := p.t.nodes[n].last; last != 0 {
		if order(&p.t.nodes[last], &p.t.nodes[e]) >= 0 {
			return false
		}
		p.t.nodes[last].next = e
	} else {
		p.t.nodes[n].first = e
	}
	p.t.nodes[n].last = e
	return p.object(e, depth+1)
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
