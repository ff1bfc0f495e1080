package storage

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateVolumeAttachment checks an object that is created.
func ValidateVolumeAttachment(o *VolumeAttachment) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	return r.Errors
}

// ValidateVolumeAttachmentUpdate checks a change.
func ValidateVolumeAttachmentUpdate(o, old *VolumeAttachment) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

// ValidateVolumeAttachmentStatusUpdate checks a change of the status.
func ValidateVolumeAttachmentStatusUpdate(o, old *VolumeAttachment) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}
