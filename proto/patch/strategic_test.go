package patch

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/schema"
)

func TestStrategicOrder(t *testing.T) {
	pod := schema.For(&core.Pod{})
	const doc = `{"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]},"metadata":{"finalizers":["x","y"]}}`
	for _, c := range []struct{ name, patch, want string }{
		{"what is new comes first", `{"spec":{"containers":[{"name":"d"}]}}`,
			`{"spec":{"containers":[{"name":"d"},{"name":"a"},{"name":"b"},{"name":"c"}]},"metadata":{"finalizers":["x","y"]}}`},
		{"what is named stands as there", `{"spec":{"containers":[{"name":"c"},{"name":"a"}]}}`,
			`{"spec":{"containers":[{"name":"b"},{"name":"c"},{"name":"a"}]},"metadata":{"finalizers":["x","y"]}}`},
		{"an order alone", `{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"},{"name":"z"}]}}`,
			`{"spec":{"containers":[{"name":"b"},{"name":"a"},{"name":"c"}]},"metadata":{"finalizers":["x","y"]}}`},
		{"an order and what goes", `{"metadata":{"$setElementOrder/finalizers":["z","y"],"$deleteFromPrimitiveList/finalizers":["x"],"finalizers":["z"]}}`,
			`{"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]},"metadata":{"finalizers":["z","y"]}}`},
		{"an element that replaces all", `{"spec":{"containers":[{"name":"z"},{"$patch":"replace"}]}}`,
			`{"spec":{"containers":[{"name":"z"}]},"metadata":{"finalizers":["x","y"]}}`},
		{"nothing is left of an object", `{"metadata":{"$patch":"delete"}}`, `{"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]},"metadata":{}}`},
	} {
		got, err := Strategic([]byte(doc), []byte(c.patch), pod)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		sameJSON(t, c.name, got, c.want)
	}
}

func TestStrategicErrors(t *testing.T) {
	pod := schema.For(&core.Pod{})
	const doc = `{"spec":{"containers":[{"name":"a"}],"nodeName":"n"},"metadata":{"finalizers":["x"]}}`
	for _, c := range []struct {
		patch, want string
		kind        ErrorKind
	}{
		{`{`, "unexpected end of JSON input", BadPatch},
		{`[]`, "json: cannot unmarshal array into Go value of type map[string]interface {}", BadPatch},
		{`{} {}`, "invalid character '{' after top-level value", BadPatch},
		{`{"$patch":"explode"}`, "unknown patch type: explode in map: map[$patch:explode]", Failed},
		{`{"spec":{"containers":[{"image":"x"}]}}`, "map: map[image:x] does not contain declared merge key: name", Failed},
		{`{"spec":{"containers":[{"name":"a","$patch":"merge"}]}}`, "merging lists cannot yet be specified in the patch", Failed},
		{`{"spec":{"containers":[["x"]]}}`, "list element types are not identical: [[map[name:a]] [[x]]]", Failed},
		{`{"metadata":{"finalizers":[5]}}`, "list element types are not identical: [[x] [5]]", Failed},
		{`{"$retainKeys":"x"}`, "invalid patch format of retainKeys", BadPatch},
		{`{"spec":{"$retainKeys":["containers"],"hostname":"h"}}`, "invalid patch format of retainKeys", BadPatch},
		{`{"spec":{"$setElementOrder/containers":1}}`, "expected a []interface {}, but received a int64", Failed},
		{`{"spec":{"$setElementOrder/containers":["a"]}}`, "value for key 0 is not a map", Failed},
		{`{"spec":{"$setElementOrder/foo":[]}}`, `unable to find api field in struct PodSpec for the json field "foo"`, Failed},
		{`{"spec":{"$setElementOrder/containers":[{"name":"b"}],"containers":[{"name":"a"}]}}`,
			"The order in patch list:\n[map[name:a]]\n doesn't match $setElementOrder list:\n[map[name:b]]\n", Failed},
	} {
		_, err := Strategic([]byte(doc), []byte(c.patch), pod)
		var e *Error
		if !errors.As(err, &e) || e.Message != c.want || e.Kind != c.kind {
			t.Errorf("%s:\ngot  %#v\nwant %q", c.patch, err, c.want)
		}
	}
}

func TestProblems(t *testing.T) {
	for patch, want := range map[string]string{
		`{"a":{"b":[{"c":1,"c":2}]},"a":3}`: `[duplicate field "a.b[0].c" duplicate field "a"]`,
		`{"a":1}`:                           `[]`,
	} {
		if got := Problems([]byte(patch), false); fmt.Sprint(got) != want {
			t.Errorf("%s: %q", patch, got)
		}
	}
	if got := Problems([]byte(`[{"op":"add","op":"add","foo":1,"value":{"x":1,"x":2}}]`), true); fmt.Sprint(got) !=
		`[json patch duplicate field "[0].op" json patch unknown field "[0].foo"]` {
		t.Errorf("operations: %q", got)
	}
}

// TestProblemsOfDeepPatches: text that nests a very long way is neither read
// once for each level nor are the ways to its members kept.
func TestProblemsOfDeepPatches(t *testing.T) {
	key := strings.Repeat("k", 100)
	deep := func(levels int) []byte {
		return []byte(strings.Repeat(`{"`+key+`":`, levels) + `{"a":1,"a":2}` + strings.Repeat("}", levels))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if got := Problems(deep(100_000), false); got != nil {
		t.Errorf("of what is too deep for JSON: %.100q", got)
	}
	if got := Problems(deep(9_000), false); len(got) != 1 || !strings.HasSuffix(got[0], `.a"`) {
		t.Errorf("deep: %.100q", got)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 100<<20 {
		t.Errorf("%d MiB were needed", n>>20)
	}
}
