package scheme

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func TestLookups(t *testing.T) {
	pod := ByKind("v1", "Pod")
	if pod == nil || Of(&core.Pod{}) != pod || Of(&core.PodList{}) != pod || Of(core.Pod{}) != pod || ByResource("", "v1", "pods") != pod {
		t.Fatal("the ways to look up Pod do not agree")
	}
	if Of(&core.PodSpec{}) != nil || ByKind("v2", "Pod") != nil || Of(nil) != nil {
		t.Error("something that is no kind was found")
	}
}

// TestEveryKind makes one of each and checks that it says what it is.
func TestEveryKind(t *testing.T) {
	for _, k := range All() {
		if k.New != nil {
			o := k.New()
			if *o.GetTypeMeta() != k.TypeMeta() || Of(o) != k {
				t.Errorf("%v makes a %T with %v", k.GVK(), o, *o.GetTypeMeta())
			}
		}
		if k.NewList != nil {
			l := k.NewList()
			if l.GetTypeMeta().Kind != k.ListKind() || Of(l) != k {
				t.Errorf("%v makes a list %T with %v", k.GVK(), l, *l.GetTypeMeta())
			}
			l.AppendItem(k.New())
			if l.Len() != 1 || *l.At(0).GetTypeMeta() != k.TypeMeta() {
				t.Errorf("%v: a list does not hold what was put in", k.GVK())
			}
		}
	}
}

func TestStamp(t *testing.T) {
	var l core.PodList
	var s meta.Status
	if !Stamp(&l) || l.TypeMeta != (meta.TypeMeta{Kind: "PodList", APIVersion: "v1"}) {
		t.Errorf("the list is stamped %v", l.TypeMeta)
	}
	if !Stamp(&s) || s.TypeMeta != (meta.TypeMeta{Kind: "Status", APIVersion: "v1"}) {
		t.Errorf("the status is stamped %v", s.TypeMeta)
	}
}
