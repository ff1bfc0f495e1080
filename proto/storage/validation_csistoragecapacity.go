package storage

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateCSIStorageCapacity checks an object that is created.
func ValidateCSIStorageCapacity(o *CSIStorageCapacity) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.Namespaced, meta.IsDNS1123Subdomain, field.New("metadata"))
	return r.Errors
}

// ValidateCSIStorageCapacityUpdate checks a change.
func ValidateCSIStorageCapacityUpdate(o, old *CSIStorageCapacity) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
