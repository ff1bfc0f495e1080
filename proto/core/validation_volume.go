package core

import (
	"fmt"
	"path"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// checkVolumes checks the volumes of a pod; it returns the sound ones by name,
// so that mounts can be checked against them.
func checkVolumes(r *field.Report, volumes []Volume, p *field.Path, c *podContext) map[string]*VolumeSource {
	byName := map[string]*VolumeSource{}
	for i := range volumes {
		v, p := &volumes[i], p.Index(i)
		before := len(r.Errors)
		checkVolumeSource(r, v, p, c)
		if v.Name == "" {
			r.Required(p.Child("name"), "")
		} else {
			r.Each(p.Child("name"), v.Name, meta.IsDNS1123Label(v.Name))
		}
		if byName[v.Name] != nil {
			r.Duplicate(p.Child("name"), v.Name)
		}
		if len(r.Errors) == before {
			byName[v.Name] = &v.VolumeSource
		}
	}
	return byName
}

// oneSource checks the first source that is set, refuses all others, and
// complains if there is none.
type oneSource struct {
	r     *field.Report
	p     *field.Path
	found bool
}

func (o *oneSource) add(set bool, name string, check func(r *field.Report, p *field.Path)) {
	switch {
	case !set:
	case o.found:
		o.r.Forbidden(o.p.Child(name), "may not specify more than 1 volume type")
	default:
		o.found = true
		check(o.r, o.p.Child(name))
	}
}

// needs is the check of a source that only must have some fields set.
func needs(pairs ...string) func(*field.Report, *field.Path) {
	return func(r *field.Report, p *field.Path) { requireAll(r, p, pairs...) }
}

func checkVolumeSource(r *field.Report, v *Volume, p *field.Path, c *podContext) {
	one := &oneSource{r: r, p: p}
	if s := v.EmptyDir; s != nil {
		one.add(true, "emptyDir", func(r *field.Report, p *field.Path) {
			if s.SizeLimit != nil && s.SizeLimit.Sign() < 0 {
				r.Forbidden(p.Child("sizeLimit"), "SizeLimit field must be a valid resource quantity")
			}
		})
	}
	one.add(v.HostPath != nil, "hostPath", func(r *field.Report, p *field.Path) { checkHostPath(r, v.HostPath, p) })
	one.add(v.Secret != nil, "secret", func(r *field.Report, p *field.Path) {
		requireAll(r, p, "secretName", v.Secret.SecretName)
		checkMode(r, v.Secret.DefaultMode, p.Child("defaultMode"))
		checkItems(r, v.Secret.Items, p.Child("items"))
	})
	one.add(v.ConfigMap != nil, "configMap", func(r *field.Report, p *field.Path) {
		requireAll(r, p, "name", v.ConfigMap.Name)
		checkMode(r, v.ConfigMap.DefaultMode, p.Child("defaultMode"))
		checkItems(r, v.ConfigMap.Items, p.Child("items"))
	})
	one.add(v.DownwardAPI != nil, "downwardAPI", func(r *field.Report, p *field.Path) {
		checkMode(r, v.DownwardAPI.DefaultMode, p.Child("defaultMode"))
		for i := range v.DownwardAPI.Items {
			checkDownwardFile(r, &v.DownwardAPI.Items[i], p.Child("items").Index(i))
		}
	})
	one.add(v.Projected != nil, "projected", func(r *field.Report, p *field.Path) { checkProjectedVolume(r, v.Projected, p) })
	if s := v.PersistentVolumeClaim; s != nil {
		one.add(true, "persistentVolumeClaim", needs("claimName", s.ClaimName))
	}
	one.add(v.Ephemeral != nil, "ephemeral", func(r *field.Report, p *field.Path) { checkEphemeralVolume(r, v, p, c) })
	one.add(v.Image != nil, "image", func(r *field.Report, p *field.Path) {
		if v.Image.Reference == "" && c.isPod {
			r.Required(p.Child("reference"), "")
		}
		field.OneOf(r, p.Child("pullPolicy"), v.Image.PullPolicy, PullAlways, PullIfNotPresent, PullNever)
	})
	one.add(v.CSI != nil, "csi", func(r *field.Report, p *field.Path) {
		checkDriver(r, v.CSI.Driver, p.Child("driver"))
		if ref := v.CSI.NodePublishSecretRef; ref != nil {
			requireAll(r, p.Child("nodePublishSecretRef"), "name", ref.Name)
		}
	})
	checkStorageSource(one, &v.VolumeSource)
	if !one.found {
		r.Required(p, "must specify a volume type")
	}
}

// checkStorageSource checks the sources that name a storage system. Their
// fields are passed on to it, so little is checked here.
func checkStorageSource(one *oneSource, v *VolumeSource) {
	if s := v.GitRepo; s != nil {
		one.add(true, "gitRepo", func(r *field.Report, p *field.Path) {
			requireAll(r, p, "repository", s.Repository)
			checkDescending(r, s.Directory, p.Child("directory"))
		})
	}
	one.add(v.NFS != nil, "nfs", func(r *field.Report, p *field.Path) { checkNFS(r, v.NFS, p) })
	if s := v.ISCSI; s != nil {
		one.add(true, "iscsi", func(r *field.Report, p *field.Path) {
			requireAll(r, p, "targetPortal", s.TargetPortal, "iqn", s.IQN)
			checkISCSI(r, s.IQN, s.InitiatorName, s.Lun, (s.DiscoveryCHAPAuth || s.SessionCHAPAuth) && s.SecretRef == nil, p)
		})
	}
	if s := v.Glusterfs; s != nil {
		one.add(true, "glusterfs", needs("endpoints", s.EndpointsName, "path", s.Path))
	}
	if s := v.RBD; s != nil {
		one.add(true, "rbd", needs("monitors", strings.Join(s.CephMonitors, ","), "image", s.RBDImage))
	}
	if s := v.CephFS; s != nil {
		one.add(true, "cephfs", needs("monitors", strings.Join(s.Monitors, ",")))
	}
	if s := v.Cinder; s != nil {
		one.add(true, "cinder", needs("volumeID", s.VolumeID))
	}
	if s := v.Flocker; s != nil {
		one.add(true, "flocker", func(r *field.Report, p *field.Path) { checkFlocker(r, s, p) })
	}
	one.add(v.FC != nil, "fc", func(r *field.Report, p *field.Path) { checkFC(r, v.FC, p) })
	if s := v.FlexVolume; s != nil {
		one.add(true, "flexVolume", func(r *field.Report, p *field.Path) { checkFlex(r, s.Driver, s.Options, p) })
	}
	if s := v.StorageOS; s != nil {
		one.add(true, "storageos", needs("volumeName", s.VolumeName))
	}
	if s := v.Quobyte; s != nil {
		one.add(true, "quobyte", needs("registry", s.Registry, "volume", s.Volume))
	}
	if s := v.PortworxVolume; s != nil {
		one.add(true, "portworxVolume", needs("volumeID", s.VolumeID))
	}
	if s := v.ScaleIO; s != nil {
		one.add(true, "scaleIO", needs("gateway", s.Gateway, "system", s.System, "volumeName", s.VolumeName))
	}
	checkCloudDisk(one, v)
}

// checkCloudDisk checks the disks of cloud providers.
func checkCloudDisk(one *oneSource, v *VolumeSource) {
	if s := v.GCEPersistentDisk; s != nil {
		one.add(true, "gcePersistentDisk", func(r *field.Report, p *field.Path) {
			requireAll(r, p, "pdName", s.PDName)
			checkPartition(r, s.Partition, p)
		})
	}
	if s := v.AWSElasticBlockStore; s != nil {
		one.add(true, "awsElasticBlockStore", func(r *field.Report, p *field.Path) {
			requireAll(r, p, "volumeID", s.VolumeID)
			checkPartition(r, s.Partition, p)
		})
	}
	if s := v.AzureFile; s != nil {
		one.add(true, "azureFile", needs("secretName", s.SecretName, "shareName", s.ShareName))
	}
	if s := v.AzureDisk; s != nil {
		one.add(true, "azureDisk", needs("diskName", s.DiskName, "diskURI", s.DataDiskURI))
	}
	if s := v.VsphereVolume; s != nil {
		one.add(true, "vsphereVolume", needs("volumePath", s.VolumePath))
	}
	if s := v.PhotonPersistentDisk; s != nil {
		one.add(true, "photonPersistentDisk", needs("pdID", s.PdID))
	}
}

func checkPartition(r *field.Report, n int32, p *field.Path) {
	if n < 0 || n > 255 {
		r.Invalid(p.Child("partition"), n, meta.RangeError(1, 255))
	}
}

func checkHostPath(r *field.Report, s *HostPathVolumeSource, p *field.Path) {
	if s.Path == "" {
		r.Required(p.Child("path"), "")
		return
	}
	checkNoBackSteps(r, s.Path, p.Child("path"))
	if s.Type != nil && *s.Type != HostPathUnset {
		field.OneOf(r, p.Child("type"), *s.Type, HostPathUnset, HostPathBlockDev, HostPathCharDev, HostPathDirectory, HostPathDirectoryOrCreate,
			HostPathFile, HostPathFileOrCreate, HostPathSocket)
	}
}

func checkNFS(r *field.Report, s *NFSVolumeSource, p *field.Path) {
	requireAll(r, p, "server", s.Server, "path", s.Path)
	if !path.IsAbs(s.Path) {
		r.Invalid(p.Child("path"), s.Path, notAbsolute)
	}
}

func checkISCSI(r *field.Report, iqn string, initiator *string, lun int32, secretMissing bool, p *field.Path) {
	check := func(name, value string) {
		if value != "" && !strings.HasPrefix(value, "iqn") && !strings.HasPrefix(value, "eui") && !strings.HasPrefix(value, "naa") {
			r.Invalid(p.Child(name), value, "must be valid format starting with iqn, eui, or naa")
		}
	}
	check("iqn", iqn)
	if initiator != nil {
		check("initiatorname", *initiator)
	}
	if lun < 0 || lun > 255 {
		r.Invalid(p.Child("lun"), lun, meta.RangeError(0, 255))
	}
	if secretMissing {
		r.Required(p.Child("secretRef"), "")
	}
}

func checkFC(r *field.Report, s *FCVolumeSource, p *field.Path) {
	switch {
	case len(s.TargetWWNs) == 0 && len(s.WWIDs) == 0:
		r.Required(p.Child("targetWWNs"), "must specify either targetWWNs or wwids, but not both")
	case len(s.TargetWWNs) > 0 && len(s.WWIDs) > 0:
		r.Invalid(p.Child("targetWWNs"), s.TargetWWNs, "targetWWNs and wwids can not be specified simultaneously")
	}
	if len(s.TargetWWNs) == 0 {
		return
	}
	if s.Lun == nil {
		r.Required(p.Child("lun"), "lun is required if targetWWNs is specified")
	} else if *s.Lun < 0 || *s.Lun > 255 {
		r.Invalid(p.Child("lun"), *s.Lun, meta.RangeError(0, 255))
	}
}

func checkFlocker(r *field.Report, s *FlockerVolumeSource, p *field.Path) {
	switch {
	case s.DatasetName == "" && s.DatasetUUID == "":
		r.Required(p, "one of datasetName and datasetUUID is required")
	case s.DatasetName != "" && s.DatasetUUID != "":
		r.Invalid(p, "resource", "datasetName and datasetUUID can not be specified simultaneously")
	}
	if strings.Contains(s.DatasetName, "/") {
		r.Invalid(p.Child("datasetName"), s.DatasetName, "must not contain '/'")
	}
}

func checkFlex(r *field.Report, driver string, options map[string]string, p *field.Path) {
	requireAll(r, p, "driver", driver)
	for _, k := range sortedKeys(options) {
		namespace, _, _ := strings.Cut(k, "/")
		namespace = "." + strings.ToLower(namespace)
		if strings.HasSuffix(namespace, ".kubernetes.io") || strings.HasSuffix(namespace, ".k8s.io") {
			r.Invalid(p.Child("options").Key(k), k, "kubernetes.io and k8s.io namespaces are reserved")
		}
	}
}

const driverMaxLength = 63

func checkDriver(r *field.Report, driver string, p *field.Path) {
	if driver == "" {
		r.Required(p, "")
	}
	if len(driver) > driverMaxLength {
		r.Add(field.TooLong(p, driverMaxLength))
	}
	if driver != "" {
		r.Each(p, driver, meta.IsDNS1123Subdomain(strings.ToLower(driver)))
	}
}

// checkItems checks which keys become which files.
func checkItems(r *field.Report, items []KeyToPath, p *field.Path) {
	for i := range items {
		k, p := &items[i], p.Index(i)
		requireAll(r, p, "key", k.Key, "path", k.Path)
		checkProjected(r, k.Path, p.Child("path"))
		checkMode(r, k.Mode, p.Child("mode"))
	}
}

func checkDownwardFile(r *field.Report, f *DownwardAPIVolumeFile, p *field.Path) {
	requireAll(r, p, "path", f.Path)
	checkProjected(r, f.Path, p.Child("path"))
	if f.FieldRef != nil && f.ResourceFieldRef != nil {
		r.Invalid(p, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously")
	}
	switch {
	case f.FieldRef != nil:
		checkFieldRef(r, f.FieldRef, fileFieldPaths, p.Child("fieldRef"))
	case f.ResourceFieldRef != nil:
		requireAll(r, p.Child("resourceFieldRef"), "containerName", f.ResourceFieldRef.ContainerName)
		checkResourceRef(r, f.ResourceFieldRef, p.Child("resourceFieldRef"))
	default:
		r.Required(p, "one of fieldRef and resourceFieldRef is required")
	}
	checkMode(r, f.Mode, p.Child("mode"))
}

const (
	minTokenSeconds = 10 * 60
	maxTokenSeconds = 1 << 32
)

// checkProjectedVolume checks a volume made of several objects; no two of its
// files may have the same path.
func checkProjectedVolume(r *field.Report, s *ProjectedVolumeSource, volume *field.Path) {
	checkMode(r, s.DefaultMode, volume.Child("defaultMode"))
	paths := map[string]bool{}
	take := func(owner, file string) {
		if file != "" && paths[file] {
			r.Invalid(volume, owner, "conflicting duplicate paths")
		}
		paths[file] = true
	}
	for i := range s.Sources {
		s, p := &s.Sources[i], volume.Child("sources").Index(i)
		n := 0
		if v, p := s.Secret, p.Child("secret"); v != nil {
			n++
			requireAll(r, p, "name", v.Name)
			checkItems(r, v.Items, p.Child("items"))
			for _, k := range v.Items {
				take(v.Name, k.Path)
			}
		}
		if v, p := s.ConfigMap, p.Child("configMap"); v != nil {
			n++
			requireAll(r, p, "name", v.Name)
			checkItems(r, v.Items, p.Child("items"))
			for _, k := range v.Items {
				take(v.Name, k.Path)
			}
		}
		if v, p := s.DownwardAPI, p.Child("downwardAPI"); v != nil {
			n++
			for j := range v.Items {
				checkDownwardFile(r, &v.Items[j], p.Child("items").Index(j))
				take(v.Items[j].Path, v.Items[j].Path)
			}
		}
		if v, p := s.ServiceAccountToken, p.Child("serviceAccountToken"); v != nil {
			n++
			checkTokenProjection(r, v, p)
			take(v.Path, v.Path)
		}
		if v, p := s.ClusterTrustBundle, p.Child("clusterTrustBundle"); v != nil {
			n++
			checkTrustBundle(r, v, p)
			take(v.Path, v.Path)
		}
		if v, p := s.PodCertificate, p.Child("podCertificate"); v != nil {
			n++
			requireAll(r, p, "signerName", v.SignerName, "keyType", v.KeyType)
		}
		if n > 1 {
			r.Forbidden(p, "may not specify more than 1 volume type per source")
		}
	}
}

func checkTokenProjection(r *field.Report, t *ServiceAccountTokenProjection, p *field.Path) {
	if e := t.ExpirationSeconds; e != nil && *e < minTokenSeconds {
		r.Invalid(p.Child("expirationSeconds"), *e, "may not specify a duration less than 10 minutes")
	} else if e != nil && *e > maxTokenSeconds {
		r.Invalid(p.Child("expirationSeconds"), *e, "may not specify a duration larger than 2^32 seconds")
	}
	requireAll(r, p, "path", t.Path)
	checkProjected(r, t.Path, p.Child("path"))
}

func checkTrustBundle(r *field.Report, b *ClusterTrustBundleProjection, p *field.Path) {
	switch {
	case b.Name != nil && b.SignerName != nil:
		r.Invalid(p, b, "only one of name and signerName may be used")
	case b.Name == nil && b.SignerName == nil:
		r.Required(p, "either name or signerName must be specified")
	case b.Name != nil && b.LabelSelector != nil:
		r.Invalid(p.Child("labelSelector"), b.LabelSelector, "labelSelector must be unset if name is specified")
	}
	meta.ValidateLabelSelector(r, b.LabelSelector, p.Child("labelSelector"))
	requireAll(r, p, "path", b.Path)
	checkProjected(r, b.Path, p.Child("path"))
}

func checkEphemeralVolume(r *field.Report, v *Volume, p *field.Path, c *podContext) {
	t := v.Ephemeral.VolumeClaimTemplate
	if t == nil {
		r.Required(p.Child("volumeClaimTemplate"), "")
		return
	}
	p = p.Child("volumeClaimTemplate")
	meta.ValidateLabels(r, t.Labels, p.Child("metadata", "labels"))
	meta.ValidateAnnotations(r, t.Annotations, p.Child("metadata", "annotations"))
	checkClaimSpec(r, &t.Spec, p.Child("spec"))
	if c.name == "" || v.Name == "" {
		return
	}
	claim := c.name + "-" + v.Name
	for _, m := range meta.IsDNS1123Subdomain(claim) {
		r.Invalid(p.Child("name"), v.Name, fmt.Sprintf("PVC name %q: %s", claim, m))
	}
}
