package resources

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/storage"
)

func storageResources() []*Resource {
	v1 := func(name, prefix string) Resource {
		return Resource{Kind: named("storage.k8s.io/v1", name), Prefix: "/registry/" + prefix + "/"}
	}
	driver, node, capacity := v1("CSIDriver", "csidrivers"), v1("CSINode", "csinodes"), v1("CSIStorageCapacity", "csistoragecapacities")
	attachment := v1("VolumeAttachment", "volumeattachments")
	for _, r := range []*Resource{&driver, &node, &capacity, &attachment} {
		r.Conditional = true
	}
	class := v1("StorageClass", "storageclasses")
	class.Warnings, capacity.Warnings = warnings(classWarnings), warnings(capacityWarnings)
	attachment.Subresources = []Subresource{part("status", keepAttachmentSpec, storage.ValidateVolumeAttachmentStatusUpdate)}
	return []*Resource{
		kind[*storage.CSIDriver]{storage.SetCSIDriverDefaults, nil, countCSIDriver,
			storage.ValidateCSIDriver, storage.ValidateCSIDriverUpdate}.on(driver),
		kind[*storage.CSINode]{storage.SetCSINodeDefaults, nil, nil,
			storage.ValidateCSINode, twice(storage.ValidateCSINode, storage.ValidateCSINodeUpdate)}.on(node),
		kind[*storage.CSIStorageCapacity]{storage.SetCSIStorageCapacityDefaults, nil, nil,
			storage.ValidateCSIStorageCapacity, storage.ValidateCSIStorageCapacityUpdate}.on(capacity),
		kind[*storage.StorageClass]{storage.SetStorageClassDefaults, nil, nil,
			storage.ValidateStorageClass, storage.ValidateStorageClassUpdate}.on(class),
		kind[*storage.VolumeAttachment]{storage.SetVolumeAttachmentDefaults, newAttachment, keepAttachmentStatus,
			storage.ValidateVolumeAttachment, storage.ValidateVolumeAttachmentUpdate}.on(attachment),
		kind[*storage.VolumeAttributesClass]{storage.SetVolumeAttributesClassDefaults, nil, nil,
			storage.ValidateVolumeAttributesClass, storage.ValidateVolumeAttributesClassUpdate}.on(v1("VolumeAttributesClass", "volumeattributesclasses")),
	}
}

func countCSIDriver(d, old *storage.CSIDriver) { countChanges(d, old, d.Spec, old.Spec) }

func newAttachment(a *storage.VolumeAttachment) { a.Status = storage.VolumeAttachmentStatus{} }

func keepAttachmentStatus(a, old *storage.VolumeAttachment) { a.Status = old.Status }

func keepAttachmentSpec(a, old *storage.VolumeAttachment) { keepMeta(a, old); a.Spec = old.Spec }

func classWarnings(c, _ *storage.StorageClass) []string {
	var out []string
	for i, t := range c.AllowedTopologies {
		for j, e := range t.MatchLabelExpressions {
			warnOfLabel(&out, field.New("allowedTopologies").Index(i).Child("matchLabelExpressions").Index(j).Child("key"), e.Key)
		}
	}
	return out
}

func capacityWarnings(c, _ *storage.CSIStorageCapacity) []string {
	s, p := c.NodeTopology, field.New("nodeTopology")
	if s == nil {
		return nil
	}
	var out []string
	for i, e := range s.MatchExpressions {
		if text := core.OldNodeLabel(e.Key); text != "" {
			out = append(out, fmt.Sprintf("%s: %s is %s", p.Child("matchExpressions").Index(i).Child("key"), e.Key, text))
		}
	}
	for _, label := range slices.Sorted(maps.Keys(s.MatchLabels)) {
		warnOfLabel(&out, p.Child("matchLabels").Child(label), label)
	}
	return out
}
