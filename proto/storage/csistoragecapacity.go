package storage

import (
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// CSIStorageCapacity says how much space a storage class has for nodes in one
// place. Drivers make these; the scheduler reads them.
type CSIStorageCapacity struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// Which nodes reach the storage, by their labels. Nothing means none, an
	// empty selector all. It cannot be changed later.
	NodeTopology *meta.LabelSelector `json:"nodeTopology,omitempty" protobuf:"2"`
	// The StorageClass. It cannot be changed later.
	StorageClassName string `json:"storageClassName" protobuf:"3" required:"true"`
	// How much space there is. Nothing means unknown; the scheduler then
	// takes it for none.
	Capacity *quantity.Quantity `json:"capacity,omitempty" protobuf:"4"`
	// The largest volume that can be made. Nothing means capacity.
	MaximumVolumeSize *quantity.Quantity `json:"maximumVolumeSize,omitempty" protobuf:"5"`
}

// CSIStorageCapacityList is what a list of CSIStorageCapacity objects is answered with.
type CSIStorageCapacityList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []CSIStorageCapacity `json:"items" protobuf:"2" required:"true"`
}
