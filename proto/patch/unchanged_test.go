package patch

import (
	"slices"
	"testing"
)

func TestUnchanged(t *testing.T) {
	const doc = `{"kind":"Pod","metadata":{"name":"a"},"spec":{"x":[1,{"spec":2}]},"status":{}}`
	for _, c := range []struct {
		name, patched, rest string
		kept                []string
	}{
		{"all", doc, `{"kind":"Pod","metadata":{"name":"a"}}`, []string{"spec", "status"}},
		{"metadata", `{"metadata":{"name":"b"},"spec":{"x":[1,{"spec":2}]},"status":{"y":1}}`, `{"metadata":{"name":"b"},"status":{"y":1}}`, []string{"spec"}},
		{"blanks", `{ "metadata": {"name":"b"} , "status" : {} }`, `{"metadata":{"name":"b"}}`, []string{"status"}},
		{"nothing", `{"spec":{"x":[1]},"status":null}`, `{"spec":{"x":[1]},"status":null}`, nil},
		{"gone", `{"metadata":{}}`, `{"metadata":{}}`, nil},
		{"twice", `{"status":{},"status":{"y":1}}`, `{"status":{},"status":{"y":1}}`, nil},
		{"escaped", `{"status":{},"st\u0061tus":{"y":1}}`, `{"status":{},"st\u0061tus":{"y":1}}`, nil},
		{"no object", `[]`, `[]`, nil},
	} {
		rest, kept := Unchanged([]byte(doc), []byte(c.patched), "spec", "status")
		if string(rest) != c.rest || !slices.Equal(kept, c.kept) {
			t.Errorf("%s: got %s and %q", c.name, rest, kept)
		}
	}
}

func TestUntouched(t *testing.T) {
	for _, c := range []struct {
		name, body string
		kept       []string
	}{
		{"all", `{"metadata":{"spec":1}}`, []string{"spec", "status"}},
		{"one", ` { "status" : {"y":1} } `, []string{"spec"}},
		{"none", `{"spec":null,"status":{}}`, nil},
		{"directive", `{"$retainKeys":["metadata"],"metadata":{}}`, nil},
		{"escaped", `{"sp\u0065c":{}}`, nil},
		{"managed fields", `{"metadata":{"labels":{}, "managedFields" : null}}`, nil},
		{"a label of that name", `{"metadata":{"labels":{"managedFields":"x"}}}`, []string{"spec", "status"}},
		{"metadata with a directive", `{"metadata":{"$patch":"replace"}}`, nil},
		{"metadata with escapes", `{"metadata":{"m\u0061nagedFields":[]}}`, nil},
		{"metadata twice", `{"metadata":{"managedFields":[]},"metadata":{}}`, nil},
		{"no metadata", `{"metadata":null}`, nil},
		{"no object", `[]`, nil},
	} {
		if kept := Untouched([]byte(c.body), "spec", "status"); !slices.Equal(kept, c.kept) {
			t.Errorf("%s: kept %q, want %q", c.name, kept, c.kept)
		}
	}
}
