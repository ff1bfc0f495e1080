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
	core.CheckDriver(&r, o.Spec.Attacher, field.New("spec", "attacher"))
	if n := o.Spec.Source.PersistentVolumeName; n != nil {
		r.Each(field.New("spec", "source", "persistentVolumeName"), *n, meta.IsDNS1123Subdomain(*n))
	}
	return r.Errors
}

// ValidateVolumeAttachmentUpdate checks a change, which can be one of metadata
// only.
func ValidateVolumeAttachmentUpdate(o, old *VolumeAttachment) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	for range 2 { // what is wrong with it is told twice
		checkAttachment(&r, &o.Spec, field.New("spec"))
		checkAttachmentStatus(&r, &o.Status, field.New("status"))
	}
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
		core.CheckInlineVolume(r, inline, source.Child("inlineVolumeSpec"))
	case *name == "":
		r.Required(source.Child("persistentVolumeName"), "must specify non empty persistentVolumeName")
	}
	r.Each(p.Child("nodeName"), s.NodeName, meta.IsDNS1123Subdomain(s.NodeName))
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
