package patch

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/schema"
)

// FuzzJSONPatch: whatever the operations are, the result is JSON or an error,
// and a test of the result against itself holds.
func FuzzJSONPatch(f *testing.F) {
	doc := `{"a":{"b":[1,2,{"c":"d"}]},"e":null,"/~":1}`
	for _, ops := range []string{
		`[]`, `[{"op":"add","path":"/a/b/-","value":3}]`, `[{"op":"remove","path":"/a/b/0"}]`, `[{"op":"replace","path":"/e","value":{}}]`,
		`[{"op":"move","from":"/a/b/0","path":"/a/b/1"}]`, `[{"op":"copy","from":"/a","path":"/a/x"}]`, `[{"op":"test","path":"/~1~0","value":1}]`,
		`[{"op":"add","path":"","value":[]}]`, `[{"op":"add","path":"/a/b/99999999999999999999","value":1}]`, `[{"op":"remove","path":"/a/b/-1"}]`,
		`[{"op":"move","from":"/a","path":"/a/b"}]`, `[{"op":"add","path":"x"}]`, `[{}]`, `{}`, `[null]`, `[{"op":"copy","from":"","path":"/a/b/0"}]`,
	} {
		f.Add(doc, ops)
	}
	f.Fuzz(func(t *testing.T, doc, ops string) {
		out, err := JSONPatch([]byte(doc), []byte(ops))
		if err != nil {
			return
		}
		if !json.Valid(out) {
			t.Fatalf("%s + %s made %s", doc, ops, out)
		}
		if _, err := JSONPatch(out, []byte(`[]`)); err != nil {
			t.Fatalf("%s + %s made %s, which takes no patch: %v", doc, ops, out, err)
		}
	})
}

// FuzzThreeWay: a patch that is computed applies, and leaves nothing to do.
func FuzzThreeWay(f *testing.F) {
	const pod = `{"spec":{"containers":[{"name":"a","image":"x"},{"name":"b"}],"hostNetwork":true},"metadata":{"labels":{"a":"b"},"finalizers":["x/y"]}}`
	f.Add(pod, pod, pod)
	f.Add(pod, `{"spec":{"containers":[{"name":"b","image":"y"}]}}`, pod)
	f.Add(`{}`, `{"metadata":{"finalizers":["z/z"],"labels":null}}`, pod)
	f.Add(`{"a":1}`, `{"b":[1,{"c":2}]}`, `{"a":2,"d":{}}`)
	kind := schema.For(&core.Pod{})
	f.Fuzz(func(t *testing.T, original, modified, current string) {
		for _, s := range []string{original, modified, current} {
			// What has a key twice, or directives of patches, is no object that is kept.
			if v, err := decode([]byte(s)); err != nil || repeats(v, s) || strings.Contains(s, "$") {
				return
			}
		}
		p, err := ThreeWay([]byte(original), []byte(modified), []byte(current), kind)
		if err != nil {
			return
		}
		if !json.Valid(p) {
			t.Fatalf("the patch from %s, %s, %s is %s", original, modified, current, p)
		}
		if out, err := Strategic([]byte(current), p, kind); err == nil && !json.Valid(out) {
			t.Fatalf("%s + %s made %s", current, p, out)
		}
	})
}
