package rbac

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ClusterRole is a set of permissions that holds in the whole cluster, or in
// each namespace where a RoleBinding refers to it.
type ClusterRole struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What the role permits. Rules only add: nothing takes a permission away
	// again.
	Rules []PolicyRule `json:"rules" protobuf:"2" listType:"atomic"`
	// Makes the rules out of those of other cluster roles: a controller then
	// writes rules, and what others write there is lost.
	AggregationRule *AggregationRule `json:"aggregationRule,omitempty" protobuf:"3"`
}

// AggregationRule says which cluster roles a cluster role is made of.
type AggregationRule struct {
	// Which cluster roles give their rules, by their labels; one that
	// matches is enough. At least one selector is needed.
	ClusterRoleSelectors []meta.LabelSelector `json:"clusterRoleSelectors,omitempty" protobuf:"1" listType:"atomic"`
}

// ClusterRoleList is what a list of ClusterRole objects is answered with.
type ClusterRoleList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []ClusterRole `json:"items" protobuf:"2" required:"true"`
}
