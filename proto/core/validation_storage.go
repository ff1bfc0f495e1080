package core

import (
	"path"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

var accessModes = []PersistentVolumeAccessMode{ReadOnlyMany, ReadWriteMany, ReadWriteOnce, ReadWriteOncePod}

// checkAccessModes wants known modes, and ReadWriteOncePod only alone.
func checkAccessModes(r *field.Report, modes []PersistentVolumeAccessMode, p *field.Path) {
	for _, m := range modes {
		if !slices.Contains(accessModes, m) {
			r.Add(field.NotSupported(p, m, accessModes))
		}
	}
	if len(modes) > 1 && slices.Contains(modes, ReadWriteOncePod) {
		r.Forbidden(p, "may not use ReadWriteOncePod with other access modes")
	}
}

func checkPositive(r *field.Report, q quantity.Quantity, p *field.Path) {
	if q.Sign() <= 0 {
		r.Invalid(p, q.String(), notPositive)
	}
}

// ValidatePersistentVolume checks a volume that is created.
func ValidatePersistentVolume(v *PersistentVolume) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &v.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, metadataPath)
	checkVolumeSpec(&r, &v.Spec)
	return r.Errors
}

func checkVolumeSpec(r *field.Report, s *PersistentVolumeSpec) {
	p := specPath
	if len(s.AccessModes) == 0 {
		r.Required(p.Child("accessModes"), "")
	}
	checkAccessModes(r, s.AccessModes, p.Child("accessModes"))
	if len(s.Capacity) == 0 {
		r.Required(p.Child("capacity"), "")
	}
	if _, ok := s.Capacity[ResourceStorage]; !ok || len(s.Capacity) > 1 {
		r.Add(field.NotSupported(p.Child("capacity"), s.Capacity, []ResourceName{ResourceStorage}))
	}
	for _, n := range sortedKeys(s.Capacity) {
		checkPositive(r, s.Capacity[n], p.Child("capacity").Key(string(n)))
	}
	if v := s.PersistentVolumeReclaimPolicy; v != "" {
		field.OneOf(r, p.Child("persistentVolumeReclaimPolicy"), v, PersistentVolumeReclaimDelete, PersistentVolumeReclaimRecycle, PersistentVolumeReclaimRetain)
	}
	if a := s.NodeAffinity; a != nil {
		if a.Required == nil {
			r.Required(p.Child("nodeAffinity", "required"), "must specify required node constraints")
		}
		checkNodeSelector(r, a.Required, p.Child("nodeAffinity", "required"))
	}
	checkPersistentSource(r, s, p)
	if s.StorageClassName != "" {
		r.Each(p.Child("storageClassName"), s.StorageClassName, meta.IsDNS1123Subdomain(s.StorageClassName))
	}
	if s.VolumeMode != nil {
		field.OneOf(r, p.Child("volumeMode"), *s.VolumeMode, PersistentVolumeBlock, PersistentVolumeFilesystem)
	}
}

// checkPersistentSource checks the one source of a cluster's volume.
func checkPersistentSource(r *field.Report, spec *PersistentVolumeSpec, p *field.Path) {
	one, s := &oneSource{r: r, p: p}, &spec.PersistentVolumeSource
	one.add(s.HostPath != nil, "hostPath", func(r *field.Report, p *field.Path) {
		checkHostPath(r, s.HostPath, p)
		if path.Clean(s.HostPath.Path) == "/" && spec.PersistentVolumeReclaimPolicy == PersistentVolumeReclaimRecycle {
			r.Forbidden(specPath.Child("persistentVolumeReclaimPolicy"), "may not be 'recycle' for a hostPath mount of '/'")
		}
	})
	one.add(s.Local != nil, "local", func(r *field.Report, p *field.Path) {
		if s.Local.Path == "" {
			r.Required(p.Child("path"), "")
		} else {
			checkNoBackSteps(r, s.Local.Path, p.Child("path"))
		}
		if spec.NodeAffinity == nil {
			r.Required(specPath.Child("nodeAffinity"), "Local volume requires node affinity")
		}
	})
	one.add(s.NFS != nil, "nfs", func(r *field.Report, p *field.Path) { checkNFS(r, s.NFS, p) })
	if c := s.CSI; c != nil {
		one.add(true, "csi", func(r *field.Report, p *field.Path) {
			checkDriver(r, c.Driver, p.Child("driver"))
			requireAll(r, p, "volumeHandle", c.VolumeHandle)
		})
	}
	if i := s.ISCSI; i != nil {
		one.add(true, "iscsi", func(r *field.Report, p *field.Path) {
			requireAll(r, p, "targetPortal", i.TargetPortal, "iqn", i.IQN)
			checkISCSI(r, i.IQN, i.InitiatorName, i.Lun, (i.DiscoveryCHAPAuth || i.SessionCHAPAuth) && i.SecretRef == nil, p)
		})
	}
	if f := s.FlexVolume; f != nil {
		one.add(true, "flexVolume", func(r *field.Report, p *field.Path) { checkFlex(r, f.Driver, f.Options, p) })
	}
	one.add(s.FC != nil, "fc", func(r *field.Report, p *field.Path) { checkFC(r, s.FC, p) })
	if g := s.Glusterfs; g != nil {
		one.add(true, "glusterfs", needs("endpoints", g.EndpointsName, "path", g.Path))
	}
	if c := s.RBD; c != nil {
		one.add(true, "rbd", needs("monitors", strings.Join(c.CephMonitors, ","), "image", c.RBDImage))
	}
	if c := s.CephFS; c != nil {
		one.add(true, "cephfs", needs("monitors", strings.Join(c.Monitors, ",")))
	}
	if c := s.Cinder; c != nil {
		one.add(true, "cinder", needs("volumeID", c.VolumeID))
	}
	if c := s.AzureFile; c != nil {
		one.add(true, "azureFile", needs("secretName", c.SecretName, "shareName", c.ShareName))
	}
	if c := s.ScaleIO; c != nil {
		one.add(true, "scaleIO", needs("gateway", c.Gateway, "system", c.System, "volumeName", c.VolumeName))
	}
	if c := s.StorageOS; c != nil {
		one.add(true, "storageos", needs("volumeName", c.VolumeName))
	}
	checkStorageSource(one, &VolumeSource{Flocker: s.Flocker, Quobyte: s.Quobyte, PortworxVolume: s.PortworxVolume,
		GCEPersistentDisk: s.GCEPersistentDisk, AWSElasticBlockStore: s.AWSElasticBlockStore, AzureDisk: s.AzureDisk,
		VsphereVolume: s.VsphereVolume, PhotonPersistentDisk: s.PhotonPersistentDisk})
	if !one.found {
		r.Required(p, "must specify a volume type")
	}
}

// ValidatePersistentVolumeUpdate checks a change; where the data lies is
// fixed.
func ValidatePersistentVolumeUpdate(v, old *PersistentVolume) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &v.ObjectMeta, &old.ObjectMeta)
	checkVolumeSpec(&r, &v.Spec)
	if !meta.Equal(v.Spec.PersistentVolumeSource, old.Spec.PersistentVolumeSource) {
		r.Forbidden(specPath.Child("persistentvolumesource"), "spec.persistentvolumesource is immutable after creation")
	}
	meta.ValidateImmutable(&r, v.Spec.VolumeMode, old.Spec.VolumeMode, field.New("volumeMode"))
	if old.Spec.NodeAffinity != nil {
		meta.ValidateImmutable(&r, v.Spec.NodeAffinity, old.Spec.NodeAffinity, field.New("nodeAffinity"))
	}
	return r.Errors
}

// ValidatePersistentVolumeStatusUpdate checks a change of status.
func ValidatePersistentVolumeStatusUpdate(v, old *PersistentVolume) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &v.ObjectMeta, &old.ObjectMeta)
	return r.Errors
}

// ValidatePersistentVolumeClaim checks a claim that is created.
func ValidatePersistentVolumeClaim(c *PersistentVolumeClaim) field.ErrorList {
	var r field.Report
	checkMeta(&r, &c.ObjectMeta)
	checkClaimSpec(&r, &c.Spec, specPath)
	return r.Errors
}

func checkClaimSpec(r *field.Report, s *PersistentVolumeClaimSpec, p *field.Path) {
	if len(s.AccessModes) == 0 {
		r.Required(p.Child("accessModes"), "at least 1 access mode is required")
	}
	meta.ValidateLabelSelector(r, s.Selector, p.Child("selector"))
	checkAccessModes(r, s.AccessModes, p.Child("accessModes"))
	storage := p.Child("resources").Key(string(ResourceStorage))
	if q, ok := s.Resources.Requests[ResourceStorage]; !ok {
		r.Required(storage, "")
	} else {
		checkPositive(r, q, storage)
	}
	if n := s.StorageClassName; n != nil && *n != "" {
		r.Each(p.Child("storageClassName"), *n, meta.IsDNS1123Subdomain(*n))
	}
	if s.VolumeMode != nil {
		field.OneOf(r, p.Child("volumeMode"), *s.VolumeMode, PersistentVolumeBlock, PersistentVolumeFilesystem)
	}
	if d := s.DataSource; d != nil {
		checkDataSource(r, d.APIGroup, d.Kind, d.Name, p.Child("dataSource"))
	}
	if d := s.DataSourceRef; d != nil {
		checkDataSource(r, d.APIGroup, d.Kind, d.Name, p.Child("dataSourceRef"))
	}
}

func checkDataSource(r *field.Report, group *string, kind, name string, p *field.Path) {
	requireAll(r, p, "name", name, "kind", kind)
	if (group == nil || *group == "") && kind != "PersistentVolumeClaim" {
		r.Invalid(p, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup")
	}
	if group != nil && *group != "" {
		r.Each(p.Child("apiGroup"), *group, meta.IsDNS1123Subdomain(*group))
	}
}

// ValidatePersistentVolumeClaimUpdate checks a change: a bound claim may ask
// for more, everything else is fixed once it is set.
func ValidatePersistentVolumeClaimUpdate(c, old *PersistentVolumeClaim) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &c.ObjectMeta, &old.ObjectMeta)
	checkClaimSpec(&r, &c.Spec, specPath)
	fixed := c.Spec
	if old.Spec.VolumeName == "" {
		fixed.VolumeName = ""
	}
	if old.Spec.StorageClassName == nil {
		fixed.StorageClassName = nil
	}
	if c.Status.Phase == ClaimBound {
		fixed.Resources = old.Spec.Resources
		if fixed.VolumeAttributesClassName != nil {
			fixed.VolumeAttributesClassName = old.Spec.VolumeAttributesClassName
		}
	}
	if !meta.Equal(fixed, old.Spec) {
		r.Forbidden(specPath, "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims")
	}
	size, was := c.Spec.Resources.Requests[ResourceStorage], old.Spec.Resources.Requests[ResourceStorage]
	if size.Cmp(was) < 0 && size.Cmp(old.Status.Capacity[ResourceStorage]) <= 0 {
		r.Forbidden(specPath.Child("resources", "requests", "storage"), "field can not be less than status.capacity")
	}
	meta.ValidateImmutable(&r, c.Spec.VolumeMode, old.Spec.VolumeMode, field.New("volumeMode"))
	return r.Errors
}

// ValidatePersistentVolumeClaimStatusUpdate checks a change of status.
func ValidatePersistentVolumeClaimStatusUpdate(c, old *PersistentVolumeClaim) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &c.ObjectMeta, &old.ObjectMeta)
	for _, n := range sortedKeys(c.Status.Capacity) {
		if c.Status.Capacity[n].Sign() < 0 {
			r.Invalid(statusPath.Child("capacity").Key(string(n)), c.Status.Capacity[n].String(), "must be a valid resource quantity")
		}
	}
	return r.Errors
}
