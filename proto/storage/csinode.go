package storage

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// CSINode is TODO.
type CSINode struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            CSINodeSpec `json:"spec" protobuf:"2" required:"true"`
}

// CSINodeSpec is TODO.
type CSINodeSpec struct {
	Drivers []CSINodeDriver `json:"drivers" protobuf:"1" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name" required:"true"`
}

// CSINodeDriver is TODO.
type CSINodeDriver struct {
	Name         string               `json:"name" protobuf:"1" required:"true"`
	NodeID       string               `json:"nodeID" protobuf:"2" required:"true"`
	TopologyKeys []string             `json:"topologyKeys" protobuf:"3" listType:"atomic"`
	Allocatable  *VolumeNodeResources `json:"allocatable,omitempty" protobuf:"4"`
}

// VolumeNodeResources is TODO.
type VolumeNodeResources struct {
	Count *int32 `json:"count,omitempty" protobuf:"1"`
}

// CSINodeStatus is TODO.
type CSINodeStatus struct {
	StorageHealth []StorageHealth `json:"storageHealth,omitempty" protobuf:"1"`
}

// StorageHealth is TODO.
type StorageHealth struct {
	Name             string                   `json:"name" protobuf:"1"`
	HealthConditions []StorageHealthCondition `json:"healthConditions,omitempty" protobuf:"2"`
}

// StorageHealthCondition is TODO.
type StorageHealthCondition struct {
	Status             StorageHealthStatusType          `json:"status" protobuf:"1"`
	Reason             string                           `json:"reason" protobuf:"2"`
	Message            string                           `json:"message,omitempty" protobuf:"3"`
	AccessMode         *core.PersistentVolumeAccessMode `json:"accessMode,omitempty" protobuf:"4"`
	VolumeMode         *core.PersistentVolumeMode       `json:"volumeMode,omitempty" protobuf:"5"`
	LastTransitionTime meta.Time                        `json:"lastTransitionTime,omitempty" protobuf:"6"`
}

// StorageHealthStatusType is TODO.
type StorageHealthStatusType string

const (
	StorageUnreachable StorageHealthStatusType = "StorageUnreachable"
	StorageDegraded    StorageHealthStatusType = "StorageDegraded"
)

// CSINodeList is what a list of CSINode objects is answered with.
type CSINodeList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []CSINode `json:"items" protobuf:"2" required:"true"`
}
