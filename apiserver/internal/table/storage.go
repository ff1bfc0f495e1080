package table

import (
	"strings"
	"time"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/storage"
)

// annotationDefaultAttributes marks the class of attributes that is taken when
// none is named.
const annotationDefaultAttributes = "volumeattributesclass.alpha.kubernetes.io/is-default-class"

// withDefault is the name, marked when an annotation says that it is the
// default.
func withDefault(m *meta.ObjectMeta, annotations ...string) string {
	for _, a := range annotations {
		if m.Annotations[a] == "true" {
			return m.Name + " (default)"
		}
	}
	return m.Name
}

// valueOr is what v points to, or else.
func valueOr[T any](v *T, otherwise T) T {
	if v == nil {
		return otherwise
	}
	return *v
}

func storageClassCells(c *storage.StorageClass, now time.Time) []any {
	return []any{withDefault(&c.ObjectMeta, core.AnnotationDefaultStorageClass, core.AnnotationDefaultStorageClassBeta), c.Provisioner, string(valueOr(c.ReclaimPolicy, "Delete")),
		string(valueOr(c.VolumeBindingMode, storage.VolumeBindingImmediate)), valueOr(c.AllowVolumeExpansion, false), age(c.CreationTimestamp, now)}
}

func attributesClassCells(c *storage.VolumeAttributesClass, now time.Time) []any {
	return []any{withDefault(&c.ObjectMeta, annotationDefaultAttributes), c.DriverName, age(c.CreationTimestamp, now)}
}

func driverCells(d *storage.CSIDriver, now time.Time) []any {
	s := &d.Spec
	tokens := "<unset>"
	if s.TokenRequests != nil {
		var audiences []string
		for _, t := range s.TokenRequests {
			audiences = append(audiences, t.Audience)
		}
		tokens = strings.Join(audiences, ",")
	}
	var lives []string
	for _, m := range s.VolumeLifecycleModes {
		lives = append(lives, string(m))
	}
	return []any{d.Name, valueOr(s.AttachRequired, true), valueOr(s.PodInfoOnMount, false), valueOr(s.StorageCapacity, false),
		tokens, valueOr(s.RequiresRepublish, false), orNone(strings.Join(lives, ",")), age(d.CreationTimestamp, now)}
}

func driversCells(n *storage.CSINode, now time.Time) []any {
	return []any{n.Name, int64(len(n.Spec.Drivers)), age(n.CreationTimestamp, now)}
}

func attachmentCells(a *storage.VolumeAttachment, now time.Time) []any {
	return []any{a.Name, a.Spec.Attacher, valueOr(a.Spec.Source.PersistentVolumeName, ""), a.Spec.NodeName, a.Status.Attached,
		age(a.CreationTimestamp, now)}
}
