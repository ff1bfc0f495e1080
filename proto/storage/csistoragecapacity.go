package storage

import (
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// CSIStorageCapacity is TODO.
type CSIStorageCapacity struct {
	meta.TypeMeta     `json:",inline"`
	meta.ObjectMeta   `json:"metadata,omitempty" protobuf:"1"`
	NodeTopology      *meta.LabelSelector `json:"nodeTopology,omitempty" protobuf:"2"`
	StorageClassName  string              `json:"storageClassName" protobuf:"3" required:"true"`
	Capacity          *quantity.Quantity  `json:"capacity,omitempty" protobuf:"4"`
	MaximumVolumeSize *quantity.Quantity  `json:"maximumVolumeSize,omitempty" protobuf:"5"`
}

// CSIStorageCapacityList is what a list of CSIStorageCapacity objects is answered with.
type CSIStorageCapacityList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []CSIStorageCapacity `json:"items" protobuf:"2" required:"true"`
}
