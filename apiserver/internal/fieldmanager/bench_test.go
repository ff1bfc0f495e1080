package fieldmanager

import (
	"os"
	"testing"
	"time"

	"sigs.k8s.io/structured-merge-diff/v6/typed"
	"sigs.k8s.io/structured-merge-diff/v6/value"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// benchPod is a pod of 3 KB with its managedFields, as bytes without and as an
// object.
func benchPod(tb testing.TB, k *Kind) ([]byte, *core.Pod) {
	b, err := os.ReadFile("../../../proto/codec/testdata/pod.json")
	if err != nil {
		tb.Fatal(err)
	}
	p := &core.Pod{}
	if err := codec.DecodeJSON(b, p); err != nil {
		tb.Fatal(err)
	}
	p.ManagedFields = nil
	if b, err = codec.EncodeJSON(p); err != nil {
		tb.Fatal(err)
	}
	p.ManagedFields = k.Create(Writer{Manager: "bench", Now: time.Unix(1e9, 0)}, b, nil)
	return b, p
}

func BenchmarkCreate(b *testing.B) {
	k := NewKind(scheme.ByKind("v1", "Pod"), nil, "status")
	text, _ := benchPod(b, k)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		k.Create(Writer{Manager: "bench", Now: time.Unix(1e9, 0)}, text, nil)
	}
}

// BenchmarkUpdate changes a label.
func BenchmarkUpdate(b *testing.B) {
	k := NewKind(scheme.ByKind("v1", "Pod"), nil, "status")
	text, p := benchPod(b, k)
	next := p.DeepCopy()
	next.Labels["bench"] = "2"
	next.ManagedFields = nil
	after, _ := codec.EncodeJSON(next)
	old, _ := codec.EncodeJSON(p)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		k.Update(Writer{Manager: "other", Now: time.Unix(1e9, 0)}, old, after, p.ManagedFields, p.ManagedFields)
	}
}

// BenchmarkUpdateReference is the comparison alone by structured-merge-diff.
func BenchmarkUpdateReference(b *testing.B) {
	k := NewKind(scheme.ByKind("v1", "Pod"), nil, "status")
	text, p := benchPod(b, k)
	next := p.DeepCopy()
	next.Labels["bench"] = "2"
	after, _ := codec.EncodeJSON(next)
	s := k.structure()
	read := func(text []byte) *typed.TypedValue {
		v, err := value.FromJSON(text)
		if err != nil {
			b.Fatal(err)
		}
		tv, err := typed.AsTyped(v, s.Schema, s.Type, typed.AllowDuplicates)
		if err != nil {
			b.Fatal(err)
		}
		return tv
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := read(text).Compare(read(after)); err != nil {
			b.Fatal(err)
		}
	}
}
