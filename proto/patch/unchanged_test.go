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
	const doc = `{"kind":"Pod","metadata":{"name":"a"},"spec":{"x":[1,{"spec":2}]},"status":{}}`
	for _, c := range []struct {
		name, body, rest string
		kept             []string
	}{
		{"all", `{"metadata":{"spec":1}}`, `{"kind":"Pod","metadata":{"name":"a"}}`, []string{"spec", "status"}},
		{"one", ` { "status" : {"y":1} } `, `{"kind":"Pod","metadata":{"name":"a"},"status":{}}`, []string{"spec"}},
		{"none", `{"spec":null,"status":{}}`, doc, nil},
		{"directive", `{"$retainKeys":["metadata"],"metadata":{}}`, doc, nil},
		{"escaped", `{"sp\u0065c":{}}`, doc, nil},
		{"no object", `[]`, doc, nil},
	} {
		rest, kept := Untouched([]byte(doc), []byte(c.body), "spec", "status")
		if string(rest) != c.rest || !slices.Equal(kept, c.kept) {
			t.Errorf("%s: got %s and %q", c.name, rest, kept)
		}
	}
}
