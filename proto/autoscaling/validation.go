package autoscaling

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateScale checks a wanted number of replicas.
func ValidateScale(s *Scale) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &s.ObjectMeta, meta.Namespaced, meta.IsDNS1123Subdomain, field.New("metadata"))
	r.NonNegative(field.New("spec", "replicas"), int64(s.Spec.Replicas))
	return r.Errors
}
