package storage

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// CSINode lists the drivers that run on a node. Its name is the node's. The
// kubelet writes it.
type CSINode struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What runs there.
	Spec CSINodeSpec `json:"spec" protobuf:"2" required:"true"`
}

// CSINodeSpec lists the drivers of a node.
type CSINodeSpec struct {
	// The drivers. None means that none has registered, or that all went
	// away.
	Drivers []CSINodeDriver `json:"drivers" protobuf:"1" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name" required:"true"`
}

// CSINodeDriver is a driver on a node.
type CSINodeDriver struct {
	// The driver's name. Required.
	Name string `json:"name" protobuf:"1" required:"true"`
	// The node's name as the storage system knows it, at most 256 bytes.
	// Required.
	NodeID string `json:"nodeID" protobuf:"2" required:"true"`
	// The labels of the node that say where it is, as the driver understands
	// it, such as example.com/zone.
	TopologyKeys []string `json:"topologyKeys" protobuf:"3" listType:"atomic"`
	// How many volumes the node can take.
	Allocatable *VolumeNodeResources `json:"allocatable,omitempty" protobuf:"4"`
}

// VolumeNodeResources is how many volumes a node can take.
type VolumeNodeResources struct {
	// The number of volumes of the driver that can be in use at once.
	// Nothing means no limit.
	Count *int32 `json:"count,omitempty" protobuf:"1"`
}

// CSINodeStatus is how storage looks from a node.
type CSINodeStatus struct {
	// The health of storage, by driver.
	StorageHealth []StorageHealth `json:"storageHealth,omitempty" protobuf:"1"`
}

// StorageHealth is the health of the storage of one driver.
type StorageHealth struct {
	// The driver's name.
	Name string `json:"name" protobuf:"1"`
	// What is wrong.
	HealthConditions []StorageHealthCondition `json:"healthConditions,omitempty" protobuf:"2"`
}

// StorageHealthCondition is one thing that is wrong with storage.
type StorageHealthCondition struct {
	// What is wrong: StorageUnreachable or StorageDegraded.
	Status StorageHealthStatusType `json:"status" protobuf:"1"`
	// Why, one word in CamelCase for programs.
	Reason string `json:"reason" protobuf:"2"`
	// Why, in words for people.
	Message string `json:"message,omitempty" protobuf:"3"`
	// The access mode that is affected. Nothing means all.
	AccessMode *core.PersistentVolumeAccessMode `json:"accessMode,omitempty" protobuf:"4"`
	// The volume mode that is affected. Nothing means both.
	VolumeMode *core.PersistentVolumeMode `json:"volumeMode,omitempty" protobuf:"5"`
	// When the status last changed from one value to another.
	LastTransitionTime meta.Time `json:"lastTransitionTime,omitempty" protobuf:"6"`
}

// StorageHealthStatusType is what is wrong with storage.
type StorageHealthStatusType string

// The values of StorageHealthStatusType.
const (
	// StorageUnreachable says that the node does not reach it.
	StorageUnreachable StorageHealthStatusType = "StorageUnreachable"
	// StorageDegraded says that it works worse than it should.
	StorageDegraded StorageHealthStatusType = "StorageDegraded"
)

// CSINodeList is what a list of CSINode objects is answered with.
type CSINodeList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []CSINode `json:"items" protobuf:"2" required:"true"`
}
