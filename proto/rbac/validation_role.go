package rbac

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateRole checks an object that is created.
func ValidateRole(o *Role) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.Namespaced, meta.IsPathSegment, field.New("metadata"))
	return r.Errors
}

// ValidateRoleUpdate checks a change.
func ValidateRoleUpdate(o, old *Role) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
