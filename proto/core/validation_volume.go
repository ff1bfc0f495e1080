package core

import (
	"fmt"

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

// oneSource lets only the first source that is set be checked, refuses all
// others, and knows whether there was any.
type oneSource struct {
	r     *field.Report
	p     *field.Path
	found bool
}

// next tells whether a source is the one to check, and where it is.
func (o *oneSource) next(set bool, name string) (*field.Path, bool) {
	if !set {
		return nil, false
	}
	if o.found {
		o.r.Forbidden(o.p.Child(name), "may not specify more than 1 volume type")
		return nil, false
	}
	o.found = true
	return o.p.Child(name), true
}

// checkVolumeSource checks the one source of a pod's volume, in the order in
// which the first of several is chosen.
func checkVolumeSource(r *field.Report, v *Volume, p *field.Path, c *podContext) {
	one := &oneSource{r: r, p: p}
	if p, ok := one.next(v.EmptyDir != nil, "emptyDir"); ok {
		if limit := v.EmptyDir.SizeLimit; limit != nil && limit.Sign() < 0 {
			r.Forbidden(p.Child("sizeLimit"), "SizeLimit field must be a valid resource quantity")
		}
	}
	if p, ok := one.next(v.HostPath != nil, "hostPath"); ok {
		checkHostPath(r, v.HostPath, p)
	}
	if p, ok := one.next(v.GitRepo != nil, "gitRepo"); ok {
		requireAll(r, p, "repository", v.GitRepo.Repository)
		checkDescending(r, v.GitRepo.Directory, p.Child("directory"))
	}
	checkGCEDisk(one, v.GCEPersistentDisk)
	checkAWSDisk(one, v.AWSElasticBlockStore)
	if p, ok := one.next(v.Secret != nil, "secret"); ok {
		requireAll(r, p, "secretName", v.Secret.SecretName)
		checkMode(r, v.Secret.DefaultMode, p.Child("defaultMode"))
		checkItems(r, v.Secret.Items, p.Child("items"))
	}
	if p, ok := one.next(v.NFS != nil, "nfs"); ok {
		checkNFS(r, v.NFS, p)
	}
	if p, ok := one.next(v.ISCSI != nil, "iscsi"); ok {
		s := v.ISCSI
		requireAll(r, p, "targetPortal", s.TargetPortal)
		checkISCSI(r, s.IQN, " starting with iqn, eui, or naa", s.Lun, (s.DiscoveryCHAPAuth || s.SessionCHAPAuth) && s.SecretRef == nil, p)
		if s.InitiatorName != nil {
			checkISCSIName(r, *s.InitiatorName, " starting with iqn, eui, or naa", p.Child("initiatorname"))
		}
		checkISCSILength(r, v.Name, s.TargetPortal, v.Name, s.InitiatorName, one.p.Child("name"))
	}
	if p, ok := one.next(v.Glusterfs != nil, "glusterfs"); ok {
		requireAll(r, p, "endpoints", v.Glusterfs.EndpointsName, "path", v.Glusterfs.Path)
	}
	checkFlocker(one, v.Flocker)
	if p, ok := one.next(v.PersistentVolumeClaim != nil, "persistentVolumeClaim"); ok {
		requireAll(r, p, "claimName", v.PersistentVolumeClaim.ClaimName)
	}
	if p, ok := one.next(v.RBD != nil, "rbd"); ok {
		checkMonitors(r, v.RBD.CephMonitors, p)
		requireAll(r, p, "image", v.RBD.RBDImage)
	}
	if p, ok := one.next(v.Cinder != nil, "cinder"); ok {
		requireAll(r, p, "volumeID", v.Cinder.VolumeID)
		requireSecret(r, v.Cinder.SecretRef, p)
	}
	if p, ok := one.next(v.CephFS != nil, "cephfs"); ok {
		checkMonitors(r, v.CephFS.Monitors, p)
	}
	checkQuobyte(one, v.Quobyte)
	if p, ok := one.next(v.DownwardAPI != nil, "downwardAPI"); ok {
		checkMode(r, v.DownwardAPI.DefaultMode, p.Child("defaultMode"))
		for i := range v.DownwardAPI.Items {
			checkDownwardFile(r, &v.DownwardAPI.Items[i], p)
		}
	}
	checkFC(one, v.FC)
	if p, ok := one.next(v.FlexVolume != nil, "flexVolume"); ok {
		checkFlex(r, v.FlexVolume.Driver, v.FlexVolume.Options, p)
	}
	if p, ok := one.next(v.ConfigMap != nil, "configMap"); ok {
		requireAll(r, p, "name", v.ConfigMap.Name)
		checkMode(r, v.ConfigMap.DefaultMode, p.Child("defaultMode"))
		checkItems(r, v.ConfigMap.Items, p.Child("items"))
	}
	if p, ok := one.next(v.AzureFile != nil, "azureFile"); ok {
		requireAll(r, p, "secretName", v.AzureFile.SecretName, "shareName", v.AzureFile.ShareName)
	}
	checkVsphere(one, v.VsphereVolume)
	checkPhoton(one, v.PhotonPersistentDisk)
	checkPortworx(one, v.PortworxVolume)
	checkAzureDisk(one, v.AzureDisk)
	if p, ok := one.next(v.StorageOS != nil, "storageos"); ok {
		checkStorageOS(r, v.StorageOS.VolumeName, v.StorageOS.VolumeNamespace, p)
		requireSecret(r, v.StorageOS.SecretRef, p)
	}
	if p, ok := one.next(v.Projected != nil, "projected"); ok {
		checkProjectedVolume(r, v.Projected, p)
	}
	if p, ok := one.next(v.ScaleIO != nil, "scaleIO"); ok {
		requireAll(r, p, "gateway", v.ScaleIO.Gateway, "system", v.ScaleIO.System, "volumeName", v.ScaleIO.VolumeName)
	}
	if p, ok := one.next(v.CSI != nil, "csi"); ok {
		CheckDriver(r, v.CSI.Driver, p.Child("driver"))
		if ref := v.CSI.NodePublishSecretRef; ref != nil && ref.Name == "" {
			r.Required(p.Child("nodePublishSecretRef", "name"), "")
		} else if ref != nil {
			r.Each(p.Child("name"), ref.Name, meta.IsDNS1123Subdomain(ref.Name))
		}
	}
	if p, ok := one.next(v.Ephemeral != nil, "ephemeral"); ok {
		checkEphemeralVolume(r, v, p, one.p, c)
	}
	if p, ok := one.next(v.Image != nil, "image"); ok {
		if v.Image.Reference == "" && c.isPod {
			r.Required(p.Child("reference"), "")
		}
		field.OneOf(r, p.Child("pullPolicy"), v.Image.PullPolicy, PullAlways, PullIfNotPresent, PullNever)
	}
	if !one.found {
		r.Required(p, "must specify a volume type")
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

// checkDownwardFile checks a file that tells of the pod. Its path is that of
// the whole volume, as it always was.
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
		if f.ResourceFieldRef.ContainerName == "" {
			r.Required(p.Child("resourceFieldRef", "containerName"), "")
			checkDivisor(r, f.ResourceFieldRef.Resource, f.ResourceFieldRef.Divisor, p.Child("resourceFieldRef", "divisor"))
		} else {
			checkResourceRef(r, f.ResourceFieldRef, p.Child("resourceFieldRef"))
		}
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
				checkDownwardFile(r, &v.Items[j], p)
				take(v.Items[j].Path, v.Items[j].Path)
			}
		}
		if v, p := s.ServiceAccountToken, p.Child("serviceAccountToken"); v != nil {
			n++
			checkTokenProjection(r, v, p, volume)
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

// checkTokenProjection checks a token; its file is told of as the volume's.
func checkTokenProjection(r *field.Report, t *ServiceAccountTokenProjection, p, volume *field.Path) {
	if e := t.ExpirationSeconds; e != nil && *e < minTokenSeconds {
		r.Invalid(p.Child("expirationSeconds"), *e, "may not specify a duration less than 10 minutes")
	} else if e != nil && *e > maxTokenSeconds {
		r.Invalid(p.Child("expirationSeconds"), *e, "may not specify a duration larger than 2^32 seconds")
	}
	requireAll(r, volume, "path", t.Path)
	checkProjected(r, t.Path, volume.Child("path"))
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

// checkEphemeralVolume checks the claim that is made for the pod alone; of its
// metadata only labels and annotations go into the claim.
func checkEphemeralVolume(r *field.Report, v *Volume, p, volume *field.Path, c *podContext) {
	t := v.Ephemeral.VolumeClaimTemplate
	if t == nil {
		r.Required(p.Child("volumeClaimTemplate"), "")
	} else {
		p = p.Child("volumeClaimTemplate")
		meta.ValidateAnnotations(r, t.Annotations, p.Child("metadata", "annotations"))
		meta.ValidateLabels(r, t.Labels, p.Child("metadata", "labels"))
		forbidMeta(r, &t.ObjectMeta, p.Child("metadata"))
		checkClaimSpec(r, &t.Spec, p.Child("spec"))
	}
	if c.name == "" || v.Name == "" {
		return
	}
	claim := c.name + "-" + v.Name
	for _, m := range meta.IsDNS1123Subdomain(claim) {
		r.Invalid(volume.Child("name"), v.Name, fmt.Sprintf("PVC name %q: %s", claim, m))
	}
}

// forbidMeta refuses what a template's metadata cannot pass on.
func forbidMeta(r *field.Report, m *meta.ObjectMeta, p *field.Path) {
	for _, f := range [...]struct {
		set  bool
		name string
	}{
		{m.Name != "", "name"},
		{m.GenerateName != "", "generateName"},
		{m.Namespace != "", "namespace"},
		{m.SelfLink != "", "selfLink"},
		{m.UID != "", "uID"},
		{m.ResourceVersion != "", "resourceVersion"},
		{m.Generation != 0, "generation"},
		{!m.CreationTimestamp.IsZero(), "creationTimestamp"},
		{m.DeletionTimestamp != nil, "deletionTimestamp"},
		{m.DeletionGracePeriodSeconds != nil, "deletionGracePeriodSeconds"},
		{m.OwnerReferences != nil, "ownerReferences"},
		{m.Finalizers != nil, "finalizers"},
		{m.ManagedFields != nil, "managedFields"},
	} {
		if f.set {
			r.Forbidden(p.Child(f.name), "cannot be set")
		}
	}
}
