package admissionregistration

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateMutatingAdmissionPolicyBinding checks an object that is created.
func ValidateMutatingAdmissionPolicyBinding(o *MutatingAdmissionPolicyBinding) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	return r.Errors
}

// ValidateMutatingAdmissionPolicyBindingUpdate checks a change.
func ValidateMutatingAdmissionPolicyBindingUpdate(o, old *MutatingAdmissionPolicyBinding) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
