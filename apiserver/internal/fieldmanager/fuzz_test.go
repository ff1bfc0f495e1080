package fieldmanager

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// FuzzApply: whatever is applied to whatever object, the result is JSON that can
// be read, and applying the same again leaves the object as it is.
func FuzzApply(f *testing.F) {
	for _, s := range [][2]string{
		{`{}`, `{"metadata":{"name":"a","labels":{"x":"y"}}}`},
		{`{"spec":{"containers":[{"name":"a","image":"x"},{"name":"b"}]}}`, `{"spec":{"containers":[{"name":"b","image":"y"},{"name":"a","ports":[{"containerPort":1}]}]}}`},
		{`{"spec":{"tolerations":[{"key":"a"},{"key":"a"}]}}`, `{"spec":{"tolerations":[{"key":"b"}]}}`},
		{`{"metadata":{"finalizers":["a","b"]}}`, `{"metadata":{"finalizers":["b","c"]}}`},
		{`{"metadata":{"ownerReferences":[{"uid":"1"}]}}`, `{"metadata":{"ownerReferences":[{"uid":"2"},{"uid":"1","name":"x"}]}}`},
		{`{"spec":{"containers":[{"name":"a","ports":[{"containerPort":1},{"containerPort":1,"protocol":"UDP"}]}]}}`, `{"spec":{"containers":[{"name":"a","ports":[{"containerPort":1}]}]}}`},
		{`{"spec":null}`, `{"spec":{"containers":null,"nodeSelector":{"a":null}}}`},
		{`{"status":{"conditions":[{"type":"Ready"}]}}`, `{"status":{"conditions":[{"type":"Ready","status":"True"},{"status":"x"}]}}`},
	} {
		f.Add([]byte(s[0]), []byte(s[1]))
	}
	kind := scheme.ByKind("v1", "Pod")
	k := NewKind(kind, nil, "status")
	f.Fuzz(func(t *testing.T, live, config []byte) {
		o := kind.New()
		if codec.DecodeJSON(live, o) != nil || !json.Valid(config) {
			return
		}
		o.GetObjectMeta().ManagedFields = nil
		live, err := codec.EncodeJSON(o)
		if err != nil {
			t.Fatal(err)
		}
		w := Writer{Manager: "fuzz", Now: time.Unix(1e9, 0)}
		managed := k.Create(Writer{Manager: "first", Now: w.Now}, live, nil)
		c := Config{JSON: config, APIVersion: "v1", Kind: "Pod", Force: true}
		next, managed, err := k.Apply(w, c, live, managed)
		if err != nil {
			return
		}
		if next == nil {
			next = live
		}
		again := kind.New()
		if !json.Valid(next) {
			t.Fatalf("%s applied to %s is %s", config, live, next)
		}
		if codec.DecodeJSON(next, again) != nil {
			return // a value of the wrong type, which the API refuses
		}
		same, _, err := k.Apply(w, c, next, managed)
		if err != nil {
			t.Fatalf("%s applied to %s a second time: %v", config, live, err)
		}
		if same != nil && !bytes.Equal(same, next) {
			t.Fatalf("%s applied to %s is %s, and once more %s", config, live, next, same)
		}
	})
}
