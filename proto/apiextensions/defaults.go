package apiextensions

import "strings"

// SetCustomResourceDefinitionDefaults fills in the names that follow from the
// kind, and how objects are converted.
func SetCustomResourceDefinitionDefaults(d *CustomResourceDefinition) {
	n := &d.Spec.Names
	if n.Singular == "" {
		n.Singular = strings.ToLower(n.Kind)
	}
	if n.ListKind == "" && n.Kind != "" {
		n.ListKind = n.Kind + "List"
	}
	if d.Spec.Conversion == nil {
		d.Spec.Conversion = &CustomResourceConversion{Strategy: NoneConverter}
	}
	if w := d.Spec.Conversion.Webhook; w != nil && w.ClientConfig == nil && len(w.ConversionReviewVersions) == 0 {
		d.Spec.Conversion.Webhook = nil
	}
	if w := d.Spec.Conversion.Webhook; w != nil && w.ClientConfig != nil && w.ClientConfig.Service != nil && w.ClientConfig.Service.Port == nil {
		https := int32(443)
		w.ClientConfig.Service.Port = &https
	}
}
