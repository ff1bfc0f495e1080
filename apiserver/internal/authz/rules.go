package authz

import (
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/authn"
	"github.com/pilothouse/pilothouse/apiserver/internal/request"
)

// The components' user names.
const (
	ControllerManager = "system:kube-controller-manager"
	Scheduler         = "system:kube-scheduler"
	Proxy             = "system:kube-proxy"
)

// rule allows verbs on resources, written as in roles: * stands for all.
type rule struct {
	verbs     []string
	resources []string // with the subresource: pods/status
	namespace string   // empty for all
}

var (
	read  = []string{"get", "list", "watch"}
	write = []string{"create", "update", "patch"}
)

// rules are those of each component, by user name.
var rules = map[string][]rule{
	// Its garbage collector and namespace controller delete whatever there is.
	ControllerManager: {{verbs: []string{"*"}, resources: []string{"*"}}},
	Scheduler: {
		{verbs: read, resources: []string{"pods", "nodes", "namespaces", "services", "replicationcontrollers", "replicasets",
			"statefulsets", "persistentvolumes", "persistentvolumeclaims", "poddisruptionbudgets", "storageclasses", "csinodes",
			"csidrivers", "csistoragecapacities", "priorityclasses", "leases"}},
		{verbs: []string{"create"}, resources: []string{"pods/binding", "bindings"}},
		{verbs: []string{"patch", "update"}, resources: []string{"pods/status"}},
		{verbs: []string{"delete"}, resources: []string{"pods"}},
		{verbs: write, resources: []string{"events"}},
		{verbs: write, resources: []string{"leases"}, namespace: "kube-system"},
	},
	Proxy: {
		{verbs: read, resources: []string{"services", "endpoints", "endpointslices", "nodes", "namespaces"}},
		{verbs: write, resources: []string{"events"}},
	},
}

// open are the paths that everybody may read, without credentials too.
var open = []string{"/healthz", "/livez", "/readyz", "/version"}

// discoverable are the paths that everybody with credentials may read.
var discoverable = []string{"/api", "/apis", "/openapi", "/.well-known", "/openid"}

// anyRule says whether a rule of the tables allows it.
func anyRule(u *authn.User, i *request.Info) bool {
	if !i.IsResource {
		return i.Verb == "get" && (below(i.Path, open) || u.In(authn.Authenticated) && below(i.Path, discoverable)) ||
			i.Verb == "head" && below(i.Path, open)
	}
	return slices.ContainsFunc(rules[u.Name], func(r rule) bool { return r.allows(i) })
}

// below says whether path is one of roots or lies below one.
func below(path string, roots []string) bool {
	return slices.ContainsFunc(roots, func(root string) bool {
		rest, ok := strings.CutPrefix(path, root)
		return ok && (rest == "" || rest[0] == '/')
	})
}

func (r *rule) allows(i *request.Info) bool {
	resource := i.Resource
	if i.Subresource != "" {
		resource += "/" + i.Subresource
	}
	return has(r.verbs, i.Verb) && has(r.resources, resource) && (r.namespace == "" || r.namespace == i.Namespace)
}

func has(list []string, s string) bool { return slices.Contains(list, s) || slices.Contains(list, "*") }
