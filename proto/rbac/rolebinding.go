package rbac

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// RoleBinding gives the permissions of a role to users, groups and service
// accounts within one namespace.
type RoleBinding struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// Who gets the permissions.
	Subjects []Subject `json:"subjects,omitempty" protobuf:"2" listType:"atomic"`
	// The role: a Role of the same namespace or a ClusterRole, whose rules
	// then hold in this namespace only. It cannot be changed later.
	RoleRef RoleRef `json:"roleRef" protobuf:"3" required:"true"`
}

// Subject is one user, group or service account.
//
// +mapType=atomic
type Subject struct {
	// User, Group or ServiceAccount.
	Kind string `json:"kind" protobuf:"1" required:"true"`
	// The group of the kind: empty for ServiceAccount,
	// rbac.authorization.k8s.io for User and Group. It follows from kind
	// when it is left out.
	APIGroup string `json:"apiGroup,omitempty" protobuf:"2"`
	// Whose permissions these are.
	Name string `json:"name" protobuf:"3" required:"true"`
	// Where a service account is. Users and groups have none.
	Namespace string `json:"namespace,omitempty" protobuf:"4"`
}

// RoleRef names the role of a binding.
//
// +mapType=atomic
type RoleRef struct {
	// The group of the role, rbac.authorization.k8s.io; that is the default.
	APIGroup string `json:"apiGroup" protobuf:"1"`
	// Role or ClusterRole.
	Kind string `json:"kind" protobuf:"2" required:"true"`
	// The role's name.
	Name string `json:"name" protobuf:"3" required:"true"`
}

// RoleBindingList is what a list of RoleBinding objects is answered with.
type RoleBindingList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []RoleBinding `json:"items" protobuf:"2" required:"true"`
}
