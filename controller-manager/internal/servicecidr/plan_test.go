package servicecidr

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/networking"
)

func cidr(name, text string, ready bool, deleted *meta.Time, finalizers ...string) *networking.ServiceCIDR {
	c := &networking.ServiceCIDR{Spec: networking.ServiceCIDRSpec{CIDRs: []string{text}}}
	c.Name, c.DeletionTimestamp, c.Finalizers = name, deleted, finalizers
	if ready {
		c.Status.Conditions = []meta.Condition{{Type: networking.ServiceCIDRConditionReady, Status: meta.ConditionTrue}}
	}
	return c
}

func TestPlan(t *testing.T) {
	now := time.Unix(1000, 0)
	ago := func(d time.Duration) *meta.Time { at := meta.NewTime(now.Add(-d)); return &at }
	wide := cidr("wide", "10.0.0.0/8", true, nil)
	for _, tt := range []struct {
		name       string
		c          *networking.ServiceCIDR
		others     []*networking.ServiceCIDR
		used       string
		finalizers []string
		release    bool
		condition  meta.ConditionStatus
		wait       time.Duration
	}{
		{"a new one is protected and ready", cidr("a", "10.1.0.0/16", false, nil), nil, "", []string{Finalizer}, false, meta.ConditionTrue, 0},
		{"one that is stays so", cidr("a", "10.1.0.0/16", true, nil, Finalizer), nil, "10.1.0.9", nil, false, "", 0},
		{"what others keep is kept", cidr("a", "10.1.0.0/16", true, nil, "x/y"), nil, "", []string{"x/y", Finalizer}, false, "", 0},
		{"a deleted one waits until all have heard", cidr("a", "10.1.0.0/16", true, ago(4*time.Second), Finalizer), nil, "", nil, false, "", 6 * time.Second},
		{"then it goes", cidr("a", "10.1.0.0/16", true, ago(time.Minute), Finalizer, "x/y"), nil, "10.2.0.9", []string{"x/y"}, true, "", 0},
		{"unless it is in use", cidr("a", "10.1.0.0/16", true, ago(time.Minute), Finalizer), nil, "10.1.0.9", nil, false, meta.ConditionFalse, settle},
		{"which is told once", cidr("a", "10.1.0.0/16", false, ago(time.Minute), Finalizer), nil, "10.1.0.9", nil, false, "", settle},
		{"another range may have its addresses", cidr("a", "10.1.0.0/16", true, ago(time.Minute), Finalizer), []*networking.ServiceCIDR{wide}, "10.1.0.9", []string{}, true, "", 0},
		{"itself does not count", wide, []*networking.ServiceCIDR{wide}, "10.1.0.9", []string{Finalizer}, false, "", 0},
		{"nothing is left to do", cidr("a", "10.1.0.0/16", true, ago(time.Minute)), nil, "10.1.0.9", nil, false, "", 0},
	} {
		got, err := plan(tt.c, tt.others, now, func() ([]netip.Addr, error) { return []netip.Addr{netip.MustParseAddr(tt.used)}, nil })
		if err != nil {
			t.Fatal(err)
		}
		var status meta.ConditionStatus
		if got.condition != nil {
			status = got.condition.Status
		}
		if !slices.Equal(got.finalizers, tt.finalizers) || got.release != tt.release || status != tt.condition || got.wait != tt.wait {
			t.Errorf("%s: got %+v", tt.name, got)
		}
	}
	gone := cidr("wide", "10.0.0.0/8", true, ago(time.Minute), Finalizer)
	p, err := plan(gone, []*networking.ServiceCIDR{gone}, now, func() ([]netip.Addr, error) { return []netip.Addr{netip.MustParseAddr("10.1.0.9")}, nil })
	if err != nil || p.release {
		t.Errorf("a range in use went because of itself: %+v, %v", p, err)
	}
}
