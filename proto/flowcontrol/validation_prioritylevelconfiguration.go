package flowcontrol

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidatePriorityLevelConfiguration checks an object that is created.
func ValidatePriorityLevelConfiguration(o *PriorityLevelConfiguration) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	return r.Errors
}

// ValidatePriorityLevelConfigurationUpdate checks a change.
func ValidatePriorityLevelConfigurationUpdate(o, old *PriorityLevelConfiguration) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

// ValidatePriorityLevelConfigurationStatusUpdate checks a change of the status.
func ValidatePriorityLevelConfigurationStatusUpdate(o, old *PriorityLevelConfiguration) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
