package core

import "github.com/pilothouse/pilothouse/proto/field"

// CheckInlineVolume checks a cluster's volume that is written into an attachment:
// it is a driver's, nobody claims it, and it is not kept for anybody.
func CheckInlineVolume(r *field.Report, s *PersistentVolumeSpec, p *field.Path) {
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
	checkAccessModes(r, s.AccessModes, p.Child("accessModes"))
	if policy := s.PersistentVolumeReclaimPolicy; policy != "" && policy != PersistentVolumeReclaimRetain {
		r.Forbidden(p.Child("persistentVolumeReclaimPolicy"), "may only be Retain "+where)
	}
	if s.NodeAffinity != nil {
		r.Forbidden(p.Child("nodeAffinity"), "may not be specified "+where)
	}
	checkPersistentSource(r, "", s, p)
	if s.StorageClassName != "" {
		r.Forbidden(p.Child("storageClassName"), "may not be specified "+where)
	}
	if s.VolumeMode != nil && *s.VolumeMode != PersistentVolumeFilesystem {
		r.Forbidden(p.Child("volumeMode"), "may not specify volumeMode other than Filesystem "+where)
	}
}
