package fieldmanager

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

var start = time.Unix(1700000000, 0).UTC()

// show is one line for each entry.
func show(m Managed) (lines []string) {
	for _, e := range m {
		line := e.Manager + " " + string(e.Operation)
		if e.Subresource != "" {
			line += "/" + e.Subresource
		}
		lines = append(lines, line+" "+string(e.FieldsV1.Raw))
	}
	return lines
}

func entries(t *testing.T, what string, got Managed, want ...string) {
	t.Helper()
	if g := show(got); !slices.Equal(g, want) {
		t.Errorf("%s:\ngot  %q\nwant %q", what, g, want)
	}
}

func pods() *Kind {
	return NewKind(scheme.ByKind("v1", "Pod"), nil, "status", "ephemeralcontainers", "resize")
}

const pod = `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","labels":{"a":"1"}},` +
	`"spec":{"containers":[{"name":"c","image":"x","resources":{}}]},"status":{}}`

func TestOwnersChange(t *testing.T) {
	k := pods()
	one := k.Create(Writer{Manager: "one", Now: start}, []byte(pod), nil)
	entries(t, "a new pod", one, `one Update {"f:metadata":{"f:labels":{".":{},"f:a":{}}},`+
		`"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{},"f:resources":{}}}}}`)

	const relabelled = `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","labels":{"a":"2","b":"1"}},` +
		`"spec":{"containers":[{"name":"c","image":"x","resources":{}}]},"status":{}}`
	two := k.Update(Writer{Manager: "two", Now: start.Add(time.Second)}, []byte(pod), []byte(relabelled), one, one)
	entries(t, "other labels", two,
		`one Update {"f:metadata":{"f:labels":{}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{},"f:resources":{}}}}}`,
		`two Update {"f:metadata":{"f:labels":{"f:a":{},"f:b":{}}}}`)
	if two[0].Time.Time != start || two[1].Time.Time != start.Add(time.Second) {
		t.Errorf("the times are %v and %v", two[0].Time, two[1].Time)
	}

	again := k.Update(Writer{Manager: "three", Now: start.Add(time.Hour)}, []byte(relabelled), []byte(relabelled), two, two)
	entries(t, "nothing changed", again, show(two)...)

	const bare = `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"x","resources":{}}]},"status":{}}`
	gone := k.Update(Writer{Manager: "one", Now: start}, []byte(relabelled), []byte(bare), two, nil)
	entries(t, "what is gone is nobody's, and who sends no entries keeps those there are", gone,
		`one Update {"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:name":{},"f:resources":{}}}}}`)

	for _, reset := range []Managed{{}, {{}}} {
		if m := k.Update(Writer{Manager: "one"}, []byte(pod), []byte(relabelled), one, reset); m != nil {
			t.Errorf("%v left %q", reset, show(m))
		}
	}
}

// TestReach: a write owns nothing that it cannot change.
func TestReach(t *testing.T) {
	const all = `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","labels":{"a":"2"},"ownerReferences":[{"uid":"u"}]},"spec":{"containers":[{"name":"c",` +
		`"image":"y","resources":{"limits":{"cpu":"1"}}}],"ephemeralContainers":[{"name":"e"}]},"status":{"phase":"Running"}}`
	for sub, want := range map[string]string{
		"": `{"f:metadata":{"f:labels":{"f:a":{}},"f:ownerReferences":{".":{},"k:{\"uid\":\"u\"}":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":` +
			`{"f:image":{},"f:resources":{"f:limits":{".":{},"f:cpu":{}}}}},"f:ephemeralContainers":{".":{},"k:{\"name\":\"e\"}":{".":{},"f:name":{}}}}}`,
		"status":              `{"f:metadata":{"f:labels":{"f:a":{}}},"f:status":{"f:phase":{}}}`,
		"ephemeralcontainers": `{"f:spec":{"f:ephemeralContainers":{".":{},"k:{\"name\":\"e\"}":{".":{},"f:name":{}}}}}`,
		"resize":              `{"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{"f:resources":{"f:limits":{".":{},"f:cpu":{}}}}}}}`,
	} {
		live := pods().Create(Writer{Manager: "maker", Now: start}, []byte(pod), nil)
		got := pods().Update(Writer{Manager: "w", Subresource: sub, Now: start.Add(time.Second)}, []byte(pod), []byte(all), live, live)
		if n := len(got); n != 2 || string(got[n-1].FieldsV1.Raw) != want {
			t.Errorf("through %q:\ngot  %q\nwant %s", sub, show(got), want)
		}
	}
}

// TestAncientChanges: of more than ten managers that update, the oldest become
// one.
func TestAncientChanges(t *testing.T) {
	k := NewKind(scheme.ByKind("v1", "ConfigMap"), nil)
	doc := func(n int) []byte {
		s := `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"c"},"data":{`
		for i := range n {
			if i > 0 {
				s += ","
			}
			s += fmt.Sprintf(`"k%02d":"v"`, i)
		}
		return []byte(s + "}}")
	}
	m := k.Create(Writer{Manager: "m00", Now: start}, doc(1), nil)
	for i := 1; i < 12; i++ {
		m = k.Update(Writer{Manager: fmt.Sprintf("m%02d", i), Now: start.Add(time.Duration(i) * time.Second)}, doc(i), doc(i+1), m, m)
	}
	if len(m) != maxUpdaters {
		t.Fatalf("%d entries: %q", len(m), show(m))
	}
	entries(t, "the oldest", m[:2], `ancient-changes Update {"f:data":{".":{},"f:k00":{},"f:k01":{},"f:k02":{}}}`, `m03 Update {"f:data":{"f:k03":{}}}`)
	if m[0].Time.Time != start.Add(2*time.Second) {
		t.Errorf("its time is %v", m[0].Time)
	}
}

// TestEntriesOfOthers: entries in another spelling are read, those of versions
// that are not served go, and what is no entry counts as nothing.
func TestEntriesOfOthers(t *testing.T) {
	k := NewKind(scheme.ByKind("v1", "ConfigMap"), nil)
	entry := func(version, operation, fields string) meta.ManagedFieldsEntry {
		return meta.ManagedFieldsEntry{Manager: "x", Operation: meta.ManagedFieldsOperationType(operation), APIVersion: version,
			FieldsType: "FieldsV1", FieldsV1: &meta.FieldsV1{Raw: []byte(fields)}}
	}
	before, after := []byte(`{"data":{"a":"1"}}`), []byte(`{"data":{"a":"2"}}`)
	w := Writer{Manager: "w", Now: start}
	live := Managed{entry("v1", "Update", `{"f:data":{".":{},"f:a":{}}}`)}
	entries(t, "another order", k.Update(w, before, after, live, Managed{entry("v1", "Update", `{ "f:data" : {"f:\u0062":{},"f:a":{}, ".":{}} }`)}),
		`x Update {"f:data":{".":{},"f:b":{}}}`, `w Update {"f:data":{"f:a":{}}}`)
	entries(t, "another version", k.Update(w, before, after, live, Managed{entry("v9", "Update", `{"f:data":{}}`)}), `w Update {"f:data":{"f:a":{}}}`)
	for _, bad := range []meta.ManagedFieldsEntry{entry("v1", "Fly", `{}`), entry("v1", "Update", `{"q":1`), entry("v1", "Update", `[]`)} {
		entries(t, "no entry", k.Update(w, before, after, live, Managed{bad}), `x Update {"f:data":{}}`, `w Update {"f:data":{"f:a":{}}}`)
	}
}
