package policy

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

var (
	specPath   = field.New("spec")
	statusPath = field.New("status")
)

// ValidatePodDisruptionBudget checks a budget that is created. Its name may be
// anything that fits into a path.
func ValidatePodDisruptionBudget(b *PodDisruptionBudget) field.ErrorList {
	var r field.Report
	checkBudgetSpec(&r, &b.Spec)
	meta.ValidatePlainMeta(&r, &b.ObjectMeta, meta.Namespaced, meta.IsPathSegment, field.New("metadata"))
	return r.Errors
}

// ValidatePodDisruptionBudgetUpdate checks a change.
func ValidatePodDisruptionBudgetUpdate(b, old *PodDisruptionBudget) field.ErrorList {
	var r field.Report
	meta.ValidatePlainMetaUpdate(&r, &b.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	checkBudgetSpec(&r, &b.Spec)
	return r.Errors
}

func checkBudgetSpec(r *field.Report, s *PodDisruptionBudgetSpec) {
	if s.MinAvailable != nil && s.MaxUnavailable != nil {
		r.Invalid(specPath, s, "minAvailable and maxUnavailable cannot be both set")
	}
	for _, f := range [...]struct {
		name string
		v    *meta.IntOrString
	}{{"minAvailable", s.MinAvailable}, {"maxUnavailable", s.MaxUnavailable}} {
		meta.ValidateCountOrPercent(r, f.v, specPath.Child(f.name))
		meta.ValidateAtMostAll(r, f.v, specPath.Child(f.name))
	}
	meta.ValidateLabelSelector(r, s.Selector, specPath.Child("selector"))
	if p := s.UnhealthyPodEvictionPolicy; p != nil && *p != IfHealthyBudget && *p != AlwaysAllow {
		r.Add(field.NotSupported(specPath.Child("unhealthyPodEvictionPolicy"), *p, []UnhealthyPodEvictionPolicyType{AlwaysAllow, IfHealthyBudget}))
	}
}

// ValidatePodDisruptionBudgetStatusUpdate checks a change of status.
func ValidatePodDisruptionBudgetStatusUpdate(b, old *PodDisruptionBudget) field.ErrorList {
	var r field.Report
	meta.ValidatePlainMetaUpdate(&r, &b.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	s := &b.Status
	meta.ValidateConditions(&r, s.Conditions, statusPath.Child("conditions"))
	r.NonNegative(statusPath.Child("disruptionsAllowed"), int64(s.DisruptionsAllowed))
	r.NonNegative(statusPath.Child("currentHealthy"), int64(s.CurrentHealthy))
	r.NonNegative(statusPath.Child("desiredHealthy"), int64(s.DesiredHealthy))
	r.NonNegative(statusPath.Child("expectedPods"), int64(s.ExpectedPods))
	return r.Errors
}
