package coordination

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type Lease struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            LeaseSpec `json:"spec,omitempty" protobuf:"2"`
}

type LeaseSpec struct {
	HolderIdentity       *string                   `json:"holderIdentity,omitempty" protobuf:"1"`
	LeaseDurationSeconds *int32                    `json:"leaseDurationSeconds,omitempty" protobuf:"2"`
	AcquireTime          *meta.MicroTime           `json:"acquireTime,omitempty" protobuf:"3"`
	RenewTime            *meta.MicroTime           `json:"renewTime,omitempty" protobuf:"4"`
	LeaseTransitions     *int32                    `json:"leaseTransitions,omitempty" protobuf:"5"`
	Strategy             *CoordinatedLeaseStrategy `json:"strategy,omitempty" protobuf:"6"`
	PreferredHolder      *string                   `json:"preferredHolder,omitempty" protobuf:"7"`
}

type CoordinatedLeaseStrategy string

const (
	OldestEmulationVersion CoordinatedLeaseStrategy = "OldestEmulationVersion"
)

type LeaseList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []Lease `json:"items" protobuf:"2" required:"true"`
}
