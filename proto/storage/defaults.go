package storage

// SetStorageClassDefaults fills in what was left out.
func SetStorageClassDefaults(*StorageClass) {}

// SetVolumeAttachmentDefaults fills in what was left out.
func SetVolumeAttachmentDefaults(*VolumeAttachment) {}

// SetCSIDriverDefaults fills in what was left out.
func SetCSIDriverDefaults(*CSIDriver) {}

// SetCSINodeDefaults fills in what was left out.
func SetCSINodeDefaults(*CSINode) {}

// SetCSIStorageCapacityDefaults fills in what was left out.
func SetCSIStorageCapacityDefaults(*CSIStorageCapacity) {}

// SetVolumeAttributesClassDefaults fills in what was left out.
func SetVolumeAttributesClassDefaults(*VolumeAttributesClass) {}
