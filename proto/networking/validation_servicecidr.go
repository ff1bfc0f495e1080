package networking

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateServiceCIDR checks an object that is created.
func ValidateServiceCIDR(o *ServiceCIDR) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	return r.Errors
}

// ValidateServiceCIDRUpdate checks a change.
func ValidateServiceCIDRUpdate(o, old *ServiceCIDR) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

// ValidateServiceCIDRStatusUpdate checks a change of the status.
func ValidateServiceCIDRStatusUpdate(o, old *ServiceCIDR) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
