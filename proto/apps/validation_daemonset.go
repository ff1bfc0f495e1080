package apps

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateDaemonSet checks one that is created.
func ValidateDaemonSet(o *DaemonSet) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.Namespaced, meta.IsDNS1123Subdomain, field.New("metadata"))
	return r.Errors
}

// ValidateDaemonSetUpdate checks a change.
func ValidateDaemonSetUpdate(o, old *DaemonSet) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

// ValidateDaemonSetStatusUpdate checks a change of status.
func ValidateDaemonSetStatusUpdate(o, old *DaemonSet) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
