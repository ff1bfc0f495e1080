package cmd

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/kubectl/internal/api"
)

func parse(t *testing.T, s string) api.Object {
	t.Helper()
	var o api.Object
	if err := json.Unmarshal([]byte(s), &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestManifests(t *testing.T) {
	good := "# a comment\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n---\n{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"b\"}}]}\n"
	ms, err := parseManifests("f.yaml", []byte(good))
	if err == nil {
		var names []string
		for _, m := range ms {
			if m.object.Kind() == "List" {
				for _, i := range m.object.List("items") {
					names = append(names, i.Name())
				}
				continue
			}
			names = append(names, m.object.Name())
		}
		if got := strings.Join(names, ","); got != "a,b" {
			t.Errorf("objects %q, want a,b", got)
		}
	} else {
		t.Error(err)
	}
	for text, want := range map[string]string{
		"kind: [":                               "error converting YAML to JSON",
		"apiVersion: v1\na: 1":                  "Object 'Kind' is missing",
		"kind: Pod":                             "apiVersion not set",
		"apiVersion: v1\nkind: Pod\nkind: Node": "already set",
		"- a":                                   "cannot unmarshal",
	} {
		if _, err := parseManifests("f.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one that says %q", text, err, want)
		}
	}
}

func TestLabelChanges(t *testing.T) {
	names, set, remove, err := splitPairs([]string{"pods", "web", "a=1", "b="})
	if err != nil || !reflect.DeepEqual(names, []string{"pods", "web"}) || !reflect.DeepEqual(set, map[string]string{"a": "1", "b": ""}) || remove != nil {
		t.Errorf("split into %v %v %v, %v", names, set, remove, err)
	}
	if _, _, _, err := splitPairs([]string{"pods", "web", "a=1", "a-"}); err == nil {
		t.Error("a label was both set and removed")
	}
	have := map[string]string{"a": "1"}
	if _, _, err := mapPatch("labels", have, map[string]string{"a": "2"}, nil, false); err == nil || !strings.Contains(err.Error(), "--overwrite is false") {
		t.Errorf("overwriting: %v", err)
	}
	p, changed, err := mapPatch("labels", have, map[string]string{"a": "2", "b": "3"}, []string{"zz"}, true)
	if err != nil || !changed || !reflect.DeepEqual(p.Field("metadata", "labels"), map[string]any{"a": "2", "b": "3"}) {
		t.Errorf("patch %v, %v, %v", p, changed, err)
	}
	if _, changed, _ := mapPatch("labels", have, map[string]string{"a": "1"}, nil, false); changed {
		t.Error("a label that is as wanted counts as changed")
	}
}

func TestTaintChanges(t *testing.T) {
	have := []api.Object{{"key": "a", "effect": "NoSchedule"}, {"key": "a", "effect": "NoExecute"}}
	out, err := changeTaints(have, nil, []string{"a:NoExecute"}, false)
	if err != nil || len(out) != 1 || out[0].String("effect") != "NoSchedule" {
		t.Errorf("left %v, %v", out, err)
	}
	if _, err := changeTaints(have, nil, []string{"b"}, false); err == nil {
		t.Error("a taint that is not there was removed")
	}
	if _, err := changeTaints(have, []api.Object{{"key": "a", "effect": "NoExecute", "value": "x"}}, nil, false); err == nil {
		t.Error("a taint was overwritten without --overwrite")
	}
}

func TestDrainJudges(t *testing.T) {
	for _, c := range []struct {
		pod  string
		f    drainFlags
		want string // "skip", "evict", or a part of the refusal
	}{
		{`{"metadata":{"ownerReferences":[{"kind":"ReplicationController","controller":true}]}}`, drainFlags{}, "evict"},
		{`{"metadata":{}}`, drainFlags{}, "declare no controller"},
		{`{"metadata":{}}`, drainFlags{force: true}, "evict"},
		{`{"metadata":{},"status":{"phase":"Succeeded"}}`, drainFlags{}, "evict"},
		{`{"metadata":{"ownerReferences":[{"kind":"DaemonSet","controller":true}]}}`, drainFlags{}, "DaemonSet-managed"},
		{`{"metadata":{"ownerReferences":[{"kind":"DaemonSet","controller":true}]}}`, drainFlags{ignoreDaemonSets: true}, "skip"},
		{`{"metadata":{"annotations":{"kubernetes.io/config.mirror":"x"}}}`, drainFlags{}, "skip"},
		{`{"metadata":{"ownerReferences":[{"kind":"X","controller":true}]},"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}`, drainFlags{}, "local storage"},
		{`{"metadata":{"ownerReferences":[{"kind":"X","controller":true}]},"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}`, drainFlags{deleteEmptyDir: true}, "evict"},
	} {
		v := c.f.judge(parse(t, c.pod))
		got := "evict"
		switch {
		case v.refusal != "":
			got = v.refusal
		case v.skip:
			got = "skip"
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %s", c.pod, got, c.want)
		}
	}
}

func TestWaitConditions(t *testing.T) {
	pod := parse(t, `{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}`)
	for cond, want := range map[string]bool{
		"condition=Ready": true, "condition=ready=true": true, "condition=Ready=False": false, "delete": false, "create": true,
		"jsonpath={.status.phase}=Running": true, "jsonpath='{.status.phase}'=Pending": false, "jsonpath={.status.podIP}": false,
		`jsonpath={.status.conditions[?(@.type=="Ready")].status}=True`: true,
	} {
		f, err := parseFor(cond)
		if err != nil {
			t.Errorf("%s: %v", cond, err)
			continue
		}
		if got, err := f(pod); err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", cond, got, err, want)
		}
	}
	if _, err := parseFor("nonsense"); err == nil {
		t.Error("--for=nonsense was accepted")
	}
}

func TestMessages(t *testing.T) {
	status := func(s string) error { return api.StatusOf([]byte(s), 0) }
	for _, c := range []struct {
		err  error
		want string
	}{
		{status(`{"kind":"Status","reason":"NotFound","message":"pods \"x\" not found","code":404}`), `Error from server (NotFound): pods "x" not found`},
		{&whileError{`error when creating "f"`, status(`{"kind":"Status","reason":"AlreadyExists","message":"pods \"x\" already exists"}`)},
			`Error from server (AlreadyExists): error when creating "f": pods "x" already exists`},
		{status(`{"kind":"Status","reason":"Invalid","message":"long","details":{"kind":"Pod","name":"x","causes":[{"field":"spec.a","message":"Required value"}]}}`),
			`The Pod "x" is invalid: spec.a: Required value`},
		{status(`{"kind":"Status","reason":"Invalid","message":"long","details":{"kind":"Pod","name":"x","causes":[{"field":"a","message":"b"},{"field":"c","message":"d"}]}}`),
			"The Pod \"x\" is invalid: \n* a: b\n* c: d"},
	} {
		if got := message(c.err); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// Every command says how it is used, with an example.
func TestEveryCommandHasExamples(t *testing.T) {
	root := (&App{}).root()
	for _, c := range root.Commands() {
		if c.HasSubCommands() || c.Name() == "help" {
			continue
		}
		if c.Short == "" || c.Example == "" {
			t.Errorf("kubectl %s has no example", c.Name())
		}
	}
}

func TestWrongCommandsExitWithOne(t *testing.T) {
	for _, args := range []string{"nonsense", "get --nonsense", "scale rc x", "exec pod", "create", "config use-context nowhere --kubeconfig=/nonexistent", "get pods --kubeconfig=/nonexistent"} {
		var out, errs bytes.Buffer
		if code := Main(strings.Fields(args), strings.NewReader(""), &out, &errs); code != 1 || errs.Len() == 0 {
			t.Errorf("kubectl %s: exit code %d, %q", args, code, errs.String())
		}
	}
}
