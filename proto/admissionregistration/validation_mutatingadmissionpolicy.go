package admissionregistration

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateMutatingAdmissionPolicy checks an object that is created.
func ValidateMutatingAdmissionPolicy(o *MutatingAdmissionPolicy) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	return r.Errors
}

// ValidateMutatingAdmissionPolicyUpdate checks a change.
func ValidateMutatingAdmissionPolicyUpdate(o, old *MutatingAdmissionPolicy) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
