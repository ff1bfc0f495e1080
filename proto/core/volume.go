package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// Volume is a directory, or a device, that the containers of a pod can mount.
type Volume struct {
	// The name, a DNS label, unique in the pod.
	Name         string `json:"name" protobuf:"1" required:"true"`
	VolumeSource `json:",inline" protobuf:"2"`
}

// VolumeSource is where a volume's data lies. Exactly one is set.
type VolumeSource struct {
	// A file or directory of the node. It lets a pod reach deep into its
	// node.
	HostPath *HostPathVolumeSource `json:"hostPath,omitempty" protobuf:"1"`
	// An empty directory that lives as long as the pod.
	EmptyDir *EmptyDirVolumeSource `json:"emptyDir,omitempty" protobuf:"2"`
	// A disk of Google Compute Engine.
	GCEPersistentDisk *GCEPersistentDiskVolumeSource `json:"gcePersistentDisk,omitempty" protobuf:"3"`
	// A disk of Amazon.
	AWSElasticBlockStore *AWSElasticBlockStoreVolumeSource `json:"awsElasticBlockStore,omitempty" protobuf:"4"`
	// No longer supported: clone in an init container into an emptyDir.
	GitRepo *GitRepoVolumeSource `json:"gitRepo,omitempty" protobuf:"5"`
	// The keys of a Secret as files, in memory.
	Secret *SecretVolumeSource `json:"secret,omitempty" protobuf:"6"`
	// A directory of an NFS server.
	NFS *NFSVolumeSource `json:"nfs,omitempty" protobuf:"7"`
	// An iSCSI disk.
	ISCSI *ISCSIVolumeSource `json:"iscsi,omitempty" protobuf:"8"`
	// A Gluster volume.
	Glusterfs *GlusterfsVolumeSource `json:"glusterfs,omitempty" protobuf:"9"`
	// The volume that a claim is bound to.
	PersistentVolumeClaim *PersistentVolumeClaimVolumeSource `json:"persistentVolumeClaim,omitempty" protobuf:"10"`
	// A Ceph block device.
	RBD *RBDVolumeSource `json:"rbd,omitempty" protobuf:"11"`
	// A volume of a driver program on the node.
	FlexVolume *FlexVolumeSource `json:"flexVolume,omitempty" protobuf:"12"`
	// A disk of OpenStack.
	Cinder *CinderVolumeSource `json:"cinder,omitempty" protobuf:"13"`
	// A directory of a Ceph file system.
	CephFS *CephFSVolumeSource `json:"cephfs,omitempty" protobuf:"14"`
	// A Flocker dataset.
	Flocker *FlockerVolumeSource `json:"flocker,omitempty" protobuf:"15"`
	// Fields of the pod itself as files.
	DownwardAPI *DownwardAPIVolumeSource `json:"downwardAPI,omitempty" protobuf:"16"`
	// A Fibre Channel disk.
	FC *FCVolumeSource `json:"fc,omitempty" protobuf:"17"`
	// A file share of Azure.
	AzureFile *AzureFileVolumeSource `json:"azureFile,omitempty" protobuf:"18"`
	// The keys of a ConfigMap as files.
	ConfigMap *ConfigMapVolumeSource `json:"configMap,omitempty" protobuf:"19"`
	// A disk of vSphere.
	VsphereVolume *VsphereVirtualDiskVolumeSource `json:"vsphereVolume,omitempty" protobuf:"20"`
	// A Quobyte volume.
	Quobyte *QuobyteVolumeSource `json:"quobyte,omitempty" protobuf:"21"`
	// A disk of Azure.
	AzureDisk *AzureDiskVolumeSource `json:"azureDisk,omitempty" protobuf:"22"`
	// A disk of Photon.
	PhotonPersistentDisk *PhotonPersistentDiskVolumeSource `json:"photonPersistentDisk,omitempty" protobuf:"23"`
	// Several Secrets, ConfigMaps, tokens and fields in one directory.
	Projected *ProjectedVolumeSource `json:"projected,omitempty" protobuf:"26"`
	// A Portworx volume.
	PortworxVolume *PortworxVolumeSource `json:"portworxVolume,omitempty" protobuf:"24"`
	// A ScaleIO volume.
	ScaleIO *ScaleIOVolumeSource `json:"scaleIO,omitempty" protobuf:"25"`
	// A StorageOS volume.
	StorageOS *StorageOSVolumeSource `json:"storageos,omitempty" protobuf:"27"`
	// A volume that a CSI driver makes for this pod alone.
	CSI *CSIVolumeSource `json:"csi,omitempty" protobuf:"28"`
	// A claim that is made for this pod and goes with it.
	Ephemeral *EphemeralVolumeSource `json:"ephemeral,omitempty" protobuf:"29"`
	// The files of a container image or other OCI artifact, read-only.
	Image *ImageVolumeSource `json:"image,omitempty" protobuf:"30"`
}

// HostPathVolumeSource is a path of the node.
type HostPathVolumeSource struct {
	// The path.
	Path string `json:"path" protobuf:"1" required:"true"`
	// What must be there, or is made: empty (unchecked, the default),
	// DirectoryOrCreate, Directory, FileOrCreate, File, Socket, CharDevice or
	// BlockDevice.
	Type *HostPathType `json:"type,omitempty" protobuf:"2"`
}

// HostPathType says what must be at a path of the node.
//
// +enum
type HostPathType string

// The values of HostPathType.
const (
	HostPathUnset             HostPathType = ""
	HostPathDirectoryOrCreate HostPathType = "DirectoryOrCreate"
	HostPathDirectory         HostPathType = "Directory"
	HostPathFileOrCreate      HostPathType = "FileOrCreate"
	HostPathFile              HostPathType = "File"
	HostPathSocket            HostPathType = "Socket"
	HostPathCharDev           HostPathType = "CharDevice"
	HostPathBlockDev          HostPathType = "BlockDevice"
)

// EmptyDirVolumeSource is a directory that lives as long as its pod.
type EmptyDirVolumeSource struct {
	// Where it lies: empty is the node's disk, Memory a file system in
	// memory, HugePages huge pages.
	Medium StorageMedium `json:"medium,omitempty" protobuf:"1"`
	// The most it may hold; a pod that writes more is evicted. Memory counts
	// against the containers' limits.
	SizeLimit *quantity.Quantity `json:"sizeLimit,omitempty" protobuf:"2"`
}

// StorageMedium is where an emptyDir lies.
type StorageMedium string

// The values of StorageMedium.
const (
	StorageMediumDefault         StorageMedium = ""
	StorageMediumMemory          StorageMedium = "Memory"
	StorageMediumHugePages       StorageMedium = "HugePages"
	StorageMediumHugePagesPrefix StorageMedium = "HugePages-"
)

// GCEPersistentDiskVolumeSource is a disk of Google Compute Engine.
type GCEPersistentDiskVolumeSource struct {
	// The disk's name.
	PDName string `json:"pdName" protobuf:"1" required:"true"`
	// The file system type to mount, such as ext4.
	FSType string `json:"fsType,omitempty" protobuf:"2"`
	// The partition to mount; 0 is the whole disk.
	Partition int32 `json:"partition,omitempty" protobuf:"3"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"4"`
}

// AWSElasticBlockStoreVolumeSource is a disk of Amazon.
type AWSElasticBlockStoreVolumeSource struct {
	// The disk's id.
	VolumeID string `json:"volumeID" protobuf:"1" required:"true"`
	// The file system type to mount, such as ext4.
	FSType string `json:"fsType,omitempty" protobuf:"2"`
	// The partition to mount; 0 is the whole disk.
	Partition int32 `json:"partition,omitempty" protobuf:"3"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"4"`
}

// GitRepoVolumeSource was a checkout of a repository.
type GitRepoVolumeSource struct {
	// The URL of the repository.
	Repository string `json:"repository" protobuf:"1" required:"true"`
	// The commit to check out.
	Revision string `json:"revision,omitempty" protobuf:"2"`
	// The directory to check out into; relative, without '..'.
	Directory string `json:"directory,omitempty" protobuf:"3"`
}

// SecretVolumeSource is the keys of a Secret as files.
type SecretVolumeSource struct {
	// The Secret's name.
	SecretName string `json:"secretName,omitempty" protobuf:"1"`
	// Which keys become which files. Default: each key a file of its name.
	Items []KeyToPath `json:"items,omitempty" protobuf:"2" listType:"atomic"`
	// The permission bits of files, 0 to 0777. Default: 0644.
	DefaultMode *int32 `json:"defaultMode,omitempty" protobuf:"3"`
	// Whether the Secret and its keys may be missing.
	Optional *bool `json:"optional,omitempty" protobuf:"4"`
}

// KeyToPath turns a key into a file.
type KeyToPath struct {
	// The key.
	Key string `json:"key" protobuf:"1" required:"true"`
	// The file's path in the volume; relative, without '..'.
	Path string `json:"path" protobuf:"2" required:"true"`
	// The permission bits, 0 to 0777. Default: the volume's.
	Mode *int32 `json:"mode,omitempty" protobuf:"3"`
}

// NFSVolumeSource is a directory of an NFS server.
type NFSVolumeSource struct {
	// The server's name or address.
	Server string `json:"server" protobuf:"1" required:"true"`
	// The exported path; absolute.
	Path string `json:"path" protobuf:"2" required:"true"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"3"`
}

// ISCSIVolumeSource is an iSCSI disk.
type ISCSIVolumeSource struct {
	// The address and port of the target.
	TargetPortal string `json:"targetPortal" protobuf:"1" required:"true"`
	// The target's name.
	IQN string `json:"iqn" protobuf:"2" required:"true"`
	// The unit number, 0 to 255.
	Lun int32 `json:"lun" protobuf:"3" required:"true"`
	// The interface to use. Default: default.
	ISCSIInterface string `json:"iscsiInterface,omitempty" protobuf:"4"`
	// The file system type to mount, such as ext4.
	FSType string `json:"fsType,omitempty" protobuf:"5"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"6"`
	// Further addresses of the target.
	Portals []string `json:"portals,omitempty" protobuf:"7" listType:"atomic"`
	// Whether discovery needs a password.
	DiscoveryCHAPAuth bool `json:"chapAuthDiscovery,omitempty" protobuf:"8"`
	// Whether the session needs a password.
	SessionCHAPAuth bool `json:"chapAuthSession,omitempty" protobuf:"11"`
	// The Secret with the passwords.
	SecretRef *LocalObjectReference `json:"secretRef,omitempty" protobuf:"10"`
	// The name to present to the target.
	InitiatorName *string `json:"initiatorName,omitempty" protobuf:"12"`
}

// GlusterfsVolumeSource is a Gluster volume.
type GlusterfsVolumeSource struct {
	// The Endpoints object that names the servers.
	EndpointsName string `json:"endpoints" protobuf:"1" required:"true"`
	// The volume's name.
	Path string `json:"path" protobuf:"2" required:"true"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"3"`
}

// PersistentVolumeClaimVolumeSource is the volume that a claim is bound to.
type PersistentVolumeClaimVolumeSource struct {
	// The claim, in the pod's namespace.
	ClaimName string `json:"claimName" protobuf:"1" required:"true"`
	// Whether all mounts are read-only.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"2"`
}

// RBDVolumeSource is a Ceph block device.
type RBDVolumeSource struct {
	// The addresses of the monitors.
	CephMonitors []string `json:"monitors" protobuf:"1" listType:"atomic" required:"true"`
	// The image's name.
	RBDImage string `json:"image" protobuf:"2" required:"true"`
	// The file system type to mount, such as ext4.
	FSType string `json:"fsType,omitempty" protobuf:"3"`
	// The pool. Default: rbd.
	RBDPool string `json:"pool,omitempty" protobuf:"4"`
	// The user. Default: admin.
	RadosUser string `json:"user,omitempty" protobuf:"5"`
	// The user's key ring on the node. Default: /etc/ceph/keyring.
	Keyring string `json:"keyring,omitempty" protobuf:"6"`
	// The Secret with the user's key; it wins over keyring.
	SecretRef *LocalObjectReference `json:"secretRef,omitempty" protobuf:"7"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"8"`
}

// FlexVolumeSource is a volume of a driver program on the node.
type FlexVolumeSource struct {
	// The driver's name.
	Driver string `json:"driver" protobuf:"1" required:"true"`
	// The file system type to mount, such as ext4.
	FSType string `json:"fsType,omitempty" protobuf:"2"`
	// The Secret that is passed to the driver.
	SecretRef *LocalObjectReference `json:"secretRef,omitempty" protobuf:"3"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"4"`
	// Options that are passed to the driver.
	Options map[string]string `json:"options,omitempty" protobuf:"5"`
}

// CinderVolumeSource is a disk of OpenStack.
type CinderVolumeSource struct {
	// The disk's id.
	VolumeID string `json:"volumeID" protobuf:"1" required:"true"`
	// The file system type to mount, such as ext4.
	FSType string `json:"fsType,omitempty" protobuf:"2"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"3"`
	// The Secret with the passwords.
	SecretRef *LocalObjectReference `json:"secretRef,omitempty" protobuf:"4"`
}

// CephFSVolumeSource is a directory of a Ceph file system.
type CephFSVolumeSource struct {
	// The addresses of the monitors.
	Monitors []string `json:"monitors" protobuf:"1" listType:"atomic" required:"true"`
	// The directory. Default: /.
	Path string `json:"path,omitempty" protobuf:"2"`
	// The user. Default: admin.
	User string `json:"user,omitempty" protobuf:"3"`
	// The file on the node with the user's key.
	SecretFile string `json:"secretFile,omitempty" protobuf:"4"`
	// The Secret with the user's key; it wins over secretFile.
	SecretRef *LocalObjectReference `json:"secretRef,omitempty" protobuf:"5"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"6"`
}

// FlockerVolumeSource is a Flocker dataset.
type FlockerVolumeSource struct {
	// The dataset's name.
	DatasetName string `json:"datasetName,omitempty" protobuf:"1"`
	// The dataset's uuid.
	DatasetUUID string `json:"datasetUUID,omitempty" protobuf:"2"`
}

// DownwardAPIVolumeSource is fields of the pod as files.
type DownwardAPIVolumeSource struct {
	// The files.
	Items []DownwardAPIVolumeFile `json:"items,omitempty" protobuf:"1" listType:"atomic"`
	// The permission bits of files, 0 to 0777. Default: 0644.
	DefaultMode *int32 `json:"defaultMode,omitempty" protobuf:"2"`
}

// DownwardAPIVolumeFile is a file with one field of the pod. One of the two
// references is set.
type DownwardAPIVolumeFile struct {
	// The file's path in the volume; relative, without '..'.
	Path string `json:"path" protobuf:"1" required:"true"`
	// A field of the pod: its name, namespace, uid, labels or annotations.
	FieldRef *ObjectFieldSelector `json:"fieldRef,omitempty" protobuf:"2"`
	// A limit or request of a container.
	ResourceFieldRef *ResourceFieldSelector `json:"resourceFieldRef,omitempty" protobuf:"3"`
	// The permission bits, 0 to 0777. Default: the volume's.
	Mode *int32 `json:"mode,omitempty" protobuf:"4"`
}

// ObjectFieldSelector names a field of the pod.
//
// +mapType=atomic
type ObjectFieldSelector struct {
	// The API version that the path is of. Default: v1.
	APIVersion string `json:"apiVersion,omitempty" protobuf:"1"`
	// The path, such as metadata.name.
	FieldPath string `json:"fieldPath" protobuf:"2" required:"true"`
}

// ResourceFieldSelector names a limit or request of a container.
//
// +mapType=atomic
type ResourceFieldSelector struct {
	// The container. Needed in volumes; in variables it is the container
	// itself.
	ContainerName string `json:"containerName,omitempty" protobuf:"1"`
	// The amount, such as limits.cpu.
	Resource string `json:"resource" protobuf:"2" required:"true"`
	// The unit to show it in. Default: 1.
	Divisor quantity.Quantity `json:"divisor,omitempty" protobuf:"3"`
}

// FCVolumeSource is a Fibre Channel disk.
type FCVolumeSource struct {
	// The world wide names of the targets.
	TargetWWNs []string `json:"targetWWNs,omitempty" protobuf:"1" listType:"atomic"`
	// The unit number, 0 to 255.
	Lun *int32 `json:"lun,omitempty" protobuf:"2"`
	// The file system type to mount, such as ext4.
	FSType string `json:"fsType,omitempty" protobuf:"3"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"4"`
	// The world wide ids of the disk. Not together with targetWWNs.
	WWIDs []string `json:"wwids,omitempty" protobuf:"5" listType:"atomic"`
}

// AzureFileVolumeSource is a file share of Azure.
type AzureFileVolumeSource struct {
	// The Secret with the account's name and key.
	SecretName string `json:"secretName" protobuf:"1" required:"true"`
	// The share's name.
	ShareName string `json:"shareName" protobuf:"2" required:"true"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"3"`
}

// ConfigMapVolumeSource is the keys of a ConfigMap as files.
type ConfigMapVolumeSource struct {
	LocalObjectReference `json:",inline" protobuf:"1"`
	// Which keys become which files. Default: each key a file of its name.
	Items []KeyToPath `json:"items,omitempty" protobuf:"2" listType:"atomic"`
	// The permission bits of files, 0 to 0777. Default: 0644.
	DefaultMode *int32 `json:"defaultMode,omitempty" protobuf:"3"`
	// Whether the ConfigMap and its keys may be missing.
	Optional *bool `json:"optional,omitempty" protobuf:"4"`
}

// VsphereVirtualDiskVolumeSource is a disk of vSphere.
type VsphereVirtualDiskVolumeSource struct {
	// The path of the disk.
	VolumePath string `json:"volumePath" protobuf:"1" required:"true"`
	// The file system type to mount, such as ext4.
	FSType string `json:"fsType,omitempty" protobuf:"2"`
	// The name of its storage policy.
	StoragePolicyName string `json:"storagePolicyName,omitempty" protobuf:"3"`
	// The id of its storage policy.
	StoragePolicyID string `json:"storagePolicyID,omitempty" protobuf:"4"`
}

// QuobyteVolumeSource is a Quobyte volume.
type QuobyteVolumeSource struct {
	// The registry's host and port; several are joined by commas.
	Registry string `json:"registry" protobuf:"1" required:"true"`
	// The volume's name.
	Volume string `json:"volume" protobuf:"2" required:"true"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"3"`
	// The user to map to. Default: the account of the service.
	User string `json:"user,omitempty" protobuf:"4"`
	// The group to map to. Default: none.
	Group string `json:"group,omitempty" protobuf:"5"`
	// The tenant that owns the volume.
	Tenant string `json:"tenant,omitempty" protobuf:"6"`
}

// AzureDiskVolumeSource is a disk of Azure.
type AzureDiskVolumeSource struct {
	// The disk's name.
	DiskName string `json:"diskName" protobuf:"1" required:"true"`
	// The disk's URI.
	DataDiskURI string `json:"diskURI" protobuf:"2" required:"true"`
	// None, ReadOnly or ReadWrite (the default).
	CachingMode *AzureDataDiskCachingMode `json:"cachingMode,omitempty" protobuf:"3"`
	// The file system type to mount, such as ext4.
	FSType *string `json:"fsType,omitempty" protobuf:"4"`
	// Whether the volume can only be read. Default: false.
	ReadOnly *bool `json:"readOnly,omitempty" protobuf:"5"`
	// Shared (the default), Dedicated or Managed.
	Kind *AzureDataDiskKind `json:"kind,omitempty" protobuf:"6"`
}

// AzureDataDiskCachingMode says how the host caches a disk.
//
// +enum
type AzureDataDiskCachingMode string

// The values of AzureDataDiskCachingMode.
const (
	AzureDataDiskCachingNone      AzureDataDiskCachingMode = "None"
	AzureDataDiskCachingReadOnly  AzureDataDiskCachingMode = "ReadOnly"
	AzureDataDiskCachingReadWrite AzureDataDiskCachingMode = "ReadWrite"
)

// AzureDataDiskKind says how a disk is kept.
//
// +enum
type AzureDataDiskKind string

// The values of AzureDataDiskKind.
const (
	AzureSharedBlobDisk    AzureDataDiskKind = "Shared"
	AzureDedicatedBlobDisk AzureDataDiskKind = "Dedicated"
	AzureManagedDisk       AzureDataDiskKind = "Managed"
)

// PhotonPersistentDiskVolumeSource is a disk of Photon.
type PhotonPersistentDiskVolumeSource struct {
	// The disk's id.
	PdID string `json:"pdID" protobuf:"1" required:"true"`
	// The file system type to mount, such as ext4.
	FSType string `json:"fsType,omitempty" protobuf:"2"`
}

// ProjectedVolumeSource is several sources in one directory.
type ProjectedVolumeSource struct {
	// The sources; no two of their files may have the same path.
	Sources []VolumeProjection `json:"sources" protobuf:"1" listType:"atomic"`
	// The permission bits of files, 0 to 0777. Default: 0644.
	DefaultMode *int32 `json:"defaultMode,omitempty" protobuf:"2"`
}

// VolumeProjection is one source of a projected volume. Exactly one is set.
type VolumeProjection struct {
	// Keys of a Secret.
	Secret *SecretProjection `json:"secret,omitempty" protobuf:"1"`
	// Fields of the pod.
	DownwardAPI *DownwardAPIProjection `json:"downwardAPI,omitempty" protobuf:"2"`
	// Keys of a ConfigMap.
	ConfigMap *ConfigMapProjection `json:"configMap,omitempty" protobuf:"3"`
	// A token of the pod's service account.
	ServiceAccountToken *ServiceAccountTokenProjection `json:"serviceAccountToken,omitempty" protobuf:"4"`
	// Certificates that the cluster trusts.
	ClusterTrustBundle *ClusterTrustBundleProjection `json:"clusterTrustBundle,omitempty" protobuf:"5"`
	// A certificate that is made for the pod.
	PodCertificate *PodCertificateProjection `json:"podCertificate,omitempty" protobuf:"6"`
}

// SecretProjection is keys of a Secret.
type SecretProjection struct {
	LocalObjectReference `json:",inline" protobuf:"1"`
	// Which keys become which files. Default: each key a file of its name.
	Items []KeyToPath `json:"items,omitempty" protobuf:"2" listType:"atomic"`
	// Whether the Secret and its keys may be missing.
	Optional *bool `json:"optional,omitempty" protobuf:"4"`
}

// DownwardAPIProjection is fields of the pod.
type DownwardAPIProjection struct {
	// The files.
	Items []DownwardAPIVolumeFile `json:"items,omitempty" protobuf:"1" listType:"atomic"`
}

// ConfigMapProjection is keys of a ConfigMap.
type ConfigMapProjection struct {
	LocalObjectReference `json:",inline" protobuf:"1"`
	// Which keys become which files. Default: each key a file of its name.
	Items []KeyToPath `json:"items,omitempty" protobuf:"2" listType:"atomic"`
	// Whether the ConfigMap and its keys may be missing.
	Optional *bool `json:"optional,omitempty" protobuf:"4"`
}

// ServiceAccountTokenProjection is a token that the kubelet fetches and
// renews.
type ServiceAccountTokenProjection struct {
	// Whom the token is for. Default: the API server.
	Audience string `json:"audience,omitempty" protobuf:"1"`
	// For how many seconds it is valid; at least 600. Default: 3600. It is
	// renewed in time.
	ExpirationSeconds *int64 `json:"expirationSeconds,omitempty" protobuf:"2"`
	// The file's path in the volume.
	Path string `json:"path" protobuf:"3" required:"true"`
}

// ClusterTrustBundleProjection is certificates that the cluster trusts, in
// one PEM file. Either name or signerName is set.
type ClusterTrustBundleProjection struct {
	// The bundle.
	Name *string `json:"name,omitempty" protobuf:"1"`
	// The signer whose bundles are taken.
	SignerName *string `json:"signerName,omitempty" protobuf:"2"`
	// Which of the signer's bundles; none, if unset.
	LabelSelector *meta.LabelSelector `json:"labelSelector,omitempty" protobuf:"3"`
	// Whether the bundle may be missing.
	Optional *bool `json:"optional,omitempty" protobuf:"5"`
	// The file's path in the volume.
	Path string `json:"path" protobuf:"4" required:"true"`
}

// PodCertificateProjection is a certificate that the kubelet asks for and
// renews.
type PodCertificateProjection struct {
	// Who signs it.
	SignerName string `json:"signerName,omitempty" protobuf:"1" required:"true"`
	// The kind of key, such as ECDSAP256 or ED25519.
	KeyType string `json:"keyType,omitempty" protobuf:"2" required:"true"`
	// For how many seconds it may be valid at most.
	MaxExpirationSeconds *int32 `json:"maxExpirationSeconds,omitempty" protobuf:"3"`
	// The file for key and certificates together.
	CredentialBundlePath string `json:"credentialBundlePath,omitempty" protobuf:"4"`
	// The file for the key alone.
	KeyPath string `json:"keyPath,omitempty" protobuf:"5"`
	// The file for the certificates alone.
	CertificateChainPath string `json:"certificateChainPath,omitempty" protobuf:"6"`
	// Data that is passed to the signer.
	UserAnnotations map[string]string `json:"userAnnotations,omitempty" protobuf:"7"`
}

// PortworxVolumeSource is a Portworx volume.
type PortworxVolumeSource struct {
	// The volume's id.
	VolumeID string `json:"volumeID" protobuf:"1" required:"true"`
	// The file system type to mount, such as ext4.
	FSType string `json:"fsType,omitempty" protobuf:"2"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"3"`
}

// ScaleIOVolumeSource is a ScaleIO volume.
type ScaleIOVolumeSource struct {
	// The address of the gateway.
	Gateway string `json:"gateway" protobuf:"1" required:"true"`
	// The storage system's name.
	System string `json:"system" protobuf:"2" required:"true"`
	// The Secret with the user and password.
	SecretRef *LocalObjectReference `json:"secretRef" protobuf:"3" required:"true"`
	// Whether the gateway is spoken to by TLS.
	SSLEnabled bool `json:"sslEnabled,omitempty" protobuf:"4"`
	// The protection domain.
	ProtectionDomain string `json:"protectionDomain,omitempty" protobuf:"5"`
	// The storage pool.
	StoragePool string `json:"storagePool,omitempty" protobuf:"6"`
	// ThickProvisioned or ThinProvisioned (the default).
	StorageMode string `json:"storageMode,omitempty" protobuf:"7"`
	// The volume's name.
	VolumeName string `json:"volumeName,omitempty" protobuf:"8"`
	// The file system type to mount, such as ext4.
	FSType string `json:"fsType,omitempty" protobuf:"9"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"10"`
}

// StorageOSVolumeSource is a StorageOS volume.
type StorageOSVolumeSource struct {
	// The volume's name.
	VolumeName string `json:"volumeName,omitempty" protobuf:"1"`
	// Its namespace in StorageOS. Default: the pod's.
	VolumeNamespace string `json:"volumeNamespace,omitempty" protobuf:"2"`
	// The file system type to mount, such as ext4.
	FSType string `json:"fsType,omitempty" protobuf:"3"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"4"`
	// The Secret with the passwords.
	SecretRef *LocalObjectReference `json:"secretRef,omitempty" protobuf:"5"`
}

// CSIVolumeSource is a volume that a CSI driver makes for one pod.
type CSIVolumeSource struct {
	// The driver's name.
	Driver string `json:"driver" protobuf:"1" required:"true"`
	// Whether it can only be read. Default: false.
	ReadOnly *bool `json:"readOnly,omitempty" protobuf:"2"`
	// The file system type to mount, such as ext4. Default: the driver's.
	FSType *string `json:"fsType,omitempty" protobuf:"3"`
	// Settings that are passed to the driver.
	VolumeAttributes map[string]string `json:"volumeAttributes,omitempty" protobuf:"4"`
	// The Secret that is passed to the driver.
	NodePublishSecretRef *LocalObjectReference `json:"nodePublishSecretRef,omitempty" protobuf:"5"`
}

// EphemeralVolumeSource is a claim that is made for one pod.
type EphemeralVolumeSource struct {
	// What the claim is made from. Its name is POD-VOLUME.
	VolumeClaimTemplate *PersistentVolumeClaimTemplate `json:"volumeClaimTemplate,omitempty" protobuf:"1"`
}

// ImageVolumeSource is the files of an image.
type ImageVolumeSource struct {
	// The image, named as in a container.
	Reference string `json:"reference,omitempty" protobuf:"1"`
	// When it is fetched: Always, IfNotPresent or Never. Default: Always for
	// the tag latest or no tag, else IfNotPresent.
	PullPolicy PullPolicy `json:"pullPolicy,omitempty" protobuf:"2"`
}
