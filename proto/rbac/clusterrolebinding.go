package rbac

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ClusterRoleBinding gives the permissions of a cluster role to users, groups
// and service accounts, in the whole cluster.
type ClusterRoleBinding struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// Who gets the permissions.
	Subjects []Subject `json:"subjects,omitempty" protobuf:"2" listType:"atomic"`
	// The ClusterRole. It cannot be changed later.
	RoleRef RoleRef `json:"roleRef" protobuf:"3" required:"true"`
}

// ClusterRoleBindingList is what a list of ClusterRoleBinding objects is answered with.
type ClusterRoleBindingList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []ClusterRoleBinding `json:"items" protobuf:"2" required:"true"`
}
