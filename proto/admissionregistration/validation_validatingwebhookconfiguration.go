package admissionregistration

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateValidatingWebhookConfiguration checks an object that is created.
func ValidateValidatingWebhookConfiguration(o *ValidatingWebhookConfiguration) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	return r.Errors
}

// ValidateValidatingWebhookConfigurationUpdate checks a change.
func ValidateValidatingWebhookConfigurationUpdate(o, old *ValidatingWebhookConfiguration) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
