package rbac

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateRoleBinding checks an object that is created.
func ValidateRoleBinding(o *RoleBinding) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.Namespaced, meta.IsPathSegment, field.New("metadata"))
	return r.Errors
}

// ValidateRoleBindingUpdate checks a change.
func ValidateRoleBindingUpdate(o, old *RoleBinding) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
