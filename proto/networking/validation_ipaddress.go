package networking

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateIPAddress checks an object that is created.
func ValidateIPAddress(o *IPAddress) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsPathSegment, field.New("metadata"))
	return r.Errors
}

// ValidateIPAddressUpdate checks a change.
func ValidateIPAddressUpdate(o, old *IPAddress) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
