package core

import "github.com/pilothouse/pilothouse/proto/field"

const (
	oldStorageClass = "volume.beta.kubernetes.io/storage-class"
	oldMountOptions = "volume.beta.kubernetes.io/mount-options"
)

// WarnAboutClaim says what is to be told about a claim.
func WarnAboutClaim(c *PersistentVolumeClaim) []string {
	var w warner
	if _, ok := c.Annotations[oldStorageClass]; ok {
		w.add(metadataPath.Child("annotations").Key(oldStorageClass), `deprecated since v1.8; use "storageClassName" attribute instead`)
	}
	w.claim(&c.Spec, specPath)
	return w.texts
}

// WarnAboutClaimTemplate says what is to be told about the template of a claim.
func WarnAboutClaimTemplate(p *field.Path, c *PersistentVolumeClaim) []string {
	var w warner
	w.claim(&c.Spec, p)
	return w.texts
}

// WarnAboutVolume says what is to be told about a volume.
func WarnAboutVolume(v *PersistentVolume) []string {
	var w warner
	annotations := metadataPath.Child("annotations")
	if _, ok := v.Annotations[oldStorageClass]; ok {
		w.add(annotations.Key(oldStorageClass), `deprecated since v1.8; use "storageClassName" attribute instead`)
	}
	if _, ok := v.Annotations[oldMountOptions]; ok {
		w.add(annotations.Key(oldMountOptions), `deprecated since v1.31; use "mountOptions" attribute instead`)
	}
	if v.Spec.PersistentVolumeReclaimPolicy == PersistentVolumeReclaimRecycle {
		w.add(specPath.Child("persistentVolumeReclaimPolicy"),
			"The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.")
	}
	if a := v.Spec.NodeAffinity; a != nil && a.Required != nil {
		for i := range a.Required.NodeSelectorTerms {
			p := specPath.Child("nodeAffinity", "required", "nodeSelectorTerms").Index(i)
			for j, e := range a.Required.NodeSelectorTerms[i].MatchExpressions {
				if text := oldLabels[e.Key]; text != "" {
					w.add(p.Child("matchExpressions").Index(j).Child("key"), "%s is %s", e.Key, text)
				}
			}
		}
	}
	for _, old := range [...]struct {
		there      bool
		name, text string
	}{
		{v.Spec.PhotonPersistentDisk != nil, "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"},
		{v.Spec.ScaleIO != nil, "scaleIO", "deprecated in v1.16, non-functional in v1.22+"},
		{v.Spec.StorageOS != nil, "storageOS", "deprecated in v1.22, non-functional in v1.25+"},
		{v.Spec.Glusterfs != nil, "glusterfs", "deprecated in v1.25, non-functional in v1.26+"},
		{v.Spec.CephFS != nil, "cephfs", "deprecated in v1.28, non-functional in v1.31+"},
		{v.Spec.RBD != nil, "rbd", "deprecated in v1.28, non-functional in v1.31+"},
	} {
		if old.there {
			w.add(specPath.Child(old.name), "%s", old.text)
		}
	}
	return w.texts
}
