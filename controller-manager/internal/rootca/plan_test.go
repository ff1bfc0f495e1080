package rootca

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
)

func TestPlan(t *testing.T) {
	ns := &core.Namespace{}
	ns.Name = "shop"
	made := plan(ns, nil, "PEM").create
	if made == nil || made.Name != ConfigMap || made.Namespace != "shop" || made.Data["ca.crt"] != "PEM" {
		t.Fatalf("create = %+v", made)
	}
	if s := plan(ns, made, "PEM"); s.create != nil || s.update != nil {
		t.Errorf("a second look writes %+v", s)
	}
	changed := made.DeepCopy()
	changed.Data["ca.crt"], changed.Data["more"] = "forged", "x"
	if s := plan(ns, changed, "PEM"); s.update == nil || s.update.Data["ca.crt"] != "PEM" || len(s.update.Data) != 1 {
		t.Errorf("a forged one is not restored: %+v", s)
	}
	if changed.Data["ca.crt"] != "forged" {
		t.Error("the cached object was changed")
	}
	ns.Status.Phase = core.NamespaceTerminating
	if s := plan(ns, nil, "PEM"); s.create != nil {
		t.Error("one is made in a dying namespace")
	}
}
