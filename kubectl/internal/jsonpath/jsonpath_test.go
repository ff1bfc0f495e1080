package jsonpath

import (
	"encoding/json"
	"strings"
	"testing"
)

const pods = `{"kind":"List","items":[
 {"metadata":{"name":"a","labels":{"app.kubernetes.io/name":"web"}},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]},"n":1},
 {"metadata":{"name":"b"},"status":{"phase":"Pending"},"n":2,"on":true}]}`

func TestTemplates(t *testing.T) {
	var data any
	if err := json.Unmarshal([]byte(pods), &data); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ template, want string }{
		{`{.kind}`, "List"},
		{`kind is {.kind}!`, "kind is List!"},
		{`{.items[*].metadata.name}`, "a b"},
		{`{$.items[0].metadata.name}`, "a"},
		{`{.items[-1].metadata.name}`, "b"},
		{`{.items[0:1].metadata.name}`, "a"},
		{`{.items[*]['metadata.name']}`, "error"},
		{`{.items[0].metadata.labels.app\.kubernetes\.io/name}`, "web"},
		{`{.items[0].metadata.labels['app\.kubernetes\.io/name']}`, "web"},
		{`{range .items[*]}{.metadata.name}{"\t"}{.status.phase}{"\n"}{end}`, "a\tRunning\nb\tPending\n"},
		{`{.items[?(@.status.phase=="Pending")].metadata.name}`, "b"},
		{`{.items[?(@.n>1)].metadata.name}`, "b"},
		{`{.items[?(@.on)].metadata.name}`, "b"},
		{`{.items[?(@.on==true)].metadata.name}`, "b"},
		{`{.items[0].status.conditions[?(@.type=="Ready")].status}`, "True"},
		{`{.items[*]['metadata','status'].name}`, "error"},
		{`{.items[0].metadata}`, `{"labels":{"app.kubernetes.io/name":"web"},"name":"a"}`},
		{`{.items[0].nothing}`, "error"},
		{`{.items[5]}`, "error"},
		{`{range .items[*]}`, "error"},
		{`{.items[`, "error"},
	} {
		tpl, err := Parse(c.template)
		got := ""
		if err == nil {
			got, err = tpl.Execute(data)
		}
		if c.want == "error" {
			if err == nil {
				t.Errorf("%s: printed %q, want an error", c.template, got)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", c.template, got, err, c.want)
		}
	}
}

func TestRecursiveDescent(t *testing.T) {
	var data any
	if err := json.Unmarshal([]byte(pods), &data); err != nil {
		t.Fatal(err)
	}
	tpl, err := Parse(`{..phase}`)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := tpl.Execute(data); err != nil || strings.Join(strings.Fields(got), " ") != "Running Pending" {
		t.Errorf("{..phase}: %q, %v", got, err)
	}
}

func TestRelaxed(t *testing.T) {
	for in, want := range map[string]string{"metadata.name": "{.metadata.name}", ".a": "{.a}", "{.a}": "{.a}", "{a}": "{.a}", "": ""} {
		if got := Relaxed(in); got != want {
			t.Errorf("Relaxed(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{range .items[*]}{.a["b"]}{"\n"}{end}`)
	f.Add(`{.items[?(@.a=="x")].b[0:2]..c}`)
	f.Fuzz(func(t *testing.T, s string) {
		tpl, err := Parse(s)
		if err == nil {
			_, _ = tpl.Execute(map[string]any{"items": []any{map[string]any{"a": "x"}}})
		}
	})
}
