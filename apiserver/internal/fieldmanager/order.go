package fieldmanager

import (
	"cmp"
	"encoding/json"
	"strings"

	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
)

// order is structured-merge-diff's order of path elements: fields by name, then
// the elements of lists by their keys, by value and by index; numbers count by
// their worth.
func order(a, b *node) int {
	if a.rank != 0 && b.rank != 0 {
		return int(a.rank) - int(b.rank)
	}
	if a.kind != b.kind {
		return cmp.Compare(rank(a.kind), rank(b.kind))
	}
	if a.name == b.name {
		return 0
	}
	if a.kind == 'f' {
		if strings.IndexByte(a.name, '\\') < 0 && strings.IndexByte(b.name, '\\') < 0 {
			return strings.Compare(a.name, b.name)
		}
		return strings.Compare(plain(a.name), plain(b.name))
	}
	return orderText(a.kind, a.name, b.name)
}

// rank orders the kinds of elements.
func rank(kind byte) int { return strings.IndexByte("fkvi", kind) }

// plain is the text between the quotes of a JSON string, unescaped.
func plain(escaped string) string {
	if strings.IndexByte(escaped, '\\') < 0 {
		return escaped
	}
	var s string
	if json.Unmarshal([]byte(`"`+escaped+`"`), &s) != nil {
		return escaped
	}
	return s
}

// orderText compares two different keys, values or indexes. Mostly they first
// differ within a string, which then decides; where they do not, they are taken
// apart.
func orderText(kind byte, a, b string) int {
	at := 0
	for at < len(a) && at < len(b) && a[at] == b[at] {
		at++
	}
	if at < len(a) && at < len(b) && a[at] != '\\' && b[at] != '\\' && withinString(a[:at]) {
		return cmp.Compare(a[at], b[at])
	}
	x, err := fieldpath.DeserializePathElement(string(kind) + ":" + plain(a))
	y, err2 := fieldpath.DeserializePathElement(string(kind) + ":" + plain(b))
	if err != nil || err2 != nil {
		return strings.Compare(a, b)
	}
	if c := x.Compare(y); c != 0 {
		return c
	}
	return 0
}

// withinString says whether the text of a key or value, JSON within a JSON
// string, breaks off inside of an inner string and not inside of an escape.
func withinString(s string) bool {
	inside := false
	for i := 0; i < len(s); {
		switch {
		case s[i] != '\\':
			i++
			continue
		case i+1 == len(s):
			return false
		case s[i+1] == '"':
			inside = !inside
			i += 2
			continue
		}
		if i += 2; i == len(s) {
			return false
		}
		if s[i] == '\\' {
			i++
		}
		if i++; i > len(s) {
			return false
		}
	}
	return inside
}
