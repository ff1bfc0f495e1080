package rbac

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Role is a set of permissions within one namespace.
type Role struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What the role permits. Rules only add: nothing takes a permission away
	// again.
	Rules []PolicyRule `json:"rules" protobuf:"2" listType:"atomic"`
}

// PolicyRule permits verbs on resources, or on paths of the server that are
// no resources.
type PolicyRule struct {
	// What may be done: get, list, watch, create, update, patch, delete,
	// deletecollection and the like, or * for everything. At least one.
	Verbs []string `json:"verbs" protobuf:"1" listType:"atomic" required:"true"`
	// The groups of the resources; an empty string is the core group, *
	// every group. Any pair of a group and a resource of the rule is
	// permitted.
	APIGroups []string `json:"apiGroups,omitempty" protobuf:"2" listType:"atomic"`
	// What it may be done to, in the plural, such as pods or pods/log; * is
	// everything and */scale one subresource of everything.
	Resources []string `json:"resources,omitempty" protobuf:"3" listType:"atomic"`
	// The only objects that the rule is about. Empty means all of them.
	// Requests that name no object, such as create and most lists, are then
	// not permitted by this rule.
	ResourceNames []string `json:"resourceNames,omitempty" protobuf:"4" listType:"atomic"`
	// Paths such as /healthz or /metrics that the rule is about; a * at the
	// end stands for whatever follows. Only in a ClusterRole that a
	// ClusterRoleBinding refers to, and never together with resources.
	NonResourceURLs []string `json:"nonResourceURLs,omitempty" protobuf:"5" listType:"atomic"`
}

// RoleList is what a list of Role objects is answered with.
type RoleList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []Role `json:"items" protobuf:"2" required:"true"`
}
