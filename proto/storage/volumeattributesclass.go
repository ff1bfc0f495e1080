package storage

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// VolumeAttributesClass describes properties of volumes that can be changed
// while they are in use. A claim names it.
type VolumeAttributesClass struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// The CSI driver that changes the properties. It cannot be changed
	// later.
	DriverName string `json:"driverName" protobuf:"2" required:"true"`
	// The properties, at most 512 entries and 256 KiB; at least one. They
	// cannot be changed later: claims get another class instead.
	Parameters map[string]string `json:"parameters,omitempty" protobuf:"3"`
}

// VolumeAttributesClassList is what a list of VolumeAttributesClass objects is answered with.
type VolumeAttributesClassList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []VolumeAttributesClass `json:"items" protobuf:"2" required:"true"`
}
