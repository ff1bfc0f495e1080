package rbac

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ClusterRoleBinding is TODO.
type ClusterRoleBinding struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Subjects        []Subject `json:"subjects,omitempty" protobuf:"2" listType:"atomic"`
	RoleRef         RoleRef   `json:"roleRef" protobuf:"3" required:"true"`
}

// ClusterRoleBindingList is what a list of ClusterRoleBinding objects is answered with.
type ClusterRoleBindingList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []ClusterRoleBinding `json:"items" protobuf:"2" required:"true"`
}
