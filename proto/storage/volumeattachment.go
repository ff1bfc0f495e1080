package storage

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// VolumeAttachment is TODO.
type VolumeAttachment struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            VolumeAttachmentSpec   `json:"spec" protobuf:"2" required:"true"`
	Status          VolumeAttachmentStatus `json:"status,omitempty" protobuf:"3"`
}

// VolumeAttachmentSpec is TODO.
type VolumeAttachmentSpec struct {
	Attacher string                 `json:"attacher" protobuf:"1" required:"true"`
	Source   VolumeAttachmentSource `json:"source" protobuf:"2" required:"true"`
	NodeName string                 `json:"nodeName" protobuf:"3" required:"true"`
}

// VolumeAttachmentSource is TODO.
type VolumeAttachmentSource struct {
	PersistentVolumeName *string                    `json:"persistentVolumeName,omitempty" protobuf:"1"`
	InlineVolumeSpec     *core.PersistentVolumeSpec `json:"inlineVolumeSpec,omitempty" protobuf:"2"`
}

// VolumeAttachmentStatus is TODO.
type VolumeAttachmentStatus struct {
	Attached           bool              `json:"attached" protobuf:"1" required:"true"`
	AttachmentMetadata map[string]string `json:"attachmentMetadata,omitempty" protobuf:"2"`
	AttachError        *VolumeError      `json:"attachError,omitempty" protobuf:"3"`
	DetachError        *VolumeError      `json:"detachError,omitempty" protobuf:"4"`
}

// VolumeError is TODO.
type VolumeError struct {
	Time      meta.Time `json:"time,omitempty" protobuf:"1"`
	Message   string    `json:"message,omitempty" protobuf:"2"`
	ErrorCode *int32    `json:"errorCode,omitempty" protobuf:"3"`
}

// VolumeAttachmentList is what a list of VolumeAttachment objects is answered with.
type VolumeAttachmentList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []VolumeAttachment `json:"items" protobuf:"2" required:"true"`
}
