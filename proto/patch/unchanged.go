package patch

import (
	"bytes"
	"slices"
)

// Unchanged finds out which of the named members, parts of an object, a patch
// has left as they were: kept are the names of those whose text is the same in
// both documents, rest is patched without them. What is kept need not be read
// again.
func Unchanged(doc, patched []byte, names ...string) (rest []byte, kept []string) {
	if len(names) == 0 || len(doc) == 0 || len(patched) == 0 || doc[0] != '{' || patched[0] != '{' {
		return patched, nil
	}
	was := map[string][]byte{}
	for _, m := range members(doc) {
		if name := nameAmong(m, names); name != "" {
			was[name] = m.value
		}
	}
	rest = append(make([]byte, 0, len(patched)), '{')
	var met []string
	for _, m := range members(patched) {
		name := nameAmong(m, names)
		if bytes.IndexByte(m.key, '\\') >= 0 || slices.Contains(met, name) {
			return patched, nil // which of two counts is for the decoder to say
		}
		if name != "" {
			met = append(met, name)
			if old, ok := was[name]; ok && bytes.Equal(old, m.value) {
				kept = append(kept, name)
				continue
			}
		}
		rest = append(append(append(begin(rest), m.key...), ':'), m.value...)
	}
	if len(kept) == 0 {
		return patched, nil
	}
	return append(rest, '}'), kept
}

// Untouched finds out which of the named members, parts of an object, a merge or
// strategic patch says nothing of: the document may be patched without them, and
// comes out as the whole would. There are none where the patch has directives for
// the object itself, names its managedFields, or cannot be told.
func Untouched(body []byte, names ...string) []string {
	body = bytes.TrimSpace(body)
	if len(body) == 0 || body[0] != '{' {
		return nil
	}
	kept := slices.Clone(names)
	for _, m := range members(body) {
		if special(m) || string(m.key) == `"metadata"` && touchesManaged(m.value) {
			return nil
		}
		if name := nameAmong(m, kept); name != "" {
			kept = slices.DeleteFunc(kept, func(n string) bool { return n == name })
		}
	}
	return kept
}

// special says whether a member of a patch is a directive or has a name that is
// spelled with escapes.
func special(m entry) bool {
	return bytes.IndexByte(m.key, '\\') >= 0 || len(m.key) < 2 || m.key[1] == '$'
}

// touchesManaged says whether a patch of metadata may have to do with the
// managedFields.
func touchesManaged(metadata []byte) bool {
	if metadata[0] != '{' {
		return true
	}
	for _, m := range members(metadata) {
		if special(m) || string(m.key) == `"managedFields"` {
			return true
		}
	}
	return false
}

// nameAmong is the one of names that a member has, or empty.
func nameAmong(m entry, names []string) string {
	for _, n := range names {
		if len(m.key) == len(n)+2 && string(m.key[1:len(m.key)-1]) == n {
			return n
		}
	}
	return ""
}
