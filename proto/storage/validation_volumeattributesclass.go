package storage

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateVolumeAttributesClass checks an object that is created.
func ValidateVolumeAttributesClass(o *VolumeAttributesClass) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	return r.Errors
}

// ValidateVolumeAttributesClassUpdate checks a change.
func ValidateVolumeAttributesClassUpdate(o, old *VolumeAttributesClass) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
