package autoscaling

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/meta"
)

func TestValidateScale(t *testing.T) {
	s := &Scale{ObjectMeta: meta.ObjectMeta{Name: "s", Namespace: "default"}, Spec: ScaleSpec{Replicas: -1}}
	if got, want := ValidateScale(s).Text(), "spec.replicas: Invalid value: -1: must be greater than or equal to 0"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	s.Spec.Replicas = 0
	if errs := ValidateScale(s); len(errs) > 0 {
		t.Errorf("no replicas are refused: %s", errs.Text())
	}
}
