package crd

import (
	"context"

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
	meta.ValidatePlainMeta(r, &o.ObjectMeta, v.scope(), meta.IsDNS1123Subdomain, field.New("metadata"))
	errs := append(r.Errors, v.schema.Validate(v.seen(o), "")...)
	errs = append(errs, v.scale.validate(o)...)
	errs = append(errs, v.schema.ValidateEmbedded(o.Content, nil)...)
	errs = append(errs, v.schema.ValidateLists(o.Content, nil)...)
	return v.check(errs, o, nil)
}

// validateUpdate says what is wrong with a change. What was wrong before and did
// not change is let be.
func (v *version) validateUpdate(o, old *object.Object) field.ErrorList {
	r := &field.Report{}
	meta.ValidatePlainMetaUpdate(r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	errs := append(r.Errors, v.schema.ValidateChange(v.seen(o), v.seen(old), "")...)
	errs = append(errs, v.scale.validate(o)...)
	errs = append(errs, v.schema.ValidateEmbedded(o.Content, nil)...)
	if lists := v.schema.ValidateLists(o.Content, nil); len(lists) > 0 && len(v.schema.ValidateLists(old.Content, nil)) == 0 {
		errs = append(errs, lists...)
	}
	return v.check(errs, o, old)
}

// seen is what the schema looks at: the content, and the metadata where the
// schema restricts that.
func (v *version) seen(o *object.Object) any {
	if v.schema == nil || v.schema.Properties["metadata"] == nil {
		return o.Content
	}
	return o.Tree()
}

// check runs the rules after all other checks, unless those found something that
// rules rely on.
func (v *version) check(errs field.ErrorList, o, old *object.Object) field.ErrorList {
	if v.rules == nil {
		return errs
	}
	for _, e := range errs {
		switch e.Type {
		case field.ErrorTypeNotSupported, field.ErrorTypeRequired, field.ErrorTypeTooLong, field.ErrorTypeTooMany, field.ErrorTypeTypeInvalid:
			return append(errs, field.Invalid(nil, "null", "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation"))
		}
	}
	if old == nil {
		return append(errs, v.rules.Validate(context.Background(), whole(o), nil, false)...)
	}
	return append(errs, v.rules.Validate(context.Background(), whole(o), whole(old), true)...)
}

// whole is an object as rules see it: of its metadata they know the name alone.
func whole(o *object.Object) map[string]any {
	t := make(map[string]any, len(o.Content)+3)
	for k, v := range o.Content {
		t[k] = v
	}
	m := map[string]any{}
	if o.Name != "" {
		m["name"] = o.Name
	}
	if o.GenerateName != "" {
		m["generateName"] = o.GenerateName
	}
	t["apiVersion"], t["kind"], t["metadata"] = o.APIVersion, o.Kind, m
	return t
}
