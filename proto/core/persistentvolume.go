package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// PersistentVolume is a piece of storage of the cluster, made by an operator
// or a provisioner. Claims are bound to it.
type PersistentVolume struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec PersistentVolumeSpec `json:"spec,omitempty" protobuf:"2"`
	// What is the case, as the system saw it last. Read only; the system
	// fills it in.
	Status PersistentVolumeStatus `json:"status,omitempty" protobuf:"3"`
}

// PersistentVolumeSpec says what a volume is.
type PersistentVolumeSpec struct {
	// How much it holds: storage in bytes.
	Capacity               ResourceList `json:"capacity,omitempty" protobuf:"1"`
	PersistentVolumeSource `json:",inline" protobuf:"2"`
	// In which ways it can be mounted.
	AccessModes []PersistentVolumeAccessMode `json:"accessModes,omitempty" protobuf:"3" listType:"atomic"`
	// The claim it is bound to, or kept for.
	ClaimRef *ObjectReference `json:"claimRef,omitempty" protobuf:"4" mapType:"granular"`
	// What becomes of it when its claim goes: Retain (the default), Delete or
	// Recycle.
	PersistentVolumeReclaimPolicy PersistentVolumeReclaimPolicy `json:"persistentVolumeReclaimPolicy,omitempty" protobuf:"5"`
	// Its StorageClass; only claims of the same class are bound to it.
	StorageClassName string `json:"storageClassName,omitempty" protobuf:"6"`
	// Options to mount it with; unchecked.
	MountOptions []string `json:"mountOptions,omitempty" protobuf:"7" listType:"atomic"`
	// Filesystem (the default) or Block.
	VolumeMode *PersistentVolumeMode `json:"volumeMode,omitempty" protobuf:"8"`
	// The nodes it can be reached from.
	NodeAffinity *VolumeNodeAffinity `json:"nodeAffinity,omitempty" protobuf:"9"`
	// Its VolumeAttributesClass.
	VolumeAttributesClassName *string `json:"volumeAttributesClassName,omitempty" protobuf:"10"`
}

// PersistentVolumeSource is where a volume's data lies. Exactly one is set.
type PersistentVolumeSource struct {
	// A disk of Google Compute Engine.
	GCEPersistentDisk *GCEPersistentDiskVolumeSource `json:"gcePersistentDisk,omitempty" protobuf:"1"`
	// A disk of Amazon.
	AWSElasticBlockStore *AWSElasticBlockStoreVolumeSource `json:"awsElasticBlockStore,omitempty" protobuf:"2"`
	// A file or directory of the node. It lets a pod reach deep into its
	// node.
	HostPath *HostPathVolumeSource `json:"hostPath,omitempty" protobuf:"3"`
	// A Gluster volume.
	Glusterfs *GlusterfsPersistentVolumeSource `json:"glusterfs,omitempty" protobuf:"4"`
	// A directory of an NFS server.
	NFS *NFSVolumeSource `json:"nfs,omitempty" protobuf:"5"`
	// A Ceph block device.
	RBD *RBDPersistentVolumeSource `json:"rbd,omitempty" protobuf:"6"`
	// An iSCSI disk.
	ISCSI *ISCSIPersistentVolumeSource `json:"iscsi,omitempty" protobuf:"7"`
	// A disk of OpenStack.
	Cinder *CinderPersistentVolumeSource `json:"cinder,omitempty" protobuf:"8"`
	// A directory of a Ceph file system.
	CephFS *CephFSPersistentVolumeSource `json:"cephfs,omitempty" protobuf:"9"`
	// A Fibre Channel disk.
	FC *FCVolumeSource `json:"fc,omitempty" protobuf:"10"`
	// A Flocker dataset.
	Flocker *FlockerVolumeSource `json:"flocker,omitempty" protobuf:"11"`
	// A volume of a driver program on the node.
	FlexVolume *FlexPersistentVolumeSource `json:"flexVolume,omitempty" protobuf:"12"`
	// A file share of Azure.
	AzureFile *AzureFilePersistentVolumeSource `json:"azureFile,omitempty" protobuf:"13"`
	// A disk of vSphere.
	VsphereVolume *VsphereVirtualDiskVolumeSource `json:"vsphereVolume,omitempty" protobuf:"14"`
	// A Quobyte volume.
	Quobyte *QuobyteVolumeSource `json:"quobyte,omitempty" protobuf:"15"`
	// A disk of Azure.
	AzureDisk *AzureDiskVolumeSource `json:"azureDisk,omitempty" protobuf:"16"`
	// A disk of Photon.
	PhotonPersistentDisk *PhotonPersistentDiskVolumeSource `json:"photonPersistentDisk,omitempty" protobuf:"17"`
	// A Portworx volume.
	PortworxVolume *PortworxVolumeSource `json:"portworxVolume,omitempty" protobuf:"18"`
	// A ScaleIO volume.
	ScaleIO *ScaleIOPersistentVolumeSource `json:"scaleIO,omitempty" protobuf:"19"`
	// A disk or directory of one node. Needs nodeAffinity.
	Local *LocalVolumeSource `json:"local,omitempty" protobuf:"20"`
	// A StorageOS volume.
	StorageOS *StorageOSPersistentVolumeSource `json:"storageos,omitempty" protobuf:"21"`
	// A volume of a CSI driver.
	CSI *CSIPersistentVolumeSource `json:"csi,omitempty" protobuf:"22"`
}

// GlusterfsPersistentVolumeSource is a Gluster volume.
type GlusterfsPersistentVolumeSource struct {
	// The Endpoints object that names the servers.
	EndpointsName string `json:"endpoints" protobuf:"1" required:"true"`
	// The volume's name.
	Path string `json:"path" protobuf:"2" required:"true"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"3"`
	// The namespace of the Endpoints object. Default: the claim's.
	EndpointsNamespace *string `json:"endpointsNamespace,omitempty" protobuf:"4"`
}

// RBDPersistentVolumeSource is a Ceph block device.
type RBDPersistentVolumeSource struct {
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
	SecretRef *SecretReference `json:"secretRef,omitempty" protobuf:"7"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"8"`
}

// SecretReference names a Secret of any namespace.
//
// +mapType=atomic
type SecretReference struct {
	// The Secret's name.
	Name string `json:"name,omitempty" protobuf:"1"`
	// Its namespace.
	Namespace string `json:"namespace,omitempty" protobuf:"2"`
}

// ISCSIPersistentVolumeSource is an iSCSI disk.
type ISCSIPersistentVolumeSource struct {
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
	SecretRef *SecretReference `json:"secretRef,omitempty" protobuf:"10"`
	// The name to present to the target.
	InitiatorName *string `json:"initiatorName,omitempty" protobuf:"12"`
}

// CinderPersistentVolumeSource is a disk of OpenStack.
type CinderPersistentVolumeSource struct {
	// The disk's id.
	VolumeID string `json:"volumeID" protobuf:"1" required:"true"`
	// The file system type to mount, such as ext4.
	FSType string `json:"fsType,omitempty" protobuf:"2"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"3"`
	// The Secret with the passwords.
	SecretRef *SecretReference `json:"secretRef,omitempty" protobuf:"4"`
}

// CephFSPersistentVolumeSource is a directory of a Ceph file system.
type CephFSPersistentVolumeSource struct {
	// The addresses of the monitors.
	Monitors []string `json:"monitors" protobuf:"1" listType:"atomic" required:"true"`
	// The directory. Default: /.
	Path string `json:"path,omitempty" protobuf:"2"`
	// The user. Default: admin.
	User string `json:"user,omitempty" protobuf:"3"`
	// The file on the node with the user's key.
	SecretFile string `json:"secretFile,omitempty" protobuf:"4"`
	// The Secret with the user's key; it wins over secretFile.
	SecretRef *SecretReference `json:"secretRef,omitempty" protobuf:"5"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"6"`
}

// FlexPersistentVolumeSource is a volume of a driver program on the node.
type FlexPersistentVolumeSource struct {
	// The driver's name.
	Driver string `json:"driver" protobuf:"1" required:"true"`
	// The file system type to mount, such as ext4.
	FSType string `json:"fsType,omitempty" protobuf:"2"`
	// The Secret that is passed to the driver.
	SecretRef *SecretReference `json:"secretRef,omitempty" protobuf:"3"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"4"`
	// Options that are passed to the driver.
	Options map[string]string `json:"options,omitempty" protobuf:"5"`
}

// AzureFilePersistentVolumeSource is a file share of Azure.
type AzureFilePersistentVolumeSource struct {
	// The Secret with the account's name and key.
	SecretName string `json:"secretName" protobuf:"1" required:"true"`
	// The share's name.
	ShareName string `json:"shareName" protobuf:"2" required:"true"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"3"`
	// The Secret's namespace. Default: the claim's.
	SecretNamespace *string `json:"secretNamespace" protobuf:"4"`
}

// ScaleIOPersistentVolumeSource is a ScaleIO volume.
type ScaleIOPersistentVolumeSource struct {
	// The address of the gateway.
	Gateway string `json:"gateway" protobuf:"1" required:"true"`
	// The storage system's name.
	System string `json:"system" protobuf:"2" required:"true"`
	// The Secret with the user and password.
	SecretRef *SecretReference `json:"secretRef" protobuf:"3" required:"true"`
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

// LocalVolumeSource is a disk or directory of one node.
type LocalVolumeSource struct {
	// The path of the directory or device.
	Path string `json:"path" protobuf:"1" required:"true"`
	// The file system type, when path is a device. Default: ext4 or what is
	// there.
	FSType *string `json:"fsType,omitempty" protobuf:"2"`
}

// StorageOSPersistentVolumeSource is a StorageOS volume.
type StorageOSPersistentVolumeSource struct {
	// The volume's name.
	VolumeName string `json:"volumeName,omitempty" protobuf:"1"`
	// Its namespace in StorageOS. Default: the pod's.
	VolumeNamespace string `json:"volumeNamespace,omitempty" protobuf:"2"`
	// The file system type to mount, such as ext4.
	FSType string `json:"fsType,omitempty" protobuf:"3"`
	// Whether the volume can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"4"`
	// The Secret with the passwords.
	SecretRef *ObjectReference `json:"secretRef,omitempty" protobuf:"5"`
}

// CSIPersistentVolumeSource is a volume of a CSI driver.
type CSIPersistentVolumeSource struct {
	// The driver's name.
	Driver string `json:"driver" protobuf:"1" required:"true"`
	// The driver's name for the volume.
	VolumeHandle string `json:"volumeHandle" protobuf:"2" required:"true"`
	// Whether it can only be read. Default: false.
	ReadOnly bool `json:"readOnly,omitempty" protobuf:"3"`
	// The file system type to mount, such as ext4. Default: the driver's.
	FSType string `json:"fsType,omitempty" protobuf:"4"`
	// What the driver noted about the volume.
	VolumeAttributes map[string]string `json:"volumeAttributes,omitempty" protobuf:"5"`
	// The Secret passed when it is attached.
	ControllerPublishSecretRef *SecretReference `json:"controllerPublishSecretRef,omitempty" protobuf:"6"`
	// The Secret passed when it is prepared on a node.
	NodeStageSecretRef *SecretReference `json:"nodeStageSecretRef,omitempty" protobuf:"7"`
	// The Secret passed when it is mounted.
	NodePublishSecretRef *SecretReference `json:"nodePublishSecretRef,omitempty" protobuf:"8"`
	// The Secret passed when it is made larger.
	ControllerExpandSecretRef *SecretReference `json:"controllerExpandSecretRef,omitempty" protobuf:"9"`
	// The Secret passed when its file system is made larger.
	NodeExpandSecretRef *SecretReference `json:"nodeExpandSecretRef,omitempty" protobuf:"10"`
}

// PersistentVolumeReclaimPolicy says what becomes of a volume when its claim
// goes.
//
// +enum
type PersistentVolumeReclaimPolicy string

// The values of PersistentVolumeReclaimPolicy.
const (
	PersistentVolumeReclaimRecycle PersistentVolumeReclaimPolicy = "Recycle"
	PersistentVolumeReclaimDelete  PersistentVolumeReclaimPolicy = "Delete"
	PersistentVolumeReclaimRetain  PersistentVolumeReclaimPolicy = "Retain"
)

// VolumeNodeAffinity says from which nodes a volume can be reached.
type VolumeNodeAffinity struct {
	// What the node must meet.
	Required *NodeSelector `json:"required,omitempty" protobuf:"1"`
}

// PersistentVolumeStatus says how a volume is.
type PersistentVolumeStatus struct {
	// Pending, Available, Bound, Released or Failed.
	Phase PersistentVolumePhase `json:"phase,omitempty" protobuf:"1"`
	// Why, in words.
	Message string `json:"message,omitempty" protobuf:"2"`
	// Why, one word.
	Reason string `json:"reason,omitempty" protobuf:"3"`
	// When the phase last changed.
	LastPhaseTransitionTime *meta.Time `json:"lastPhaseTransitionTime,omitempty" protobuf:"4"`
}

// PersistentVolumePhase is a stage of a volume's life.
//
// +enum
type PersistentVolumePhase string

// The values of PersistentVolumePhase.
const (
	VolumePending   PersistentVolumePhase = "Pending"
	VolumeAvailable PersistentVolumePhase = "Available"
	VolumeBound     PersistentVolumePhase = "Bound"
	VolumeReleased  PersistentVolumePhase = "Released"
	VolumeFailed    PersistentVolumePhase = "Failed"
)

// PersistentVolumeList is what a list of PersistentVolume objects is answered
// with.
type PersistentVolumeList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []PersistentVolume `json:"items" protobuf:"2" required:"true"`
}
