// Package catalog lists every resource that the API server serves, found
// through discovery, for the controllers that treat all kinds alike: the
// namespace controller and the garbage collector. A kind added to the server,
// or by a custom resource definition, needs no change here.
package catalog

import (
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/meta"
)

// Resource is one kind as it is served.
type Resource struct {
	Path       string // where it is served, "/api/v1" or "/apis/GROUP/VERSION"
	Group      string
	Version    string
	Name       string // the plural in paths
	Kind       string
	Namespaced bool
	Verbs      []string
	Scales     bool // it has a scale subresource
}

// Can tells whether r has every one of verbs.
func (r Resource) Can(verbs ...string) bool {
	for _, v := range verbs {
		if !slices.Contains(r.Verbs, v) {
			return false
		}
	}
	return true
}

// ID names r in messages and maps: "pods" or "leases.coordination.k8s.io".
func (r Resource) ID() string {
	if r.Group == "" {
		return r.Name
	}
	return r.Name + "." + r.Group
}

// URL is the path of one object, or of all when name is empty, in namespace,
// or in all namespaces when that is empty.
func (r Resource) URL(namespace, name string) string {
	p := r.Path
	if r.Namespaced && namespace != "" {
		p += "/namespaces/" + namespace
	}
	p += "/" + r.Name
	if name != "" {
		p += "/" + name
	}
	return p
}

// fromList takes the resources of one group version, without subresources.
func fromList(path, group, version string, list *meta.APIResourceList) []Resource {
	var out []Resource
	scales := map[string]bool{}
	for _, a := range list.APIResources {
		if name, sub, is := strings.Cut(a.Name, "/"); is {
			scales[name] = scales[name] || sub == "scale"
			continue
		}
		out = append(out, Resource{
			Path: path, Group: group, Version: version, Name: a.Name, Kind: a.Kind, Namespaced: a.Namespaced, Verbs: a.Verbs,
		})
	}
	for i := range out {
		out[i].Scales = scales[out[i].Name]
	}
	return out
}
