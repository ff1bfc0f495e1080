package coordination

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Lease is a claim that is valid for a time and has to be renewed: a node's
// heartbeat, or who leads among several copies of a daemon.
type Lease struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec LeaseSpec `json:"spec,omitempty" protobuf:"2"`
}

// LeaseSpec says who holds a lease and until when.
type LeaseSpec struct {
	// Who holds the lease. Empty when it was given up.
	HolderIdentity *string `json:"holderIdentity,omitempty" protobuf:"1"`
	// How many seconds after renewTime others may take the lease over. More
	// than 0.
	LeaseDurationSeconds *int32 `json:"leaseDurationSeconds,omitempty" protobuf:"2"`
	// When the present holder got it.
	AcquireTime *meta.MicroTime `json:"acquireTime,omitempty" protobuf:"3"`
	// When the present holder last renewed it.
	RenewTime *meta.MicroTime `json:"renewTime,omitempty" protobuf:"4"`
	// How often the holder changed.
	LeaseTransitions *int32 `json:"leaseTransitions,omitempty" protobuf:"5"`
	// How a leader is picked among candidates, when the cluster does that for
	// them.
	Strategy *CoordinatedLeaseStrategy `json:"strategy,omitempty" protobuf:"6"`
	// Who should hold the lease next; the present holder gives it up then.
	// Needs strategy.
	PreferredHolder *string `json:"preferredHolder,omitempty" protobuf:"7"`
}

// CoordinatedLeaseStrategy is a way to pick a leader.
type CoordinatedLeaseStrategy string

// The values of CoordinatedLeaseStrategy.
const (
	// OldestEmulationVersion picks the candidate that emulates the oldest
	// version.
	OldestEmulationVersion CoordinatedLeaseStrategy = "OldestEmulationVersion"
)

// LeaseList is what a list of Lease objects is answered with.
type LeaseList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []Lease `json:"items" protobuf:"2" required:"true"`
}
