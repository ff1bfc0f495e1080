package rbac

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateRoleBinding checks a binding that is created.
func ValidateRoleBinding(o *RoleBinding) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.Namespaced, meta.IsPathSegment, field.New("metadata"))
	checkBinding(&r, &o.RoleRef, o.Subjects, meta.Namespaced)
	return r.Errors
}

// ValidateRoleBindingUpdate checks a change; the role stays.
func ValidateRoleBindingUpdate(o, old *RoleBinding) field.ErrorList {
	var r field.Report
	checkBinding(&r, &o.RoleRef, o.Subjects, meta.Namespaced)
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	checkSameRole(&r, o.RoleRef, old.RoleRef)
	return r.Errors
}

// ValidateClusterRoleBinding checks a binding that is created.
func ValidateClusterRoleBinding(o *ClusterRoleBinding) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsPathSegment, field.New("metadata"))
	checkBinding(&r, &o.RoleRef, o.Subjects, meta.ClusterWide)
	return r.Errors
}

// ValidateClusterRoleBindingUpdate checks a change; the role stays.
func ValidateClusterRoleBindingUpdate(o, old *ClusterRoleBinding) field.ErrorList {
	var r field.Report
	checkBinding(&r, &o.RoleRef, o.Subjects, meta.ClusterWide)
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	checkSameRole(&r, o.RoleRef, old.RoleRef)
	return r.Errors
}

func checkSameRole(r *field.Report, role, old RoleRef) {
	if role != old {
		r.Invalid(field.New("roleRef"), role, "cannot change roleRef")
	}
}

func checkBinding(r *field.Report, role *RoleRef, subjects []Subject, scope meta.Scope) {
	p := field.New("roleRef")
	only(r, p.Child("apiGroup"), role.APIGroup, GroupName)
	kinds := []string{"Role", "ClusterRole"}
	if scope == meta.ClusterWide {
		kinds = kinds[1:]
	}
	only(r, p.Child("kind"), role.Kind, kinds...)
	if role.Name == "" {
		r.Required(p.Child("name"), "")
	} else {
		r.Each(p.Child("name"), role.Name, meta.IsPathSegment(role.Name))
	}
	for i := range subjects {
		checkSubject(r, &subjects[i], scope, field.New("subjects").Index(i))
	}
}

func checkSubject(r *field.Report, s *Subject, scope meta.Scope, p *field.Path) {
	if s.Name == "" {
		r.Required(p.Child("name"), "")
	}
	switch s.Kind {
	case UserKind, GroupKind:
		only(r, p.Child("apiGroup"), s.APIGroup, GroupName)
	case ServiceAccountKind:
		if s.Name != "" {
			r.Each(p.Child("name"), s.Name, meta.IsDNS1123Subdomain(s.Name))
		}
		only(r, p.Child("apiGroup"), s.APIGroup, "")
		if scope == meta.ClusterWide && s.Namespace == "" {
			r.Required(p.Child("namespace"), "")
		}
	default:
		r.Add(field.NotSupported(p.Child("kind"), s.Kind, []string{ServiceAccountKind, UserKind, GroupKind}))
	}
}

// only wants one of a few values; an empty one is not missing but wrong.
func only(r *field.Report, p *field.Path, value string, allowed ...string) {
	for _, a := range allowed {
		if a == value {
			return
		}
	}
	r.Add(field.NotSupported(p, value, allowed))
}
