package fieldmanager

import "slices"

// grown is the text s of a set with set n added; nil when s is not in its usual
// form. What n does not reach is copied as it stands.
func (t *tree) grown(n int32, s string) []byte {
	buf := texts.Get().(*[]byte)
	defer texts.Put(buf)
	b, ok := t.appendGrown((*buf)[:0], n, s, 0, false)
	*buf = b
	if !ok {
		return nil
	}
	return slices.Clone(b)
}

// appendGrown appends the object of s that begins at i, with what lies below n
// added; inner says that n's own path counts. It is false when the elements of s
// are not in order.
func (t *tree) appendGrown(b []byte, n int32, s string, i int, inner bool) ([]byte, bool) {
	at, more := first(s, i)
	if !more && t.nodes[n].first == 0 {
		return append(b, '{', '}'), true
	}
	b = append(b, '{')
	if inner && (t.nodes[n].self || counts(s, i)) {
		b = append(b, `".":{}`...)
	}
	x := t.nodes[n].first
	for last := (node{}); more; {
		name, value := member(s, at)
		if value >= len(s) || s[value] != '{' {
			return b, false
		}
		end := skip(s, value)
		if name != "." {
			if len(name) < 2 || name[1] != ':' {
				return b, false
			}
			e := node{kind: name[0], name: name[2:]}
			if rank(e.kind) < 0 || last.kind != 0 && order(&last, &e) >= 0 {
				return b, false
			}
			last = e
			for x != 0 && order(&t.nodes[x], &e) < 0 {
				b = t.appendElement(separated(b), x)
				x = t.nodes[x].next
			}
			b = separated(b)
			if x != 0 && order(&t.nodes[x], &e) == 0 {
				var ok bool
				if b, ok = t.appendGrown(append(b, s[at:value]...), x, s, value, true); !ok {
					return b, false
				}
				x = t.nodes[x].next
			} else {
				b = append(b, s[at:end]...)
			}
		}
		at, more = next(s, end)
	}
	for ; x != 0; x = t.nodes[x].next {
		b = t.appendElement(separated(b), x)
	}
	return append(b, '}'), true
}

// separated appends the comma between elements where one is due.
func separated(b []byte) []byte {
	if b[len(b)-1] == '{' {
		return b
	}
	return append(b, ',')
}
