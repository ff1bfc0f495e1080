package patch

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/policy"
	"github.com/pilothouse/pilothouse/proto/schema"
)

func sameJSON(t *testing.T, what string, got []byte, want string) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal(got, &g); err != nil {
		t.Fatalf("%s: %v in %s", what, err, got)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatalf("%s: the wanted document: %v", what, err)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

func TestMerge(t *testing.T) {
	for _, c := range []struct{ doc, patch, want string }{
		{`{"a":1}`, `{"b":2}`, `{"a":1,"b":2}`},
		{`{"a":1}`, `{"a":null}`, `{}`},
		{`{"a":{"b":1,"c":2}}`, `{"a":{"b":null,"d":{"e":null,"f":1}}}`, `{"a":{"c":2,"d":{"f":1}}}`},
		{`{"a":[1,2]}`, `{"a":[3]}`, `{"a":[3]}`},
		{`{"a":"x"}`, `{"a":{"b":1}}`, `{"a":{"b":1}}`},
		{`{"n":9007199254740993}`, `{}`, `{"n":9007199254740993}`},
		{` { "a" : { } , "b" : [ 1 , { "c" : "}\"" } ] , "d" : -1e3 } `, `{"a":{"x":1},"d":null}`, `{"a":{"x":1},"b":[1,{"c":"}\""}]}`},
		{`{"\u0061":1}`, `{"a":2}`, `{"a":2}`},
		{`{"a":null}`, `{"a":{"b":null,"c":[null]}}`, `{"a":{"c":[null]}}`},
		{`{"a":1,"b":2}`, `{"a":null,"b":null}`, `{}`},
		{`[1]`, `{"a":{"b":null}}`, `{"a":{}}`},
		{`{"a":1 , "b":2 , "c":3 }`, `{"b":null}`, `{"a":1,"c":3}`},
		{`{"a":{"x":1,"y":[{"z":","}]},"b":2}`, `{"a":{"w":1}}`, `{"a":{"x":1,"y":[{"z":","}],"w":1},"b":2}`},
	} {
		got, err := Merge([]byte(c.doc), []byte(c.patch))
		if err != nil {
			t.Errorf("%s + %s: %v", c.doc, c.patch, err)
			continue
		}
		sameJSON(t, c.doc+" + "+c.patch, got, c.want)
	}
	if out, err := Merge([]byte(`{"n":9007199254740993}`), []byte(`{}`)); err != nil || !strings.Contains(string(out), "9007199254740993") {
		t.Errorf("a large number came out as %s, %v", out, err)
	}
	for _, doc := range []string{`{`, `{"`, `{"a`, `{"a"`, `{"a":`, `{"a":{`, `{"a":"\`, `{"a":[`, `{a`, `{,`, `{:}`, `{"a":}`, `{"a" 1}`} {
		Merge([]byte(doc), []byte(`{"a":{"b":1},"c":2}`)) // anything but a panic
	}
	for _, bad := range []string{`[]`, `1`, `{`, `{} {}`, ``} {
		if _, err := Merge([]byte(`{}`), []byte(bad)); err == nil {
			t.Errorf("the patch %q was accepted", bad)
		}
	}
}

func TestJSONPatch(t *testing.T) {
	got, err := JSONPatch([]byte(`{"a":{"b":[1,2]}}`), []byte(`[{"op":"test","path":"/a/b/0","value":1},{"op":"add","path":"/a/b/-","value":3},{"op":"remove","path":"/a/b/0"}]`))
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, "operations", got, `{"a":{"b":[2,3]}}`)
	for _, bad := range []string{`{}`, `[{"op":"test","path":"/a","value":9}]`, `[{"op":"remove","path":"/zz"}]`, `[{"op":"fly","path":"/a"}]`} {
		if _, err := JSONPatch([]byte(`{"a":1}`), []byte(bad)); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}

func TestStrategic(t *testing.T) {
	pod := schema.For(&core.Pod{})
	for _, c := range []struct{ name, doc, patch, want string }{
		{"merges containers by name",
			`{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"2"}]}}`,
			`{"spec":{"containers":[{"name":"b","image":"3"},{"name":"c","image":"4"}]}}`,
			`{"spec":{"containers":[{"name":"a","image":"1"},{"name":"b","image":"3"},{"name":"c","image":"4"}]}}`},
		{"deletes an element",
			`{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}`, `{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}`, `{"spec":{"containers":[{"name":"b"}]}}`},
		{"replaces a list",
			`{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}`, `{"spec":{"containers":[{"$patch":"replace"},{"name":"c"}]}}`, `{"spec":{"containers":[{"name":"c"}]}}`},
		{"replaces an object",
			`{"spec":{"nodeSelector":{"a":"1"}}}`, `{"spec":{"nodeSelector":{"$patch":"replace","b":"2"}}}`, `{"spec":{"nodeSelector":{"b":"2"}}}`},
		{"null deletes", `{"metadata":{"labels":{"a":"1","b":"2"}}}`, `{"metadata":{"labels":{"a":null}}}`, `{"metadata":{"labels":{"b":"2"}}}`},
		{"lists without a key are replaced",
			`{"spec":{"containers":[{"name":"a","args":["x","y"]}]}}`, `{"spec":{"containers":[{"name":"a","args":["z"]}]}}`, `{"spec":{"containers":[{"name":"a","args":["z"]}]}}`},
		{"sets of texts are united", `{"metadata":{"finalizers":["a"]}}`, `{"metadata":{"finalizers":["b","a"]}}`, `{"metadata":{"finalizers":["b","a"]}}`},
		{"and emptied by name", `{"metadata":{"finalizers":["a","b"]}}`, `{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}}`, `{"metadata":{"finalizers":["b"]}}`},
		{"the order is set",
			`{"spec":{"containers":[{"name":"a"},{"name":"x"},{"name":"b"}]}}`,
			`{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}],"containers":[{"name":"b","image":"1"}]}}`,
			`{"spec":{"containers":[{"name":"x"},{"name":"b","image":"1"},{"name":"a"}]}}`},
		{"retained keys drop the others",
			`{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}`,
			`{"spec":{"volumes":[{"name":"v","$retainKeys":["name","hostPath"],"hostPath":{"path":"/x"}}]}}`,
			`{"spec":{"volumes":[{"name":"v","hostPath":{"path":"/x"}}]}}`},
		{"directives about what is not there do nothing", `{}`, `{"spec":{"containers":[{"name":"a","$patch":"delete"},{"name":"b"}]}}`, `{"spec":{"containers":[{"name":"b"}]}}`},
		{"nulls do not stay in what is new", `{}`, `{"spec":{"securityContext":{"runAsUser":null,"fsGroup":1}}}`, `{"spec":{"securityContext":{"fsGroup":1}}}`},
		{"conditions merge by type",
			`{"status":{"conditions":[{"type":"Ready","status":"True"}]}}`, `{"status":{"conditions":[{"type":"Ready","status":"False"}]}}`, `{"status":{"conditions":[{"type":"Ready","status":"False"}]}}`},
	} {
		got, err := Strategic([]byte(c.doc), []byte(c.patch), pod)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		sameJSON(t, c.name, got, c.want)
	}
	for _, bad := range []string{`{"spec":{"containers":[{"image":"x"}]}}`, `{"$patch":"explode"}`, `{"$retainKeys":"x"}`, `{"spec":{"$setElementOrder/containers":1}}`} {
		if _, err := Strategic([]byte(`{"spec":{"containers":[{"name":"a"}]}}`), []byte(bad), pod); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}

func TestStrategicReplaces(t *testing.T) {
	budget := schema.For(&policy.PodDisruptionBudget{})
	doc := []byte(`{"spec":{"selector":{"matchLabels":{"a":"1"}}}}`)
	next := []byte(`{"spec":{"selector":{"matchLabels":{"b":"2"}}}}`)
	got, err := Strategic(doc, next, budget)
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, "the selector is replaced as a whole", got, string(next))
	if got, err = ThreeWay(doc, next, doc, budget); err != nil {
		t.Fatal(err)
	}
	sameJSON(t, "the whole selector is sent", got, string(next))
}

func TestThreeWay(t *testing.T) {
	pod := schema.For(&core.Pod{})
	for _, c := range []struct{ name, original, modified, current, want string }{
		{"nothing to do", `{"a":1}`, `{"a":1}`, `{"a":1,"b":2}`, `{}`},
		{"a field taken out of the file", `{"spec":{"nodeName":"x","hostname":"h"}}`, `{"spec":{"nodeName":"x"}}`, `{"spec":{"nodeName":"x","hostname":"h","uid":1}}`, `{"spec":{"hostname":null}}`},
		{"and gone already", `{"spec":{"hostname":"h"}}`, `{"spec":{}}`, `{"spec":{"uid":1}}`, `{}`},
		{"a changed element", `{}`, `{"spec":{"containers":[{"name":"a","image":"2"}]}}`, `{"spec":{"containers":[{"name":"a","image":"1","tty":true},{"name":"other"}]}}`,
			`{"spec":{"containers":[{"name":"a","image":"2"}],"$setElementOrder/containers":[{"name":"a"}]}}`},
		{"a removed element", `{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}`, `{"spec":{"containers":[{"name":"b"}]}}`, `{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}`,
			`{"spec":{"containers":[{"$patch":"delete","name":"a"}],"$setElementOrder/containers":[{"name":"b"}]}}`},
		{"elements with the same key", `{"spec":{"containers":[{"name":"a","ports":[{"containerPort":53,"name":"dns","protocol":"UDP"},{"containerPort":53,"name":"tcp","protocol":"TCP"}]}]}}`,
			`{"spec":{"containers":[{"name":"a","ports":[{"containerPort":53,"name":"dns","protocol":"UDP"},{"containerPort":53,"name":"tcp","protocol":"TCP"}]}]}}`,
			`{"spec":{"containers":[{"name":"a","ports":[{"containerPort":53,"name":"dns","protocol":"UDP"},{"containerPort":53,"name":"tcp","protocol":"TCP"}]}]}}`, `{}`},
		{"numbers by worth", `{}`, `{"a":1.0}`, `{"a":1}`, `{}`},
	} {
		got, err := ThreeWay([]byte(c.original), []byte(c.modified), []byte(c.current), pod)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		sameJSON(t, c.name, got, c.want)
		// Applied, the patch leads to an object that needs no further patch.
		next, err := Strategic([]byte(c.current), got, pod)
		if err != nil {
			t.Errorf("%s: apply: %v", c.name, err)
			continue
		}
		again, err := ThreeWay([]byte(c.modified), []byte(c.modified), next, pod)
		if err != nil {
			t.Fatal(err)
		}
		sameJSON(t, c.name+", again", again, `{}`)
	}
	got, err := ThreeWay([]byte(`{"l":[1],"x":1}`), []byte(`{"l":[1,2]}`), []byte(`{"l":[1],"x":1}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, "without a type", got, `{"l":[1,2],"x":null}`)
}

// repeats says whether doc has a member twice: what a merge makes of that is
// nobody's business.
func repeats(decoded any, doc string) bool {
	b, err := encode(decoded)
	return err != nil || strings.Count(string(b), ":") != strings.Count(doc, ":")
}

func BenchmarkMerge(b *testing.B) {
	doc := []byte(`{"metadata":{"name":"a","labels":{"x":"y"}},"spec":{"containers":[` + strings.Repeat(`{"name":"c","image":"nginx:1.22","ports":[{"containerPort":80}]},`, 40) + `{"name":"z"}]}}`)
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		if _, err := Merge(doc, []byte(`{"metadata":{"labels":{"x":"z"}}}`)); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzStrategic(f *testing.F) {
	f.Add(`{"spec":{"containers":[{"name":"a"}]}}`, `{"spec":{"containers":[{"name":"a","$patch":"delete"}],"$setElementOrder/containers":[{"name":"b"}]}}`)
	f.Add(`{"metadata":{"finalizers":["a"]}}`, `{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"],"$retainKeys":["x"]}}`)
	f.Add(`{"spec":{"volumes":[{"name":"a"}]}}`, `{"spec":{"volumes":[{"name":"a","$retainKeys":["name"]},1]}}`)
	pod := schema.For(&core.Pod{})
	f.Fuzz(func(t *testing.T, doc, patch string) {
		sound := json.Valid([]byte(doc)) // nonsense may stay nonsense, but must do no harm
		if out, err := Strategic([]byte(doc), []byte(patch), pod); err == nil && sound && !json.Valid(out) {
			t.Errorf("%s + %s made %s", doc, patch, out)
		}
		if !json.Valid([]byte(doc)) {
			return // Merge trusts the document: it is what was stored.
		}
		out, err := Merge([]byte(doc), []byte(patch))
		if err == nil && sound && !json.Valid(out) {
			t.Errorf("%s + %s merged to %s", doc, patch, out)
		}
		if d, p, bad := decodeBoth([]byte(doc), []byte(patch)); bad == nil && err == nil && !repeats(d, doc) {
			want, _ := encode(merge(d, p))
			sameJSON(t, doc+" + "+patch, out, string(want))
		}
	})
}
