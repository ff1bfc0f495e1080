package printer

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestDuration(t *testing.T) {
	for in, want := range map[time.Duration]string{
		-3 * time.Second: "<invalid>", 0: "0s", 119 * time.Second: "119s", 2 * time.Minute: "2m", 125 * time.Second: "2m5s",
		11 * time.Minute: "11m", 3 * time.Hour: "3h", 200 * time.Minute: "3h20m", 47 * time.Hour: "47h",
		50 * time.Hour: "2d2h", 10 * 24 * time.Hour: "10d", 3 * 365 * 24 * time.Hour: "3y",
	} {
		if got := Duration(in); got != want {
			t.Errorf("Duration(%v) = %q, want %q", in, got, want)
		}
	}
}

func object(t *testing.T, s string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(s), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestForms(t *testing.T) {
	obj := object(t, `{"kind":"Pod","metadata":{"name":"a","managedFields":[{"manager":"m"}]},"spec":{"s":2,"c":[{"i":"x"},{"i":"y"}]}}`)
	for _, c := range []struct{ output, want string }{
		{"jsonpath={.metadata.name}", "a"},
		{"jsonpath={.metadata.nothing}", ""},
		{"go-template={{.metadata.name}}!", "a!"},
		{"yaml", "kind: Pod\nmetadata:\n  name: a\nspec:\n  c:\n  - i: x\n  - i: \"y\"\n  s: 2\n"},
		{"custom-columns=NAME:.metadata.name,I:.spec.c[*].i,Z:.spec.z", "NAME   I     Z\na      x,y   <none>\n"},
	} {
		p, err := For(c.output, false)
		if err != nil {
			t.Errorf("%s: %v", c.output, err)
			continue
		}
		var b bytes.Buffer
		if err := p(&b, obj); err != nil || b.String() != c.want {
			t.Errorf("%s: %q, %v; want %q", c.output, b.String(), err, c.want)
		}
	}
	for _, bad := range []string{"xml", "jsonpath=", "custom-columns=", "custom-columns=NAME", "jsonpath={"} {
		if _, err := For(bad, false); err == nil {
			t.Errorf("-o %s was accepted", bad)
		}
	}
}

func TestTable(t *testing.T) {
	tab, ok := ParseTable([]byte(`{"kind":"Table","columnDefinitions":[{"name":"Name"},{"name":"Ready"},{"name":"Node","priority":1}],
 "rows":[{"cells":["a",1,"n1"],"object":{"metadata":{"name":"a","namespace":"x","labels":{"app":"web"}}}}]}`))
	if !ok {
		t.Fatal("not read as a table")
	}
	print := func(o TableOptions) string {
		var b bytes.Buffer
		w := NewWriter(&b)
		if err := tab.Print(w, o, true); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		return b.String()
	}
	for _, c := range []struct {
		o    TableOptions
		want string
	}{
		{TableOptions{}, "NAME   READY\na      1\n"},
		{TableOptions{Wide: true, WithNamespace: true}, "NAMESPACE   NAME   READY   NODE\nx           a      1       n1\n"},
		{TableOptions{NoHeaders: true, ShowLabels: true, KindPrefix: "pod/"}, "pod/a   1     app=web\n"},
	} {
		if got := print(c.o); got != c.want {
			t.Errorf("%+v:\n%s\nwant\n%s", c.o, got, c.want)
		}
	}
	if _, ok := ParseTable([]byte(`{"kind":"PodList"}`)); ok {
		t.Error("a list was read as a table")
	}
}

func TestSortBy(t *testing.T) {
	list := object(t, `{"items":[{"n":3,"m":"c"},{"n":1,"m":"b"},{"m":"a"}]}`)["items"].([]any)
	if err := SortBy(list, ".n"); err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, i := range list {
		order = append(order, i.(map[string]any)["m"].(string))
	}
	if got := strings.Join(order, ""); got != "abc" {
		t.Errorf("order %s, want abc", got)
	}
	if err := SortBy(list, ".nothing"); err == nil {
		t.Error("a field that no object has was accepted")
	}
}
