package storage

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// VolumeAttributesClass is TODO.
type VolumeAttributesClass struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	DriverName      string            `json:"driverName" protobuf:"2" required:"true"`
	Parameters      map[string]string `json:"parameters,omitempty" protobuf:"3"`
}

// VolumeAttributesClassList is what a list of VolumeAttributesClass objects is answered with.
type VolumeAttributesClassList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []VolumeAttributesClass `json:"items" protobuf:"2" required:"true"`
}
