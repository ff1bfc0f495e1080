package storage

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// CSIDriver is TODO.
type CSIDriver struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            CSIDriverSpec `json:"spec" protobuf:"2" required:"true"`
}

// CSIDriverSpec is TODO.
type CSIDriverSpec struct {
	AttachRequired                     *bool                 `json:"attachRequired,omitempty" protobuf:"1"`
	PodInfoOnMount                     *bool                 `json:"podInfoOnMount,omitempty" protobuf:"2"`
	VolumeLifecycleModes               []VolumeLifecycleMode `json:"volumeLifecycleModes,omitempty" protobuf:"3" listType:"set"`
	StorageCapacity                    *bool                 `json:"storageCapacity,omitempty" protobuf:"4"`
	FSGroupPolicy                      *FSGroupPolicy        `json:"fsGroupPolicy,omitempty" protobuf:"5"`
	TokenRequests                      []TokenRequest        `json:"tokenRequests,omitempty" protobuf:"6" listType:"atomic"`
	RequiresRepublish                  *bool                 `json:"requiresRepublish,omitempty" protobuf:"7"`
	SELinuxMount                       *bool                 `json:"seLinuxMount,omitempty" protobuf:"8"`
	NodeAllocatableUpdatePeriodSeconds *int64                `json:"nodeAllocatableUpdatePeriodSeconds,omitempty" protobuf:"9"`
	ServiceAccountTokenInSecrets       *bool                 `json:"serviceAccountTokenInSecrets,omitempty" protobuf:"10"`
	PreventPodSchedulingIfMissing      *bool                 `json:"preventPodSchedulingIfMissing,omitempty" protobuf:"11"`
}

// VolumeLifecycleMode is TODO.
type VolumeLifecycleMode string

const (
	VolumeLifecyclePersistent VolumeLifecycleMode = "Persistent"
	VolumeLifecycleEphemeral  VolumeLifecycleMode = "Ephemeral"
)

// FSGroupPolicy is TODO.
type FSGroupPolicy string

const (
	ReadWriteOnceWithFSTypeFSGroupPolicy FSGroupPolicy = "ReadWriteOnceWithFSType"
	FileFSGroupPolicy                    FSGroupPolicy = "File"
	NoneFSGroupPolicy                    FSGroupPolicy = "None"
)
