package crd

import (
	"github.com/pilothouse/pilothouse/apiserver/internal/crd/object"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

func (v *version) scope() meta.Scope {
	if v.kind.Namespaced {
		return meta.Namespaced
	}
	return meta.ClusterWide
}

// validate says what is wrong with a new object.
func (v *version) validate(o *object.Object) field.ErrorList {
	r := &field.Report{}
	meta.ValidateObjectMeta(r, &o.ObjectMeta, v.scope(), meta.IsDNS1123Subdomain, field.New("metadata"))
	errs := append(r.Errors, v.schema.Validate(o.Content, "")...)
	errs = append(errs, v.scale.validate(o)...)
	errs = append(errs, v.schema.ValidateLists(o.Content, nil)...)
	return errs
}

// validateUpdate says what is wrong with a change.
func (v *version) validateUpdate(o, old *object.Object) field.ErrorList {
	r := &field.Report{}
	meta.ValidateObjectMetaUpdate(r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	errs := append(r.Errors, v.schema.Validate(o.Content, "")...)
	errs = append(errs, v.scale.validate(o)...)
	if lists := v.schema.ValidateLists(o.Content, nil); len(lists) > 0 && len(v.schema.ValidateLists(old.Content, nil)) == 0 {
		errs = append(errs, lists...)
	}
	return errs
}
