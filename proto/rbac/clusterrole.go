package rbac

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ClusterRole is TODO.
type ClusterRole struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Rules           []PolicyRule     `json:"rules" protobuf:"2" listType:"atomic"`
	AggregationRule *AggregationRule `json:"aggregationRule,omitempty" protobuf:"3"`
}

// AggregationRule is TODO.
type AggregationRule struct {
	ClusterRoleSelectors []meta.LabelSelector `json:"clusterRoleSelectors,omitempty" protobuf:"1" listType:"atomic"`
}

// ClusterRoleList is what a list of ClusterRole objects is answered with.
type ClusterRoleList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []ClusterRole `json:"items" protobuf:"2" required:"true"`
}
