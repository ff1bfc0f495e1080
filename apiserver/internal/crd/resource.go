package crd

import (
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/crd/object"
	"github.com/pilothouse/pilothouse/apiserver/internal/crd/rules"
	"github.com/pilothouse/pilothouse/apiserver/internal/crd/structural"
	"github.com/pilothouse/pilothouse/apiserver/internal/resources"
	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// version is one version of a definition, made ready to be served.
type version struct {
	*apiextensions.CustomResourceDefinitionVersion
	def    *apiextensions.CustomResourceDefinition
	kind   *scheme.Kind
	schema *structural.Schema
	scale  *scale
	rules  *rules.Node
	status bool
}

// verbs of custom resources.
var (
	verbs     = []string{"delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"}
	lastVerbs = []string{"delete", "deletecollection", "get", "list", "patch", "update", "watch"} // while the definition is being deleted
	partVerbs = []string{"get", "patch", "update"}
)

// resourcesOf are the entries of all served versions of a definition, and of the
// one that objects are stored in: it is the last, served or not.
func resourcesOf(d *apiextensions.CustomResourceDefinition, convert converter) (served []*resources.Resource, stored *resources.Resource) {
	storage := newVersion(d, d.StorageVersion())
	stored = storage.resource()
	if convert != nil {
		// Objects may lie in several versions, and only the webhook can tell what
		// those mean: they are read as they are, and converted.
		k := *storage.kind
		k.New = func() meta.Object { return object.New(storage.kind.TypeMeta(), nil) }
		stored = &resources.Resource{Kind: &k, Custom: true}
	}
	stored.Prefix = "/registry/" + d.Spec.Group + "/" + d.Status.AcceptedNames.Plural + "/"
	stored.Fields = fieldsOf(d)
	stored.Refresh = refresher(d, storage, convert)
	for i := range d.Spec.Versions {
		v := &d.Spec.Versions[i]
		switch {
		case !v.Served:
		case v.Storage && convert == nil:
			served = append(served, stored)
		default:
			one := newVersion(d, v)
			r := one.resource()
			r.View = viewOf(stored, storage, one, convert)
			served = append(served, r)
		}
	}
	return served, stored
}

func newVersion(d *apiextensions.CustomResourceDefinition, v *apiextensions.CustomResourceDefinitionVersion) *version {
	out := &version{CustomResourceDefinitionVersion: v, def: d}
	if v.Schema != nil {
		out.schema = structural.New(v.Schema.OpenAPIV3Schema)
	}
	out.rules = rules.Compile(out.schema)
	if d.Spec.PreserveUnknownFields && out.schema != nil {
		out.schema.Preserve = true
	}
	n := &d.Status.AcceptedNames
	out.kind = &scheme.Kind{Group: d.Spec.Group, Version: v.Name, Kind: n.Kind, Resource: n.Plural, Singular: n.Singular,
		ShortNames: n.ShortNames, Categories: n.Categories, List: n.ListKind, Namespaced: d.Spec.Scope == apiextensions.NamespaceScoped}
	t := out.kind.TypeMeta()
	list := meta.TypeMeta{Kind: n.ListKind, APIVersion: t.APIVersion}
	out.kind.New = func() meta.Object { return object.New(t, out.schema) }
	out.kind.NewList = func() meta.List { return &object.List{TypeMeta: list} }
	if s := v.Subresources; s != nil {
		out.status = s.Status != nil
		if s.Scale != nil {
			out.scale = newScale(s.Scale)
		}
	}
	return out
}

// resource is the version's entry in the table.
func (v *version) resource() *resources.Resource {
	r := &resources.Resource{
		Kind: v.kind, Verbs: verbs, Custom: true, CreateOnUpdate: false, Conditional: true,
		Structure: v.structure, Warning: v.warning(), Table: v.table(), Schema: v.openAPI(), Selectable: v.selectable(),
		Default:       func(o meta.Object) { o.(*object.Object).Default() },
		PrepareCreate: func(o meta.Object) { v.prepareCreate(o.(*object.Object)) },
		PrepareUpdate: func(o, old meta.Object) { v.prepareUpdate(o.(*object.Object), old.(*object.Object)) },
		Validate:      func(o meta.Object) field.ErrorList { return v.validate(o.(*object.Object)) },
		ValidateUpdate: func(o, old meta.Object) field.ErrorList {
			return v.validateUpdate(o.(*object.Object), old.(*object.Object))
		},
	}
	r.Warnings = finalizerWarnings
	if v.def.DeletionTimestamp != nil {
		r.Verbs = lastVerbs
	}
	if v.status {
		r.Subresources = append(r.Subresources, resources.Subresource{Name: "status", Verbs: partVerbs,
			PrepareUpdate:  func(o, old meta.Object) { prepareStatus(o.(*object.Object), old.(*object.Object)) },
			ValidateUpdate: r.ValidateUpdate})
	}
	if v.scale != nil {
		r.Subresources = append(r.Subresources, resources.Subresource{Name: "scale", Kind: scheme.ByKind("autoscaling/v1", "Scale"), Verbs: partVerbs,
			Scale: &resources.Scale{Read: v.scale.read, Write: v.scale.write, Path: "." + strings.Join(v.scale.spec, ".")}})
	}
	return r
}

// selectable are the fields that selectors may name in this version.
func (v *version) selectable() []string {
	names := []string{}
	for _, f := range v.SelectableFields {
		names = append(names, strings.TrimPrefix(f.JSONPath, "."))
	}
	return names
}

// openAPI is the schema that is published.
func (v *version) openAPI() *apiextensions.JSONSchemaProps {
	if v.Schema == nil {
		return nil
	}
	return v.Schema.OpenAPIV3Schema
}

// warning is what clients of a deprecated version are told.
func (v *version) warning() string {
	switch {
	case !v.Deprecated:
		return ""
	case v.DeprecationWarning != nil:
		return *v.DeprecationWarning
	}
	w := v.kind.APIVersion() + " " + v.kind.Kind + " is deprecated"
	if better := newer(v.def, v.Name); better != "" {
		w += "; use " + scheme.APIVersion(v.kind.Group, better) + " " + v.kind.Kind
	}
	return w
}

// fieldsOf are the fields that selectors may name, of all versions.
func fieldsOf(d *apiextensions.CustomResourceDefinition) (out []cache.Field) {
	seen := map[string]bool{}
	for i := range d.Spec.Versions {
		for _, f := range d.Spec.Versions[i].SelectableFields {
			if name := strings.TrimPrefix(f.JSONPath, "."); !seen[name] {
				seen[name] = true
				out = append(out, cache.Field{Name: name})
			}
		}
	}
	return out
}

func (v *version) prepareCreate(o *object.Object) {
	if v.status {
		delete(o.Content, "status")
	}
	o.Generation = 1
}

// prepareUpdate keeps the status and counts changes of all else.
func (v *version) prepareUpdate(o, old *object.Object) {
	if v.status {
		if s, has := old.Content["status"]; has {
			o.Content["status"] = s
		} else {
			delete(o.Content, "status")
		}
	}
	if !structural.Equal(o.Content, old.Content) {
		o.Generation = old.Generation + 1
	}
}

// prepareStatus keeps all but the status.
func prepareStatus(o, old *object.Object) {
	status, has := o.Content["status"]
	managed, revision := o.ManagedFields, o.ResourceVersion
	c := old.DeepCopyObject().(*object.Object)
	o.ObjectMeta, o.Content = c.ObjectMeta, c.Content
	o.ManagedFields, o.ResourceVersion = managed, revision
	if has {
		o.Content["status"] = status
	} else {
		delete(o.Content, "status")
	}
}
