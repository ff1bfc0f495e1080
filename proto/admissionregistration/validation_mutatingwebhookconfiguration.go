package admissionregistration

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateMutatingWebhookConfiguration checks an object that is created.
func ValidateMutatingWebhookConfiguration(o *MutatingWebhookConfiguration) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	return r.Errors
}

// ValidateMutatingWebhookConfigurationUpdate checks a change.
func ValidateMutatingWebhookConfigurationUpdate(o, old *MutatingWebhookConfiguration) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
