package resources

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// viewOf is the entry of another version of a stored kind. All that makes an
// object sound is the stored kind's: the view's objects are turned into stored
// ones, treated, and turned back.
func viewOf(stored *Resource, k *scheme.Kind, v *View) *Resource {
	r := &Resource{Kind: k, Verbs: stored.Verbs, Fields: stored.Fields, TTL: stored.TTL, CreateOnUpdate: stored.CreateOnUpdate, View: v}
	r.Default, r.PrepareCreate = v.through(stored.Default), v.through(stored.PrepareCreate)
	r.PrepareUpdate = v.throughBoth(stored.PrepareUpdate)
	r.Validate = func(o meta.Object) field.ErrorList { return stored.Validate(v.In(o)) }
	r.ValidateUpdate = v.checked(stored.ValidateUpdate)
	for _, s := range stored.Subresources {
		s.PrepareUpdate, s.ValidateUpdate = v.throughBoth(s.PrepareUpdate), v.checked(s.ValidateUpdate)
		r.Subresources = append(r.Subresources, s)
	}
	return r
}

func (v *View) through(f func(meta.Object)) func(meta.Object) {
	return func(o meta.Object) {
		s := v.In(o)
		f(s)
		v.put(o, s)
	}
}

func (v *View) throughBoth(f func(o, old meta.Object)) func(o, old meta.Object) {
	return func(o, old meta.Object) {
		s := v.In(o)
		f(s, v.In(old))
		v.put(o, s)
	}
}

func (v *View) checked(f func(o, old meta.Object) field.ErrorList) func(o, old meta.Object) field.ErrorList {
	return func(o, old meta.Object) field.ErrorList { return f(v.In(o), v.In(old)) }
}

// put makes the served object o what the stored one s says.
func (v *View) put(o, s meta.Object) { v.Set(o, v.Out(s)) }
