package apiregistration

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateAPIService checks an object that is created.
func ValidateAPIService(o *APIService) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsPathSegment, field.New("metadata"))
	return r.Errors
}

// ValidateAPIServiceUpdate checks a change.
func ValidateAPIServiceUpdate(o, old *APIService) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

// ValidateAPIServiceStatusUpdate checks a change of the status.
func ValidateAPIServiceStatusUpdate(o, old *APIService) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
