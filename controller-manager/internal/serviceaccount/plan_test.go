package serviceaccount

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
)

func TestPlan(t *testing.T) {
	living, dying := &core.Namespace{}, &core.Namespace{}
	living.Name, dying.Name = "shop", "shop"
	dying.Status.Phase = core.NamespaceTerminating
	for _, c := range []struct {
		name string
		ns   *core.Namespace
		have bool
		want int
	}{{"missing", living, false, 1}, {"there", living, true, 0}, {"in a dying namespace", dying, false, 0}} {
		got := plan(c.ns, func(string) bool { return c.have })
		if len(got) != c.want {
			t.Errorf("%s: %d accounts to make, want %d", c.name, len(got), c.want)
		}
		if c.want == 1 && (got[0].Name != "default" || got[0].Namespace != "shop") {
			t.Errorf("%s: account %s/%s", c.name, got[0].Namespace, got[0].Name)
		}
	}
}
