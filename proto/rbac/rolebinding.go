package rbac

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// RoleBinding is TODO.
type RoleBinding struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Subjects        []Subject `json:"subjects,omitempty" protobuf:"2" listType:"atomic"`
	RoleRef         RoleRef   `json:"roleRef" protobuf:"3" required:"true"`
}

// Subject is TODO.
//
// +mapType=atomic
type Subject struct {
	Kind      string `json:"kind" protobuf:"1" required:"true"`
	APIGroup  string `json:"apiGroup,omitempty" protobuf:"2"`
	Name      string `json:"name" protobuf:"3" required:"true"`
	Namespace string `json:"namespace,omitempty" protobuf:"4"`
}

// RoleRef is TODO.
//
// +mapType=atomic
type RoleRef struct {
	APIGroup string `json:"apiGroup" protobuf:"1"`
	Kind     string `json:"kind" protobuf:"2" required:"true"`
	Name     string `json:"name" protobuf:"3" required:"true"`
}

// RoleBindingList is what a list of RoleBinding objects is answered with.
type RoleBindingList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []RoleBinding `json:"items" protobuf:"2" required:"true"`
}
