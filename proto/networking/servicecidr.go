package networking

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ServiceCIDR is a range that services get their addresses from.
type ServiceCIDR struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec ServiceCIDRSpec `json:"spec,omitempty" protobuf:"2"`
	// Whether the range is in use.
	Status ServiceCIDRStatus `json:"status,omitempty" protobuf:"3"`
}

// ServiceCIDRSpec says which addresses there are.
type ServiceCIDRSpec struct {
	// One network or two, of IPv4 and IPv6 then, such as 10.96.0.0/16 and
	// 2001:db8::/64. It cannot be changed later.
	CIDRs []string `json:"cidrs,omitempty" protobuf:"1" listType:"atomic"`
}

// ServiceCIDRStatus says whether a range is in use.
type ServiceCIDRStatus struct {
	// Where the range stands. Ready says that services get addresses from
	// it.
	Conditions []meta.Condition `json:"conditions,omitempty" protobuf:"1" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// ServiceCIDRConditionReady is the condition that services get addresses from
// a range.
const ServiceCIDRConditionReady = "Ready"

// ServiceCIDRList is what a list of ServiceCIDR objects is answered with.
type ServiceCIDRList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []ServiceCIDR `json:"items" protobuf:"2" required:"true"`
}
