package rbac

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateClusterRoleBinding checks an object that is created.
func ValidateClusterRoleBinding(o *ClusterRoleBinding) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsPathSegment, field.New("metadata"))
	return r.Errors
}

// ValidateClusterRoleBindingUpdate checks a change.
func ValidateClusterRoleBindingUpdate(o, old *ClusterRoleBinding) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
