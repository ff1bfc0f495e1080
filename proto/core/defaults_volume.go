package core

// setVolumeDefaults fills a volume's source; one without any source is an
// emptyDir.
func setVolumeDefaults(v *VolumeSource) {
	if *v == (VolumeSource{}) {
		v.EmptyDir = &EmptyDirVolumeSource{}
	}
	if v.HostPath != nil && v.HostPath.Type == nil {
		v.HostPath.Type = ptr(HostPathUnset)
	}
	if v.Secret != nil {
		setModeDefault(&v.Secret.DefaultMode)
	}
	if v.ConfigMap != nil {
		setModeDefault(&v.ConfigMap.DefaultMode)
	}
	if v.DownwardAPI != nil {
		setModeDefault(&v.DownwardAPI.DefaultMode)
		setFileDefaults(v.DownwardAPI.Items)
	}
	if v.Projected != nil {
		setProjectedDefaults(v.Projected)
	}
	if v.Ephemeral != nil && v.Ephemeral.VolumeClaimTemplate != nil {
		setClaimSpecDefaults(&v.Ephemeral.VolumeClaimTemplate.Spec)
	}
	if v.Image != nil {
		if v.Image.PullPolicy == "" {
			v.Image.PullPolicy = defaultPullPolicy(v.Image.Reference)
		}
	}
	setRemoteVolumeDefaults(v)
}

func setModeDefault(mode **int32) {
	if *mode == nil {
		*mode = ptr(int32(DefaultVolumeFileMode))
	}
}

func setFileDefaults(files []DownwardAPIVolumeFile) {
	for i := range files {
		setFieldRefDefaults(files[i].FieldRef)
	}
}

func setProjectedDefaults(p *ProjectedVolumeSource) {
	setModeDefault(&p.DefaultMode)
	if len(p.Sources) == 0 {
		p.Sources = nil // as it is stored everywhere else
	}
	for i := range p.Sources {
		s := &p.Sources[i]
		if s.DownwardAPI != nil {
			setFileDefaults(s.DownwardAPI.Items)
		}
		if s.ServiceAccountToken != nil && s.ServiceAccountToken.ExpirationSeconds == nil {
			s.ServiceAccountToken.ExpirationSeconds = ptr(int64(DefaultServiceAccountTokenSeconds))
		}
	}
}

// setRemoteVolumeDefaults fills the sources that name a storage system.
func setRemoteVolumeDefaults(v *VolumeSource) {
	if s := v.ISCSI; s != nil {
		setDefault(&s.ISCSIInterface, "default")
	}
	if s := v.RBD; s != nil {
		setDefault(&s.RBDPool, "rbd")
		setDefault(&s.RadosUser, "admin")
		setDefault(&s.Keyring, "/etc/ceph/keyring")
	}
	if s := v.ScaleIO; s != nil {
		setDefault(&s.StorageMode, "ThinProvisioned")
		setDefault(&s.FSType, "xfs")
	}
	if s := v.AzureDisk; s != nil {
		setAzureDiskDefaults(s)
	}
}

func setAzureDiskDefaults(s *AzureDiskVolumeSource) {
	if s.CachingMode == nil {
		s.CachingMode = ptr(AzureDataDiskCachingReadWrite)
	}
	if s.Kind == nil {
		s.Kind = ptr(AzureSharedBlobDisk)
	}
	if s.FSType == nil {
		s.FSType = ptr("ext4")
	}
	if s.ReadOnly == nil {
		s.ReadOnly = ptr(false)
	}
}

// SetPersistentVolumeDefaults fills a volume of the cluster.
func SetPersistentVolumeDefaults(v *PersistentVolume) {
	setDefault(&v.Status.Phase, VolumePending)
	setDefault(&v.Spec.PersistentVolumeReclaimPolicy, PersistentVolumeReclaimRetain)
	if v.Spec.VolumeMode == nil {
		v.Spec.VolumeMode = ptr(PersistentVolumeFilesystem)
	}
	roundResources(v.Spec.Capacity)
	s := &v.Spec.PersistentVolumeSource
	if s.HostPath != nil && s.HostPath.Type == nil {
		s.HostPath.Type = ptr(HostPathUnset)
	}
	if s.ISCSI != nil {
		setDefault(&s.ISCSI.ISCSIInterface, "default")
	}
	if s.RBD != nil {
		setDefault(&s.RBD.RBDPool, "rbd")
		setDefault(&s.RBD.RadosUser, "admin")
		setDefault(&s.RBD.Keyring, "/etc/ceph/keyring")
	}
	if s.ScaleIO != nil {
		setDefault(&s.ScaleIO.StorageMode, "ThinProvisioned")
		setDefault(&s.ScaleIO.FSType, "xfs")
	}
	if s.AzureDisk != nil {
		setAzureDiskDefaults(s.AzureDisk)
	}
}

// SetPersistentVolumeClaimDefaults fills a claim.
func SetPersistentVolumeClaimDefaults(c *PersistentVolumeClaim) {
	setDefault(&c.Status.Phase, ClaimPending)
	setClaimSpecDefaults(&c.Spec)
	roundResources(c.Status.Capacity)
	roundResources(c.Status.AllocatedResources)
}

func setClaimSpecDefaults(s *PersistentVolumeClaimSpec) {
	if s.VolumeMode == nil {
		s.VolumeMode = ptr(PersistentVolumeFilesystem)
	}
	roundResources(s.Resources.Limits)
	roundResources(s.Resources.Requests)
}
