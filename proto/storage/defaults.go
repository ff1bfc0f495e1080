package storage

import "github.com/pilothouse/pilothouse/proto/core"

// or sets what is not set.
func or[T any](field **T, value T) {
	if *field == nil {
		*field = &value
	}
}

// SetStorageClassDefaults fills in what happens to volumes and when they are
// bound.
func SetStorageClassDefaults(c *StorageClass) {
	or(&c.ReclaimPolicy, core.PersistentVolumeReclaimDelete)
	or(&c.VolumeBindingMode, VolumeBindingImmediate)
}

// SetCSIDriverDefaults fills in what the driver needs and can do.
func SetCSIDriverDefaults(d *CSIDriver) {
	s := &d.Spec
	or(&s.AttachRequired, true)
	or(&s.PodInfoOnMount, false)
	or(&s.StorageCapacity, false)
	or(&s.FSGroupPolicy, ReadWriteOnceWithFSTypeFSGroupPolicy)
	if len(s.VolumeLifecycleModes) == 0 {
		s.VolumeLifecycleModes = []VolumeLifecycleMode{VolumeLifecyclePersistent}
	}
	or(&s.RequiresRepublish, false)
	or(&s.SELinuxMount, false)
}

// SetCSINodeDefaults makes empty lists absent ones.
func SetCSINodeDefaults(n *CSINode) {
	if len(n.Spec.Drivers) == 0 {
		n.Spec.Drivers = nil
	}
	for i := range n.Spec.Drivers {
		if d := &n.Spec.Drivers[i]; len(d.TopologyKeys) == 0 {
			d.TopologyKeys = nil
		}
	}
}

// SetCSIStorageCapacityDefaults has nothing to fill in.
func SetCSIStorageCapacityDefaults(*CSIStorageCapacity) {}

// SetVolumeAttachmentDefaults has nothing to fill in.
func SetVolumeAttachmentDefaults(*VolumeAttachment) {}

// SetVolumeAttributesClassDefaults has nothing to fill in.
func SetVolumeAttributesClassDefaults(*VolumeAttributesClass) {}
