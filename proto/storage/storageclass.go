package storage

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// StorageClass is TODO.
type StorageClass struct {
	meta.TypeMeta        `json:",inline"`
	meta.ObjectMeta      `json:"metadata,omitempty" protobuf:"1"`
	Provisioner          string                              `json:"provisioner" protobuf:"2" required:"true"`
	Parameters           map[string]string                   `json:"parameters,omitempty" protobuf:"3"`
	ReclaimPolicy        *core.PersistentVolumeReclaimPolicy `json:"reclaimPolicy,omitempty" protobuf:"4"`
	MountOptions         []string                            `json:"mountOptions,omitempty" protobuf:"5" listType:"atomic"`
	AllowVolumeExpansion *bool                               `json:"allowVolumeExpansion,omitempty" protobuf:"6"`
	VolumeBindingMode    *VolumeBindingMode                  `json:"volumeBindingMode,omitempty" protobuf:"7"`
	AllowedTopologies    []core.TopologySelectorTerm         `json:"allowedTopologies,omitempty" protobuf:"8" listType:"atomic"`
}

// VolumeBindingMode is TODO.
type VolumeBindingMode string

const (
	VolumeBindingImmediate            VolumeBindingMode = "Immediate"
	VolumeBindingWaitForFirstConsumer VolumeBindingMode = "WaitForFirstConsumer"
)

// StorageClassList is what a list of StorageClass objects is answered with.
type StorageClassList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []StorageClass `json:"items" protobuf:"2" required:"true"`
}
