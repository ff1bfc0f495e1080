package patch

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
)

// Merge applies a merge patch: objects are merged, null removes, everything
// else replaces. What the patch does not name keeps its text and its order:
// most patches are small beside the object, so only their part of it is read.
func Merge(doc, patch []byte) ([]byte, error) {
	p, err := decode(patch)
	if err != nil {
		return nil, errorf("error decoding patch: %v", err)
	}
	changes, ok := p.(map[string]any)
	if !ok {
		return nil, errorf("error decoding patch: a patch must be a JSON object")
	}
	if !json.Valid(doc) {
		_, err := decode(doc)
		return nil, errorf("document: %v", err)
	}
	doc = bytes.TrimSpace(doc)
	if doc[0] != '{' {
		return encode(merge(nil, changes))
	}
	return mergeText(make([]byte, 0, len(doc)+len(patch)), doc, changes)
}

// mergeText appends doc, the text of an object, with the changes made.
func mergeText(out, doc []byte, changes map[string]any) ([]byte, error) {
	out = append(out, '{')
	left := maps.Clone(changes)
	for key, value := range members(doc) {
		name, err := decode(key)
		if err != nil {
			return nil, err
		}
		change, changed := changes[name.(string)]
		delete(left, name.(string))
		if changed && change == nil {
			continue
		}
		out = append(begin(out), key...)
		out = append(out, ':')
		if !changed {
			out = append(out, value...)
		} else if out, err = mergeMember(out, value, change); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(left)) {
		if left[name] == nil {
			continue
		}
		key, err := encode(name)
		if err != nil {
			return nil, err
		}
		out = append(append(begin(out), key...), ':')
		if out, err = mergeMember(out, nil, left[name]); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

// mergeMember appends a member's value, which may be nil, with its change made.
func mergeMember(out, value []byte, change any) ([]byte, error) {
	if inner, ok := change.(map[string]any); ok && len(value) > 0 && value[0] == '{' {
		return mergeText(out, value, inner)
	}
	text, err := encode(merge(nil, change))
	return append(out, text...), err
}

// begin appends the comma between members where one is due.
func begin(out []byte) []byte {
	if out[len(out)-1] != '{' {
		out = append(out, ',')
	}
	return out
}

// members walks over the members of doc, the valid text of an object: the
// key's text with its quotes, and the value's.
func members(doc []byte) func(yield func(key, value []byte) bool) {
	return func(yield func(key, value []byte) bool) {
		for i := space(doc, 1); doc[i] != '}'; {
			start := i
			i = valueEnd(doc, i)
			key := doc[start:i]
			start = space(doc, space(doc, i)+1) // past the colon
			i = valueEnd(doc, start)
			if !yield(key, doc[start:i]) {
				return
			}
			if i = space(doc, i); doc[i] == ',' {
				i = space(doc, i+1)
			}
		}
	}
}

func space(b []byte, i int) int {
	for b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r' {
		i++
	}
	return i
}

// valueEnd is where the value that begins at i ends.
func valueEnd(b []byte, i int) int {
	depth := 0
	for ; i < len(b); i++ {
		switch b[i] {
		case '"':
			for i++; b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i // behind a number or a word
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ':', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}
