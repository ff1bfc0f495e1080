// Package defaults holds the roles and bindings that every cluster begins with:
// those that administrators hand out (users.go), those of the daemons and of
// everybody who comes in (system.go), and one for each controller
// (controllers.go). It is data and the few functions that make objects of it;
// package bootstrap puts them into the cluster.
package defaults

import (
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/rbac"
)

// What marks the objects of this package.
const (
	// LabelBootstrapping tells people where an object comes from.
	LabelBootstrapping = "kubernetes.io/bootstrapping"
	// AnnotationAutoupdate says, with "false", that an object is not to be
	// mended when the server starts.
	AnnotationAutoupdate = "rbac.authorization.kubernetes.io/autoupdate"

	aggregateTo       = "rbac.authorization.k8s.io/aggregate-to-"
	apiGroup          = "rbac.authorization.k8s.io"
	apiVersion        = apiGroup + "/v1"
	systemNamespace   = "kube-system"
	controllers       = "system:controller:"
	controllerManager = "system:kube-controller-manager"
)

// Role is a ClusterRole, or with a namespace a Role.
type Role struct {
	// Namespace and Name are the object's.
	Namespace, Name string
	// Into names the role that takes up the rules of this one.
	Into string
	// Gathers says that the rules are those of all roles that are Into this.
	Gathers bool
	// Rules are the object's.
	Rules []rbac.PolicyRule
}

// Binding is a ClusterRoleBinding, or with a namespace a RoleBinding.
type Binding struct {
	// Namespace and Name are the object's.
	Namespace, Name string
	// Role is bound; it is of the same scope as the binding.
	Role string
	// Subjects are who has the role.
	Subjects []rbac.Subject
}

// Roles is all roles.
func Roles() []Role {
	return slices.Concat(userRoles, systemRoles, ourRoles, controllerRoles, namespacedRoles)
}

// Bindings is all bindings.
func Bindings() []Binding {
	all := slices.Concat(systemBindings, ourBindings)
	for _, r := range controllerRoles {
		// The account is the controller's where controllers have one each; the
		// user is our controller manager, in which all of them are one process.
		name := strings.TrimPrefix(r.Name, controllers)
		all = append(all, Binding{Name: r.Name, Role: r.Name, Subjects: []rbac.Subject{account(systemNamespace, name), user(controllerManager)}})
	}
	return append(all, namespacedBindings...)
}

// NodeRules are what a node may do beside what the node authorizer looks at in
// detail.
func NodeRules() []rbac.PolicyRule {
	for i := range systemRoles {
		if systemRoles[i].Name == "system:node" {
			return systemRoles[i].Rules
		}
	}
	return nil
}

// Object is the role as the API has it.
func (r *Role) Object() meta.Object {
	if r.Namespace != "" {
		o := &rbac.Role{Rules: r.Rules}
		o.TypeMeta = meta.TypeMeta{Kind: "Role", APIVersion: apiVersion}
		mark(&o.ObjectMeta, r.Namespace, r.Name)
		return o
	}
	o := &rbac.ClusterRole{Rules: r.Rules}
	o.TypeMeta = meta.TypeMeta{Kind: "ClusterRole", APIVersion: apiVersion}
	mark(&o.ObjectMeta, "", r.Name)
	if r.Into != "" {
		o.Labels[aggregateTo+r.Into] = "true"
	}
	if r.Gathers {
		o.AggregationRule = &rbac.AggregationRule{ClusterRoleSelectors: []meta.LabelSelector{
			{MatchLabels: map[string]string{aggregateTo + r.Name: "true"}}}}
	}
	return o
}

// Object is the binding as the API has it.
func (b *Binding) Object() meta.Object {
	if b.Namespace != "" {
		o := &rbac.RoleBinding{Subjects: b.Subjects, RoleRef: rbac.RoleRef{APIGroup: apiGroup, Kind: "Role", Name: b.Role}}
		o.TypeMeta = meta.TypeMeta{Kind: "RoleBinding", APIVersion: apiVersion}
		mark(&o.ObjectMeta, b.Namespace, b.Name)
		return o
	}
	o := &rbac.ClusterRoleBinding{Subjects: b.Subjects, RoleRef: rbac.RoleRef{APIGroup: apiGroup, Kind: "ClusterRole", Name: b.Role}}
	o.TypeMeta = meta.TypeMeta{Kind: "ClusterRoleBinding", APIVersion: apiVersion}
	mark(&o.ObjectMeta, "", b.Name)
	return o
}

func mark(m *meta.ObjectMeta, namespace, name string) {
	m.Namespace, m.Name = namespace, name
	m.Labels = map[string]string{LabelBootstrapping: "rbac-defaults"}
	m.Annotations = map[string]string{AnnotationAutoupdate: "true"}
}

// on allows verbs on resources of groups, each a list of words; the word core
// is the group without a name. names limit it to objects of those names.
func on(groups, resources, verbs string, names ...string) rbac.PolicyRule {
	in := strings.Fields(groups)
	for i := range in {
		if in[i] == "core" {
			in[i] = ""
		}
	}
	return rbac.PolicyRule{Verbs: strings.Fields(verbs), APIGroups: in, Resources: strings.Fields(resources), ResourceNames: names}
}

// urls allows verbs on paths.
func urls(paths, verbs string) rbac.PolicyRule {
	return rbac.PolicyRule{Verbs: strings.Fields(verbs), NonResourceURLs: strings.Fields(paths)}
}

func user(name string) rbac.Subject {
	return rbac.Subject{Kind: "User", APIGroup: apiGroup, Name: name}
}

func group(name string) rbac.Subject {
	return rbac.Subject{Kind: "Group", APIGroup: apiGroup, Name: name}
}

func account(namespace, name string) rbac.Subject {
	return rbac.Subject{Kind: "ServiceAccount", Namespace: namespace, Name: name}
}
