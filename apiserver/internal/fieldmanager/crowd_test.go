package fieldmanager

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/room"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// TestCrowd: what would take minutes to merge is refused; lists that are one
// value to their owner may be as long as they like.
func TestCrowd(t *testing.T) {
	many := func(n int, format string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = fmt.Sprintf(format, i)
		}
		return strings.Join(items, ",")
	}
	for _, tt := range []struct {
		name, kind, json string
		refused          bool
	}{
		{"a set", "ConfigMap", `{"metadata":{"finalizers":[` + many(200_000, `"a/%x"`) + `]}}`, true},
		{"a list of named ones", "Pod", `{"spec":{"containers":[` + many(100_000, `{"name":"%d"}`) + `]}}`, true},
		{"the same name", "Pod", `{"spec":{"containers":[{"name":"a"}` + strings.Repeat(`,{"name":"a"}`, 100_000) + `]}}`, true},
		{"a map", "ConfigMap", `{"data":{` + many(200_000, `"%x":""`) + `}}`, true},
		{"many maps", "ConfigMap", `{"data":{` + many(30_000, `"%d":""`) + `},"binaryData":{` + many(30_000, `"%d":""`) + `}}`, true},
		{"one value", "Pod", `{"spec":{"containers":[{"name":"a","args":[` + many(200_000, `"%d"`) + `]}]}}`, false},
	} {
		k := NewKind(scheme.ByKind("v1", tt.kind), nil)
		c := Config{JSON: []byte(`{"apiVersion":"v1","kind":"` + tt.kind + `",` + tt.json[1:]), APIVersion: "v1", Kind: tt.kind}
		_, _, err := k.Apply(Writer{Manager: "me", Now: time.Now()}, c, nil, nil)
		if errors.Is(err, room.ErrNone) != tt.refused {
			t.Errorf("%s: %.300v", tt.name, err)
		}
	}
}

// TestLongLists: the fields of lists with very many elements, in any order, and
// of very many managers, are found in a time that grows with their number and
// not with its square.
func TestLongLists(t *testing.T) {
	var finalizers strings.Builder
	const n = 200_000
	for i := range n {
		fmt.Fprintf(&finalizers, `"a/%d",`, i*7919%n) // every number once
	}
	k := NewKind(scheme.ByKind("v1", "ConfigMap"), nil)
	w := Writer{Manager: "me", Now: time.Now()}
	object := `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","finalizers":[` + strings.TrimSuffix(finalizers.String(), ",") + `,"a/0"]}}`
	managed := k.Create(w, []byte(object), nil)
	if got := strings.Count(string(managed[0].FieldsV1.Raw), `"v:`); got != n {
		t.Errorf("%d finalizers are owned, want %d", got, n)
	}
	sent := make(Managed, 50_000)
	for i := range sent {
		sent[i] = meta.ManagedFieldsEntry{Manager: fmt.Sprint("m", i), Operation: "Apply", APIVersion: "v1", FieldsType: "FieldsV1",
			FieldsV1: &meta.FieldsV1{Raw: []byte(`{"f:data":{}}`)}}
	}
	if got, err := newTree().read(append(sent, sent[:7]...)); err != nil || len(got) != len(sent) {
		t.Errorf("%d managers were read, want %d: %v", len(got), len(sent), err)
	}
	backwards := managed[0].FieldsV1.Raw
	backwards = []byte(strings.Replace(string(backwards), `"v:`, `"v:\"b\"":{},"v:`, 1))
	if _, err := newTree().parse(backwards); err == nil {
		t.Error("a large set out of order was read")
	}
}
