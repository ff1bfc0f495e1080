package rbac

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateClusterRole checks an object that is created.
func ValidateClusterRole(o *ClusterRole) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsPathSegment, field.New("metadata"))
	return r.Errors
}

// ValidateClusterRoleUpdate checks a change.
func ValidateClusterRoleUpdate(o, old *ClusterRole) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
