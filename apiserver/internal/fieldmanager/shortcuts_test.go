package fieldmanager

import (
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/codec/codectest"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/schema"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// TestShortcutsAgree: remembered sets of new objects, and updates that leave
// every set as it is, come out as they would the long way, for objects of every
// kind.
func TestShortcutsAgree(t *testing.T) {
	short := 0
	for _, sk := range scheme.All() {
		if sk.New == nil || schema.For(sk.New()) == nil {
			continue
		}
		k := NewKind(sk, nil)
		for seed := range uint64(4) {
			o := sk.New()
			codectest.Fill(o, seed)
			var before []byte
			var m Managed
			for _, name := range []string{"one", "other-\"name\""} { // the second object is one of the first's skeleton
				om := o.GetObjectMeta()
				om.Name, om.ManagedFields, om.Labels = name, nil, map[string]string{"a": name, "<b>": "", "c/d": "1"}
				before = encoded(t, o)
				m = k.Create(Writer{Manager: "maker", Now: start}, before, nil)
				agreed(t, sk.Kind+" made", m, NewKind(sk, nil).Create(Writer{Manager: "maker", Now: start}, before, nil))
			}
			for _, manager := range []string{"maker", "changer", "changer", "maker", "maker"} {
				now := start.Add(time.Minute)
				o.GetObjectMeta().Labels["a"] += "x"
				after := encoded(t, o)
				got := k.Update(Writer{Manager: manager, Now: now}, before, after, m, m)
				want, settled := long(t, k, Writer{Manager: manager, Now: now}, before, after, m)
				agreed(t, sk.Kind+" changed by "+manager, got, want)
				if settled {
					short++
				}
				before, m = after, got
			}
		}
	}
	if short < 100 {
		t.Errorf("the short way was gone %d times", short)
	}
}

// long is Update's long way, and whether there is a short one.
func long(t *testing.T, k *Kind, w Writer, old, obj []byte, live Managed) (Managed, bool) {
	t.Helper()
	tr := newTree()
	defer tr.free()
	c, err := k.changes(tr, w, string(old), string(obj))
	if err != nil || len(live) == 0 {
		return live, false
	}
	_, settled := k.settled(tr, w, live, c)
	entries, err := tr.read(live)
	if err != nil {
		t.Fatal(err)
	}
	return k.moved(tr, w, string(old), string(obj), entries, c), settled
}

func encoded(t *testing.T, o meta.Object) []byte {
	t.Helper()
	b, err := codec.EncodeJSON(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func agreed(t *testing.T, what string, got, want Managed) {
	t.Helper()
	if !meta.Equal(&got, &want) {
		t.Fatalf("%s:\ngot  %q\nwant %q", what, show(got), show(want))
	}
}
