package admissionregistration

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateValidatingAdmissionPolicyBinding checks an object that is created.
func ValidateValidatingAdmissionPolicyBinding(o *ValidatingAdmissionPolicyBinding) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	return r.Errors
}

// ValidateValidatingAdmissionPolicyBindingUpdate checks a change.
func ValidateValidatingAdmissionPolicyBindingUpdate(o, old *ValidatingAdmissionPolicyBinding) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
