package policy

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidatePodDisruptionBudget checks one that is created.
func ValidatePodDisruptionBudget(o *PodDisruptionBudget) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.Namespaced, meta.IsDNS1123Subdomain, field.New("metadata"))
	return r.Errors
}

// ValidatePodDisruptionBudgetUpdate checks a change.
func ValidatePodDisruptionBudgetUpdate(o, old *PodDisruptionBudget) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

// ValidatePodDisruptionBudgetStatusUpdate checks a change of status.
func ValidatePodDisruptionBudgetStatusUpdate(o, old *PodDisruptionBudget) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
