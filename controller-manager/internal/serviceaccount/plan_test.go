package serviceaccount

import (
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
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

// A namespace whose config map never comes gets its account all the same, and a
// clock that is wrong holds nothing up for longer.
func TestHold(t *testing.T) {
	made := time.Unix(1000, 0)
	ns := &core.Namespace{}
	ns.CreationTimestamp = meta.NewTime(made)
	for now, want := range map[time.Time]time.Duration{
		made: patience, made.Add(time.Second): patience - time.Second, made.Add(patience): 0, made.Add(time.Hour): 0, made.Add(-time.Hour): patience,
	} {
		if got := hold(ns, now); got != want {
			t.Errorf("%v after it was made: %v, want %v", now.Sub(made), got, want)
		}
	}
}
