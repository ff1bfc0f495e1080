package storage

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// StorageClass describes a kind of storage by which volumes are made on
// demand. The annotation storageclass.kubernetes.io/is-default-class: "true"
// makes it the class of claims that name none.
type StorageClass struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// Who makes the volumes. It cannot be changed later.
	Provisioner string `json:"provisioner" protobuf:"2" required:"true"`
	// What the provisioner is to know, at most 512 entries and 256 KiB. It
	// cannot be changed later.
	Parameters map[string]string `json:"parameters,omitempty" protobuf:"3"`
	// What happens to a volume when its claim goes: Delete, the default, or
	// Retain. It cannot be changed later.
	ReclaimPolicy *core.PersistentVolumeReclaimPolicy `json:"reclaimPolicy,omitempty" protobuf:"4"`
	// Options that volumes are mounted with, such as ro. They are not
	// checked; a wrong one makes the mount fail.
	MountOptions []string `json:"mountOptions,omitempty" protobuf:"5" listType:"atomic"`
	// Whether volumes can grow.
	AllowVolumeExpansion *bool `json:"allowVolumeExpansion,omitempty" protobuf:"6"`
	// When volumes are made and bound: Immediate, the default, or
	// WaitForFirstConsumer, when a pod that uses the claim is placed. It
	// cannot be changed later.
	VolumeBindingMode *VolumeBindingMode `json:"volumeBindingMode,omitempty" protobuf:"7"`
	// Where volumes may be made, by labels of nodes. Nothing means
	// everywhere. Only for provisioners that know of places.
	AllowedTopologies []core.TopologySelectorTerm `json:"allowedTopologies,omitempty" protobuf:"8" listType:"atomic"`
}

// VolumeBindingMode says when volumes are bound.
//
// +enum
type VolumeBindingMode string

// The values of VolumeBindingMode.
const (
	// VolumeBindingImmediate binds as soon as there is a claim.
	VolumeBindingImmediate VolumeBindingMode = "Immediate"
	// VolumeBindingWaitForFirstConsumer binds when a pod that uses the claim
	// is placed.
	VolumeBindingWaitForFirstConsumer VolumeBindingMode = "WaitForFirstConsumer"
)

// StorageClassList is what a list of StorageClass objects is answered with.
type StorageClassList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []StorageClass `json:"items" protobuf:"2" required:"true"`
}
