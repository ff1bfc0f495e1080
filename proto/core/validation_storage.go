package core

import (
	"path"
	"slices"

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

const badQuantity = "must be a valid resource quantity"

func checkPositive(r *field.Report, q quantity.Quantity, p *field.Path) {
	if q.Sign() <= 0 {
		r.Invalid(p, q.String(), notPositive)
	}
}

// ValidatePersistentVolume checks a volume that is created.
func ValidatePersistentVolume(v *PersistentVolume) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &v.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, metadataPath)
	checkVolumeSpec(&r, v.Name, &v.Spec)
	return r.Errors
}

func checkVolumeSpec(r *field.Report, name string, s *PersistentVolumeSpec) {
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
		q, p := s.Capacity[n], p.Child("capacity").Key(string(n))
		if q.Sign() < 0 {
			r.Invalid(p, q.Value(), badQuantity)
		}
		checkPositive(r, q, p)
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
	checkPersistentSource(r, name, s, p)
	if s.StorageClassName != "" {
		r.Each(p.Child("storageClassName"), s.StorageClassName, meta.IsDNS1123Subdomain(s.StorageClassName))
	}
	if s.VolumeMode != nil {
		field.Known(r, p.Child("volumeMode"), *s.VolumeMode, PersistentVolumeBlock, PersistentVolumeFilesystem)
	}
}

// checkPersistentSource checks the one source of a cluster's volume.
func checkPersistentSource(r *field.Report, name string, spec *PersistentVolumeSpec, p *field.Path) {
	one, s := &oneSource{r: r, p: p}, &spec.PersistentVolumeSource
	if p, ok := one.next(s.HostPath != nil, "hostPath"); ok {
		checkHostPath(r, s.HostPath, p)
	}
	checkGCEDisk(one, s.GCEPersistentDisk)
	checkAWSDisk(one, s.AWSElasticBlockStore)
	if p, ok := one.next(s.Glusterfs != nil, "glusterfs"); ok {
		requireAll(r, p, "endpoints", s.Glusterfs.EndpointsName, "path", s.Glusterfs.Path)
		if n := s.Glusterfs.EndpointsNamespace; n != nil && *n == "" {
			r.Invalid(p.Child("endpointsNamespace"), *n, "if the endpointnamespace is set, it must be a valid namespace name")
		} else if n != nil {
			r.Each(p.Child("endpointsNamespace"), *n, meta.IsDNS1123Label(*n))
		}
	}
	checkFlocker(one, s.Flocker)
	if p, ok := one.next(s.NFS != nil, "nfs"); ok {
		checkNFS(r, s.NFS, p)
	}
	if p, ok := one.next(s.RBD != nil, "rbd"); ok {
		checkMonitors(r, s.RBD.CephMonitors, p)
		requireAll(r, p, "image", s.RBD.RBDImage)
	}
	checkQuobyte(one, s.Quobyte)
	if s.CephFS != nil && one.found {
		one.next(true, "cephFS")
	} else if p, ok := one.next(s.CephFS != nil, "cephfs"); ok {
		checkMonitors(r, s.CephFS.Monitors, p)
	}
	if p, ok := one.next(s.ISCSI != nil, "iscsi"); ok {
		i := s.ISCSI
		requireAll(r, p, "targetPortal", i.TargetPortal)
		checkISCSILength(r, name, i.TargetPortal, i.TargetPortal, i.InitiatorName, p.Child("targetportal"))
		checkISCSI(r, i.IQN, "", i.Lun, (i.DiscoveryCHAPAuth || i.SessionCHAPAuth) && i.SecretRef == nil, p)
		if i.SecretRef != nil {
			requireAll(r, p.Child("secretRef"), "name", i.SecretRef.Name)
		}
		if n := i.InitiatorName; n != nil && !isISCSIName(*n) {
			r.Invalid(p.Child("initiatorname"), *n, "must be valid format")
		}
	}
	if p, ok := one.next(s.Cinder != nil, "cinder"); ok {
		requireAll(r, p, "volumeID", s.Cinder.VolumeID)
		requireSecretAt(r, s.Cinder.SecretRef, p.Child("secretRef"))
	}
	checkFC(one, s.FC)
	if s.FlexVolume != nil { // it always may be one more
		p := one.p.Child("flexVolume")
		one.found = true
		checkFlex(r, s.FlexVolume.Driver, s.FlexVolume.Options, p)
	}
	if p, ok := one.next(s.AzureFile != nil, "azureFile"); ok {
		requireAll(r, p, "secretName", s.AzureFile.SecretName, "shareName", s.AzureFile.ShareName)
		if n := s.AzureFile.SecretNamespace; n != nil {
			requireAll(r, p, "secretNamespace", *n)
		}
	}
	checkVsphere(one, s.VsphereVolume)
	checkPhoton(one, s.PhotonPersistentDisk)
	checkPortworx(one, s.PortworxVolume)
	checkAzureDisk(one, s.AzureDisk)
	if p, ok := one.next(s.ScaleIO != nil, "scaleIO"); ok {
		requireAll(r, p, "gateway", s.ScaleIO.Gateway, "system", s.ScaleIO.System, "volumeName", s.ScaleIO.VolumeName)
	}
	if p, ok := one.next(s.Local != nil, "local"); ok {
		if s.Local.Path == "" {
			r.Required(p.Child("path"), "")
		} else {
			checkNoBackSteps(r, s.Local.Path, p.Child("path"))
		}
		if spec.NodeAffinity == nil {
			r.Required(one.p.Child("nodeAffinity"), "Local volume requires node affinity")
		}
	}
	if p, ok := one.next(s.StorageOS != nil, "storageos"); ok {
		checkStorageOS(r, s.StorageOS.VolumeName, s.StorageOS.VolumeNamespace, p)
		if ref := s.StorageOS.SecretRef; ref != nil {
			requireAll(r, p.Child("secretRef"), "name", ref.Name, "namespace", ref.Namespace)
		}
	}
	if p, ok := one.next(s.CSI != nil, "csi"); ok {
		CheckDriver(r, s.CSI.Driver, p.Child("driver"))
		requireAll(r, p, "volumeHandle", s.CSI.VolumeHandle)
		checkSecretAt(r, s.CSI.ControllerPublishSecretRef, p.Child("controllerPublishSecretRef"))
		checkSecretAt(r, s.CSI.ControllerExpandSecretRef, p.Child("controllerExpandSecretRef"))
		checkSecretAt(r, s.CSI.NodePublishSecretRef, p.Child("nodePublishSecretRef"))
		checkSecretAt(r, s.CSI.NodeExpandSecretRef, p.Child("nodeExpandSecretRef"))
	}
	if !one.found {
		r.Required(p, "must specify a volume type")
	}
	if s.HostPath != nil && path.Clean(s.HostPath.Path) == "/" && spec.PersistentVolumeReclaimPolicy == PersistentVolumeReclaimRecycle {
		r.Forbidden(p.Child("persistentVolumeReclaimPolicy"), "may not be 'recycle' for a hostPath mount of '/'")
	}
}

// checkSecretAt wants such a reference to name what there can be.
func checkSecretAt(r *field.Report, ref *SecretReference, p *field.Path) {
	if ref == nil {
		return
	}
	requireName(r, ref.Name, p.Child("name"))
	if ref.Namespace == "" {
		r.Required(p.Child("namespace"), "")
	} else {
		r.Each(p.Child("namespace"), ref.Namespace, meta.IsDNS1123Label(ref.Namespace))
	}
}

// requireSecretAt wants a reference into any namespace, if there is one, to be
// whole.
func requireSecretAt(r *field.Report, ref *SecretReference, p *field.Path) {
	if ref != nil {
		requireAll(r, p, "name", ref.Name, "namespace", ref.Namespace)
	}
}

// ValidatePersistentVolumeUpdate checks a change; where the data lies is
// fixed.
func ValidatePersistentVolumeUpdate(v, old *PersistentVolume) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &v.ObjectMeta, &old.ObjectMeta)
	checkVolumeSpec(&r, v.Name, &v.Spec)
	if !meta.Equal(v.Spec.PersistentVolumeSource, old.Spec.PersistentVolumeSource) {
		r.Forbidden(specPath.Child("persistentvolumesource"), "spec.persistentvolumesource is immutable after creation"+
			differences(&v.Spec.PersistentVolumeSource, &old.Spec.PersistentVolumeSource))
	}
	meta.ValidateImmutable(&r, v.Spec.VolumeMode, old.Spec.VolumeMode, field.New("volumeMode"))
	if old.Spec.NodeAffinity != nil && !meta.Equal(v.Spec.NodeAffinity, old.Spec.NodeAffinity) {
		r.Invalid(field.New("nodeAffinity"), v.Spec.NodeAffinity, meta.ImmutableMessage+", except for updating from beta label to GA")
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
		field.Known(r, p.Child("volumeMode"), *s.VolumeMode, PersistentVolumeBlock, PersistentVolumeFilesystem)
	}
	if d := s.DataSource; d != nil {
		checkDataSource(r, d.APIGroup, d.Kind, d.Name, p.Child("dataSource"))
	}
	if d := s.DataSourceRef; d != nil {
		checkDataSource(r, d.APIGroup, d.Kind, d.Name, p.Child("dataSourceRef"))
	}
	checkTwoSources(r, s, p)
}

// checkTwoSources wants both names for what a volume is filled from to say the
// same. The old one cannot speak of another namespace.
func checkTwoSources(r *field.Report, s *PersistentVolumeClaimSpec, p *field.Path) {
	d, ref := s.DataSource, s.DataSourceRef
	if d == nil || ref == nil {
		return
	}
	value := p.Child("dataSource")
	if ref.Namespace != nil && *ref.Namespace != "" {
		r.Invalid(p, field.Literal(value.String()), "may not be specified when dataSourceRef.namespace is specified")
	} else if d.Kind != ref.Kind || d.Name != ref.Name || !meta.Equal(d.APIGroup, ref.APIGroup) {
		r.Invalid(p, field.Literal(value.String()), "must match dataSourceRef")
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
		r.Forbidden(specPath, "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"+
			differences(&fixed, &old.Spec))
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
			r.Invalid(statusPath.Child("capacity").Key(string(n)), c.Status.Capacity[n].Value(), badQuantity)
		}
	}
	return r.Errors
}
