package rest

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/fieldmanager"
	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/codec/codectest"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// TestSharedPartsStay: what is done to a patched object, some of whose parts are
// the old one's, leaves the old one as it was, for every kind and subresource.
func TestSharedPartsStay(t *testing.T) {
	shared := 0
	for _, r := range resources.All() {
		if r.Prefix == "" || r.View != nil {
			continue
		}
		for seed := range uint64(6) {
			old := r.Kind.New()
			codectest.Fill(old, seed)
			r.Default(old)
			names := partsOf(old)
			if len(names) == 0 {
				continue
			}
			for i := -1; i < len(r.Subresources); i++ {
				prepare, sub := r.PrepareUpdate, ""
				if i >= 0 {
					prepare, sub = r.Subresources[i].PrepareUpdate, r.Subresources[i].Name
				}
				if prepare == nil {
					continue
				}
				next := old.DeepCopyObject()
				share(next, old, names)
				before, err := codec.EncodeJSON(old)
				if err != nil {
					t.Fatal(err)
				}
				r.Default(next)
				prepare(next, old)
				if i < 0 {
					r.ValidateUpdate(next, old)
				} else if v := r.Subresources[i].ValidateUpdate; v != nil {
					v(next, old)
				}
				after, err := codec.EncodeJSON(old)
				if err != nil {
					t.Fatal(err)
				}
				if shared++; !bytes.Equal(before, after) {
					t.Errorf("%s/%s: a change of the patched object reached the old one:\n%s\n%s", r.Kind.Kind, sub, before, after)
				}
			}
		}
	}
	if shared < 100 {
		t.Errorf("%d objects were looked at", shared)
	}
}

// Who owns what after a patch is found without the parts that it left alone as it
// is with them.
func TestOwnersWithoutSharedParts(t *testing.T) {
	compared := 0
	for _, r := range resources.All() {
		if r.Prefix == "" || r.View != nil {
			continue
		}
		kind := fieldmanager.NewKind(r.Kind, r.Structure)
		for seed := range uint64(4) {
			old := r.Kind.New()
			codectest.Fill(old, seed)
			names := partsOf(old)
			if len(names) == 0 {
				continue
			}
			next := old.DeepCopyObject()
			share(next, old, names)
			m := next.GetObjectMeta()
			m.Labels = map[string]string{"added": "x"}
			m.ManagedFields, old.GetObjectMeta().ManagedFields = nil, nil
			writer := fieldmanager.Writer{Manager: "patcher", Now: now()}
			text := func(o meta.Object) []byte {
				b, err := codec.EncodeJSON(o)
				if err != nil {
					t.Fatal(err)
				}
				return b
			}
			live := kind.Create(fieldmanager.Writer{Manager: "maker", Now: now()}, text(old), nil)
			want := kind.Update(writer, text(old), text(next), live, live)
			same := sameParts(names, next, old)
			if !slices.Equal(same, names) {
				t.Errorf("%s: %q are the same, want %q", r.Kind.Kind, same, names)
			}
			err := without(old, same, func(was meta.Object) error {
				return without(next, same, func(is meta.Object) error {
					if was == is {
						t.Fatal("one shell for both")
					}
					if got := kind.Update(writer, text(was), text(is), live, live); !reflect.DeepEqual(got, want) {
						t.Errorf("%s: got %+v, want %+v", r.Kind.Kind, got, want)
					}
					return nil
				})
			})
			if err != nil {
				t.Errorf("%s: %v", r.Kind.Kind, err)
			}
			if len(want) == 2 { // an object filled with little may be nobody's
				compared++
			}
		}
	}
	if compared < 80 {
		t.Errorf("%d objects were compared", compared)
	}
	was, is := &core.Pod{}, &core.Pod{}
	is.Spec.NodeName = "n1"
	if got := sameParts([]string{"spec", "status"}, is, was); !slices.Equal(got, []string{"status"}) {
		t.Errorf("%q are the same, want status", got)
	}
}
