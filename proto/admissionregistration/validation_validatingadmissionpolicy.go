package admissionregistration

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateValidatingAdmissionPolicy checks an object that is created.
func ValidateValidatingAdmissionPolicy(o *ValidatingAdmissionPolicy) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	return r.Errors
}

// ValidateValidatingAdmissionPolicyUpdate checks a change.
func ValidateValidatingAdmissionPolicyUpdate(o, old *ValidatingAdmissionPolicy) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

// ValidateValidatingAdmissionPolicyStatusUpdate checks a change of the status.
func ValidateValidatingAdmissionPolicyStatusUpdate(o, old *ValidatingAdmissionPolicy) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
