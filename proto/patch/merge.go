package patch

import (
	"bytes"
	"maps"
	"slices"
)

// Merge applies a merge patch: objects are merged, null removes, everything
// else replaces. What the patch does not name keeps its text and its order:
// most patches are small beside the object, so only their part of it is read.
// What is wrong with the rest of the document is not found.
func Merge(doc, patch []byte) ([]byte, error) {
	changes, err := decodePatch(patch)
	if err != nil {
		return nil, errorf("error decoding patch: %v", err)
	}
	if changes == nil {
		return nil, errorf("Invalid JSON Patch")
	}
	doc = bytes.TrimSpace(doc)
	if len(doc) == 0 || doc[0] != '{' {
		return encode(merge(nil, changes))
	}
	return mergeText(make([]byte, 0, len(doc)+len(patch)), doc, changes)
}

// mergeText appends doc, the text of an object, with the changes made.
func mergeText(out, doc []byte, changes map[string]any) ([]byte, error) {
	return rewrite(out, doc, changes, mergeMember)
}

// mergeMember appends a member's value, which may be nil, with its change made.
func mergeMember(out, value []byte, _ string, change any) ([]byte, bool, error) {
	if inner, ok := change.(map[string]any); ok && len(value) > 0 && value[0] == '{' {
		out, err := mergeText(out, value, inner)
		return out, true, err
	}
	text, err := encode(merge(nil, change))
	return append(out, text...), true, err
}

// change appends what a member becomes, whose value is nil when it is new, and
// says whether anything does.
type change func(out, value []byte, name string, to any) ([]byte, bool, error)

// rewrite appends doc, the text of an object, with its members changed by f.
// Those that no change is for are copied; those that change to nil go.
func rewrite(out, doc []byte, changes map[string]any, f change) ([]byte, error) {
	out = append(out, '{')
	done := map[string]bool{}
	from := -1 // where what is copied as it stands begins
	flush := func(end int) {
		if from >= 0 {
			out = append(begin(out), bytes.TrimRight(doc[from:end], ", \t\n\r")...)
			from = -1
		}
	}
	put := func(key, value []byte, name string, to any) error {
		was := len(out)
		text, keep, err := f(append(append(begin(out), key...), ':'), value, name, to)
		if err != nil {
			return err
		}
		if out = text; !keep {
			out = out[:was]
		}
		return nil
	}
	for at, m := range members(doc) {
		name, err := m.name()
		if err != nil {
			return nil, err
		}
		to, changed := changes[name]
		if !changed {
			if from < 0 {
				from = at
			}
			continue
		}
		flush(at)
		done[name] = true
		if to == nil {
			continue
		}
		if err := put(m.key, m.value, name, to); err != nil {
			return nil, err
		}
	}
	flush(len(doc) - 1)
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		if changes[name] == nil || done[name] {
			continue
		}
		key, err := encode(name)
		if err != nil {
			return nil, err
		}
		if err := put(key, nil, name, changes[name]); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

// begin appends the comma between members where one is due.
func begin(out []byte) []byte {
	if out[len(out)-1] != '{' {
		out = append(out, ',')
	}
	return out
}

// entry is a member of an object: the key's text with its quotes, and the
// value's.
type entry struct{ key, value []byte }

// name is the key without quotes and escapes.
func (e entry) name() (string, error) {
	if n := len(e.key); n > 1 && e.key[0] == '"' && bytes.IndexByte(e.key, '\\') < 0 {
		return string(e.key[1 : n-1]), nil
	}
	v, err := decode(e.key)
	s, ok := v.(string)
	if err != nil || !ok {
		return "", errorf("document: %s is no key", e.key)
	}
	return s, nil
}

// members walks over the members of doc, the text of an object, and where they
// begin.
func members(doc []byte) func(yield func(at int, m entry) bool) {
	return func(yield func(int, entry) bool) {
		for i := space(doc, 1); i < len(doc) && doc[i] != '}'; {
			start := i
			i = valueEnd(doc, i)
			m := entry{key: doc[start:i]}
			value := space(doc, space(doc, i)+1) // past the colon
			if i = valueEnd(doc, value); i <= value {
				return // no JSON
			}
			m.value = doc[value:i]
			if !yield(start, m) {
				return
			}
			if i = space(doc, i); i < len(doc) && doc[i] == ',' {
				i = space(doc, i+1)
			}
		}
	}
}

func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// valueEnd is where the value that begins at i ends.
func valueEnd(b []byte, i int) int {
	for depth := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			for i++; i < len(b) && b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return min(i+1, len(b))
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
	return len(b)
}
