package rest

import (
	"bytes"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/codec/codectest"
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
