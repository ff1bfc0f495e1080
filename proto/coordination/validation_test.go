package coordination

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/meta"
)

func TestValidateLease(t *testing.T) {
	zero, minus, holder := int32(0), int32(-1), "x"
	l := &Lease{ObjectMeta: meta.ObjectMeta{Name: "l", Namespace: "default"}}
	if errs := ValidateLease(l); len(errs) > 0 {
		t.Errorf("a sound lease is refused: %s", errs.Text())
	}
	l.Spec = LeaseSpec{LeaseDurationSeconds: &zero, LeaseTransitions: &minus, PreferredHolder: &holder}
	const want = "[spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0, " +
		"spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0, " +
		"spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined]"
	if got := ValidateLease(l).Text(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
