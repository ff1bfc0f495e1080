package fieldmanager

import (
	"fmt"
	"math/rand/v2"
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
			// What one manager has begun the same or another one adds to, a little and
			// then all the rest.
			for _, manager := range []string{"maker", "adder", "a\"dder"} {
				bare := sk.New()
				bm := bare.GetObjectMeta()
				bm.Labels = map[string]string{"a": "1"}
				before := encoded(t, bare)
				m := k.Create(Writer{Manager: "maker", Now: start}, before, nil)
				w := Writer{Manager: manager, Now: start.Add(time.Minute)}
				add := func(what string, o meta.Object) {
					after := encoded(t, o)
					got := k.Update(w, before, after, m, m)
					want, settled := long(t, k, w, before, after, m)
					agreed(t, sk.Kind+" grown by "+manager+", "+what, got, want)
					if settled {
						short++
					}
					before, m = after, got
				}
				bm.Labels["0"], bm.Labels["z\"q/"] = "x", "y"
				add("labels", bare)
				bm.Annotations = map[string]string{"b": "c"}
				add("annotations", bare)
				o := sk.New()
				codectest.Fill(o, seed)
				om := o.GetObjectMeta()
				om.ManagedFields, om.Labels, om.Annotations = nil, bm.Labels, bm.Annotations
				add("the rest", o)
			}
		}
	}
	if short < 1000 {
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

func TestGrown(t *testing.T) {
	tr := newTree()
	defer tr.free()
	set, err := tr.parse([]byte(`{"f:a":{"f:b":{}},"f:c":{".":{},"k:{\"name\":\"x\"}":{}},"f:e":{}}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, text, want string }{
		{"empty", `{}`, `{"f:a":{"f:b":{}},"f:c":{".":{},"k:{\"name\":\"x\"}":{}},"f:e":{}}`},
		{"all there", `{"f:a":{"f:b":{}},"f:c":{".":{},"k:{\"name\":\"x\"}":{}},"f:e":{}}`, `{"f:a":{"f:b":{}},"f:c":{".":{},"k:{\"name\":\"x\"}":{}},"f:e":{}}`},
		{"between", `{"f:a":{".":{},"f:a":{},"f:c":{}},"f:c":{"k:{\"name\":\"w\"}":{},"k:{\"name\":\"x\"}":{".":{},"f:y":{}}},"f:d":{}}`,
			`{"f:a":{".":{},"f:a":{},"f:b":{},"f:c":{}},"f:c":{".":{},"k:{\"name\":\"w\"}":{},"k:{\"name\":\"x\"}":{".":{},"f:y":{}}},"f:d":{},"f:e":{}}`},
		{"below an element", `{"f:a":{},"f:b":{}}`, `{"f:a":{".":{},"f:b":{}},"f:b":{},"f:c":{".":{},"k:{\"name\":\"x\"}":{}},"f:e":{}}`},
		{"above others", `{"f:e":{"f:x":{}}}`, `{"f:a":{"f:b":{}},"f:c":{".":{},"k:{\"name\":\"x\"}":{}},"f:e":{".":{},"f:x":{}}}`},
		{"out of order", `{"f:b":{},"f:a":{}}`, ""},
		{"twice", `{"f:b":{},"f:b":{}}`, ""},
		{"no element", `{"x":{}}`, ""},
		{"no set", `{"f:a":"f:b"}`, ""},
		{"no set at the end", `{"f:a":1`, ""},
	} {
		if got := string(tr.grown(set, c.text)); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// TestShortcutsAtRandom: what many managers do to objects in turn has the same
// owners as the long way finds, whatever it is.
func TestShortcutsAtRandom(t *testing.T) {
	short := 0
	for _, sk := range scheme.All() {
		if sk.New == nil || schema.For(sk.New()) == nil {
			continue
		}
		k := NewKind(sk, nil)
		for seed := range uint64(6) {
			r := rand.New(rand.NewPCG(seed, 1))
			o := sk.New()
			labels := map[string]string{"first": ""}
			o.GetObjectMeta().Labels = labels
			before := encoded(t, o)
			m := k.Create(Writer{Manager: "maker", Now: start}, before, nil)
			for step := range 12 {
				if r.IntN(4) == 0 {
					o = sk.New()
					codectest.Fill(o, seed+r.Uint64N(3))
				}
				for range r.IntN(4) {
					key := string(rune('a'+r.IntN(6))) + `"`
					if r.IntN(4) == 0 {
						delete(labels, key)
					} else {
						labels[key] = string(rune('0' + r.IntN(3)))
					}
				}
				om := o.GetObjectMeta()
				om.ManagedFields, om.Labels = nil, labels
				w := Writer{Manager: string(rune('A' + r.IntN(4))), Now: start.Add(time.Duration(step) * time.Second)}
				after := encoded(t, o)
				got := k.Update(w, before, after, m, m)
				want, settled := long(t, k, w, before, after, m)
				agreed(t, fmt.Sprintf("%s, seed %d, step %d", sk.Kind, seed, step), got, want)
				if settled {
					short++
				}
				before, m = after, got
			}
		}
	}
	if short < 1000 {
		t.Errorf("the short way was gone %d times", short)
	}
}
