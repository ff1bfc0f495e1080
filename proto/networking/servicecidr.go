package networking

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ServiceCIDR is TODO.
type ServiceCIDR struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            ServiceCIDRSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          ServiceCIDRStatus `json:"status,omitempty" protobuf:"3"`
}

// ServiceCIDRSpec is TODO.
type ServiceCIDRSpec struct {
	CIDRs []string `json:"cidrs,omitempty" protobuf:"1" listType:"atomic"`
}

// ServiceCIDRStatus is TODO.
type ServiceCIDRStatus struct {
	Conditions []meta.Condition `json:"conditions,omitempty" protobuf:"1" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// ServiceCIDRList is what a list of ServiceCIDR objects is answered with.
type ServiceCIDRList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []ServiceCIDR `json:"items" protobuf:"2" required:"true"`
}
