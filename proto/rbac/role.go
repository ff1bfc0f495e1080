package rbac

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Role is TODO.
type Role struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Rules           []PolicyRule `json:"rules" protobuf:"2" listType:"atomic"`
}

// PolicyRule is TODO.
type PolicyRule struct {
	Verbs           []string `json:"verbs" protobuf:"1" listType:"atomic" required:"true"`
	APIGroups       []string `json:"apiGroups,omitempty" protobuf:"2" listType:"atomic"`
	Resources       []string `json:"resources,omitempty" protobuf:"3" listType:"atomic"`
	ResourceNames   []string `json:"resourceNames,omitempty" protobuf:"4" listType:"atomic"`
	NonResourceURLs []string `json:"nonResourceURLs,omitempty" protobuf:"5" listType:"atomic"`
}

// RoleList is what a list of Role objects is answered with.
type RoleList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []Role `json:"items" protobuf:"2" required:"true"`
}
