package storage

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Limits of an attachment's status, in bytes.
const (
	maxAttachmentMetadata = 256 << 10
	maxErrorMessage       = 1 << 10
)

// ValidateVolumeAttachment checks an attachment that is created.
func ValidateVolumeAttachment(o *VolumeAttachment) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkAttachment(&r, &o.Spec, field.New("spec"))
	checkAttachmentStatus(&r, &o.Status, field.New("status"))
	checkDriverName(&r, o.Spec.Attacher, field.New("spec", "attacher"))
	if n := o.Spec.Source.PersistentVolumeName; n != nil {
		r.Each(field.New("spec", "source", "persistentVolumeName"), *n, meta.IsDNS1123Subdomain(*n))
	}
	return r.Errors
}

// ValidateVolumeAttachmentUpdate checks a change, which can be one of metadata
// only.
func ValidateVolumeAttachmentUpdate(o, old *VolumeAttachment) field.ErrorList {
	var r field.Report
	checkAttachment(&r, &o.Spec, field.New("spec"))
	checkAttachmentStatus(&r, &o.Status, field.New("status"))
	meta.ValidateImmutable(&r, o.Spec, old.Spec, field.New("spec"))
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

// ValidateVolumeAttachmentStatusUpdate checks what the attacher says.
func ValidateVolumeAttachmentStatusUpdate(o, old *VolumeAttachment) field.ErrorList {
	return ValidateVolumeAttachmentUpdate(o, old)
}

func checkAttachment(r *field.Report, s *VolumeAttachmentSpec, p *field.Path) {
	if s.Attacher == "" {
		r.Required(p.Child("attacher"), "")
	}
	source, name, inline := p.Child("source"), s.Source.PersistentVolumeName, s.Source.InlineVolumeSpec
	switch {
	case inline == nil && name == nil:
		r.Required(source, "must specify exactly one of inlineVolumeSpec and persistentVolumeName")
	case inline != nil && name != nil:
		r.Forbidden(source, "must specify exactly one of inlineVolumeSpec and persistentVolumeName")
	case inline != nil:
		checkInline(r, inline, source.Child("inlineVolumeSpec"))
	case *name == "":
		r.Required(source.Child("persistentVolumeName"), "must specify non empty persistentVolumeName")
	}
	r.Each(p.Child("nodeName"), s.NodeName, meta.IsDNS1123Subdomain(s.NodeName))
}

// checkInline checks a volume that is written into a pod: it is a driver's,
// nobody claims it, and it is not kept for anybody.
func checkInline(r *field.Report, s *core.PersistentVolumeSpec, p *field.Path) {
	const where = "in the context of inline volumes"
	if s.ClaimRef != nil {
		r.Forbidden(p.Child("claimRef"), "may not be specified "+where)
	}
	if len(s.Capacity) > 0 {
		r.Forbidden(p.Child("capacity"), "may not be specified "+where)
	}
	if s.CSI == nil {
		r.Required(p.Child("csi"), "has to be specified "+where)
	}
	if len(s.AccessModes) == 0 {
		r.Required(p.Child("accessModes"), "")
	}
	if policy := s.PersistentVolumeReclaimPolicy; policy != "" && policy != core.PersistentVolumeReclaimRetain {
		r.Forbidden(p.Child("persistentVolumeReclaimPolicy"), "may only be Retain "+where)
	}
	if s.NodeAffinity != nil {
		r.Forbidden(p.Child("nodeAffinity"), "may not be specified "+where)
	}
	if s.CSI == nil {
		r.Required(p, "must specify a volume type")
	} else {
		checkDriverName(r, s.CSI.Driver, p.Child("csi", "driver"))
		if s.CSI.VolumeHandle == "" {
			r.Required(p.Child("csi", "volumeHandle"), "")
		}
	}
	if s.StorageClassName != "" {
		r.Forbidden(p.Child("storageClassName"), "may not be specified "+where)
	}
}

func checkAttachmentStatus(r *field.Report, s *VolumeAttachmentStatus, p *field.Path) {
	size := 0
	for k, v := range s.AttachmentMetadata {
		size += len(k) + len(v)
	}
	if size > maxAttachmentMetadata {
		r.Add(field.TooLong(p.Child("attachmentMetadata"), maxAttachmentMetadata))
	}
	checkError(r, s.AttachError, p.Child("attachError"))
	checkError(r, s.DetachError, p.Child("detachError"))
}

func checkError(r *field.Report, e *VolumeError, p *field.Path) {
	if e != nil && len(e.Message) > maxErrorMessage {
		r.Add(field.TooLong(p.Child("message"), maxErrorMessage))
	}
}
