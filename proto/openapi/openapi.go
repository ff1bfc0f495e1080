// Package openapi writes the documents under /openapi from the table of what
// is served and the description of the types: version 2 as one document,
// version 3 as one per group and version.
//
// kubectl reads from them which parameters an operation takes (dryRun,
// fieldValidation), how lists are merged, and what explain prints.
// operation.go makes the operations of a resource, parameters.go says what each
// takes.
package openapi

import (
	"maps"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/schema"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// Resource is one served resource.
type Resource struct {
	Kind *scheme.Kind
	// Verbs are those of discovery: create, get, list, watch, update, patch,
	// delete, deletecollection.
	Verbs        []string
	Subresources []Subresource
	// Custom says that the kind is not in proto; Schema, if not nil, says then what
	// its objects look like.
	Custom bool
	Schema *apiextensions.JSONSchemaProps
	// Selectable are the fields of a custom resource that selectors may name.
	Selectable []string
}

// Subresource is one path below an object.
type Subresource struct {
	Name string
	// Kind is what is sent and answered; nil for the object's own kind.
	Kind  *scheme.Kind
	Verbs []string
}

// Document is an OpenAPI document of either version.
type Document struct {
	OpenAPI     string                        `json:"openapi,omitempty"`
	Swagger     string                        `json:"swagger,omitempty"`
	Info        Info                          `json:"info"`
	Paths       map[string]*Path              `json:"paths"`
	Definitions map[string]*schema.Definition `json:"definitions,omitempty"`
	Components  *Components                   `json:"components,omitempty"`
}

// Info is a document's heading.
type Info struct {
	Title   string `json:"title"`
	Version string `json:"version"`
}

// Components holds the types of a document of version 3.
type Components struct {
	Schemas map[string]*schema.Definition `json:"schemas"`
}

// V2 is the one document of version 2; version is the server's.
func V2(version string, resources []Resource) *Document {
	d := &Document{Swagger: "2.0", Info: Info{"Kubernetes", version}, Paths: map[string]*Path{}, Definitions: schema.OpenAPIV2Definitions()}
	for i := range resources {
		builder{}.add(d.Paths, &resources[i])
		resources[i].define(d.Definitions, false)
	}
	return d
}

// V3 is the documents of version 3 by their path below /openapi/v3, such as
// api/v1 or apis/apps/v1.
func V3(version string, resources []Resource) map[string]*Document {
	out := map[string]*Document{}
	for i := range resources {
		k := resources[i].Kind
		path := strings.TrimPrefix(root(k), "/")
		d := out[path]
		if d == nil {
			d = &Document{OpenAPI: "3.0.0", Info: Info{"Kubernetes", version}, Paths: map[string]*Path{},
				Components: &Components{schema.OpenAPIV3Components(k.Group, k.Version)}}
			out[path] = d
		}
		builder{v3: true}.add(d.Paths, &resources[i])
		resources[i].define(d.Components.Schemas, true)
		for _, s := range resources[i].Subresources {
			addKind(d.Components.Schemas, s.Kind)
		}
	}
	return out
}

// define adds the types of a custom resource.
func (r *Resource) define(into map[string]*schema.Definition, v3 bool) {
	if !r.Custom {
		return
	}
	custom := schema.Custom(r.Kind, r.Schema, r.Kind.ListKind(), v3)
	for _, path := range r.Selectable {
		d := custom[schema.CustomName(r.Kind)]
		d.Selectable = append(d.Selectable, map[string]string{"fieldPath": path})
	}
	maps.Copy(into, custom)
	if v3 {
		schema.Reach(into, "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta")
	}
}

// addKind adds the types of a kind of another group, such as Scale.
func addKind(schemas map[string]*schema.Definition, k *scheme.Kind) {
	if k == nil || k.New == nil || schema.For(k.New()) == nil {
		return
	}
	name := schema.For(k.New()).Name
	all := schema.OpenAPIV3Components(k.Group, k.Version)
	var add func(name string)
	add = func(name string) {
		if def := all[name]; def != nil && schemas[name] == nil {
			schemas[name] = def
			for _, ref := range references(def) {
				add(ref)
			}
		}
	}
	add(name)
}

// references lists the types that a definition refers to.
func references(def *schema.Definition) (names []string) {
	if def == nil {
		return nil
	}
	if def.Ref != "" {
		names = append(names, def.Ref[strings.LastIndexByte(def.Ref, '/')+1:])
	}
	for _, d := range append([]*schema.Definition{def.Items, def.AdditionalProperties}, def.AllOf...) {
		names = append(names, references(d)...)
	}
	for _, p := range def.Properties {
		names = append(names, references(p)...)
	}
	return names
}

// root is the path of a kind's group and version.
func root(k *scheme.Kind) string {
	if k.Group == "" {
		return "/api/" + k.Version
	}
	return "/apis/" + k.Group + "/" + k.Version
}

// can says whether one of the verbs is served.
func can(verbs []string, verb string) bool { return slices.Contains(verbs, verb) }

// gvk is a kind as extensions of operations write it.
func gvk(k *scheme.Kind) *meta.GroupVersionKind {
	v := k.GVK()
	return &v
}
