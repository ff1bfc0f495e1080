package fieldmanager

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
)

// same says whether two texts that differ stand for the same value. What a Go
// struct was encoded to has one text only; what came as text and has no type
// may differ in form.
func same(t *shape, l, r string) bool {
	if isNull(l) || isNull(r) {
		return false
	}
	switch {
	case numeric(l) && numeric(r):
		a, err := strconv.ParseFloat(l, 64)
		b, err2 := strconv.ParseFloat(r, 64)
		return err == nil && err2 == nil && a == b && (whole(l) != whole(r) || !whole(l))
	case l[0] == '"' && r[0] == '"':
		return (strings.IndexByte(l, '\\') >= 0 || strings.IndexByte(r, '\\') >= 0) && plain(l[1:len(l)-1]) == plain(r[1:len(r)-1])
	case l[0] != r[0] || !t.scalar:
		return false
	}
	var a, b any
	return json.Unmarshal([]byte(l), &a) == nil && json.Unmarshal([]byte(r), &b) == nil && reflect.DeepEqual(a, b)
}

func numeric(s string) bool { return s[0] == '-' || s[0] >= '0' && s[0] <= '9' }

// whole says whether a number is written as an integer; two such are the same
// only when their text is.
func whole(s string) bool { return !strings.ContainsAny(s, ".eE") }
