package storage

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// VolumeAttachment asks for a volume to be attached to a node, and says
// whether it is.
type VolumeAttachment struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted. It cannot be changed later.
	Spec VolumeAttachmentSpec `json:"spec" protobuf:"2" required:"true"`
	// Whether the volume is attached. The driver's attacher writes it.
	Status VolumeAttachmentStatus `json:"status,omitempty" protobuf:"3"`
}

// VolumeAttachmentSpec says which volume is to be attached where.
type VolumeAttachmentSpec struct {
	// The driver that is to do it. Required.
	Attacher string `json:"attacher" protobuf:"1" required:"true"`
	// The volume. Required.
	Source VolumeAttachmentSource `json:"source" protobuf:"2" required:"true"`
	// The node. Required.
	NodeName string `json:"nodeName" protobuf:"3" required:"true"`
}

// VolumeAttachmentSource is the volume that is to be attached: exactly one of
// its fields.
type VolumeAttachmentSource struct {
	// The PersistentVolume.
	PersistentVolumeName *string `json:"persistentVolumeName,omitempty" protobuf:"1"`
	// A volume that is written into a pod, in the form of a
	// PersistentVolume; for drivers that took the place of built-in volumes.
	InlineVolumeSpec *core.PersistentVolumeSpec `json:"inlineVolumeSpec,omitempty" protobuf:"2"`
}

// VolumeAttachmentStatus says whether a volume is attached.
type VolumeAttachmentStatus struct {
	// Whether it is attached.
	Attached bool `json:"attached" protobuf:"1" required:"true"`
	// What the attacher tells whoever mounts the volume.
	AttachmentMetadata map[string]string `json:"attachmentMetadata,omitempty" protobuf:"2"`
	// What went wrong when it was last tried to attach the volume.
	AttachError *VolumeError `json:"attachError,omitempty" protobuf:"3"`
	// What went wrong when it was last tried to detach the volume.
	DetachError *VolumeError `json:"detachError,omitempty" protobuf:"4"`
}

// VolumeError is something that went wrong with a volume.
type VolumeError struct {
	// When it went wrong.
	Time meta.Time `json:"time,omitempty" protobuf:"1"`
	// What went wrong, at most 1024 bytes. It may be logged, so it must not
	// have secrets.
	Message string `json:"message,omitempty" protobuf:"2"`
	// The gRPC code of the error.
	ErrorCode *int32 `json:"errorCode,omitempty" protobuf:"3"`
}

// VolumeAttachmentList is what a list of VolumeAttachment objects is answered with.
type VolumeAttachmentList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []VolumeAttachment `json:"items" protobuf:"2" required:"true"`
}
