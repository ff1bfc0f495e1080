package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type PersistentVolume struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            PersistentVolumeSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          PersistentVolumeStatus `json:"status,omitempty" protobuf:"3"`
}

type PersistentVolumeSpec struct {
	Capacity                      ResourceList `json:"capacity,omitempty" protobuf:"1"`
	PersistentVolumeSource        `json:",inline" protobuf:"2"`
	AccessModes                   []PersistentVolumeAccessMode  `json:"accessModes,omitempty" protobuf:"3" listType:"atomic"`
	ClaimRef                      *ObjectReference              `json:"claimRef,omitempty" protobuf:"4" mapType:"granular"`
	PersistentVolumeReclaimPolicy PersistentVolumeReclaimPolicy `json:"persistentVolumeReclaimPolicy,omitempty" protobuf:"5"`
	StorageClassName              string                        `json:"storageClassName,omitempty" protobuf:"6"`
	MountOptions                  []string                      `json:"mountOptions,omitempty" protobuf:"7" listType:"atomic"`
	VolumeMode                    *PersistentVolumeMode         `json:"volumeMode,omitempty" protobuf:"8"`
	NodeAffinity                  *VolumeNodeAffinity           `json:"nodeAffinity,omitempty" protobuf:"9"`
	VolumeAttributesClassName     *string                       `json:"volumeAttributesClassName,omitempty" protobuf:"10"`
}

type PersistentVolumeSource struct {
	GCEPersistentDisk    *GCEPersistentDiskVolumeSource    `json:"gcePersistentDisk,omitempty" protobuf:"1"`
	AWSElasticBlockStore *AWSElasticBlockStoreVolumeSource `json:"awsElasticBlockStore,omitempty" protobuf:"2"`
	HostPath             *HostPathVolumeSource             `json:"hostPath,omitempty" protobuf:"3"`
	Glusterfs            *GlusterfsPersistentVolumeSource  `json:"glusterfs,omitempty" protobuf:"4"`
	NFS                  *NFSVolumeSource                  `json:"nfs,omitempty" protobuf:"5"`
	RBD                  *RBDPersistentVolumeSource        `json:"rbd,omitempty" protobuf:"6"`
	ISCSI                *ISCSIPersistentVolumeSource      `json:"iscsi,omitempty" protobuf:"7"`
	Cinder               *CinderPersistentVolumeSource     `json:"cinder,omitempty" protobuf:"8"`
	CephFS               *CephFSPersistentVolumeSource     `json:"cephfs,omitempty" protobuf:"9"`
	FC                   *FCVolumeSource                   `json:"fc,omitempty" protobuf:"10"`
	Flocker              *FlockerVolumeSource              `json:"flocker,omitempty" protobuf:"11"`
	FlexVolume           *FlexPersistentVolumeSource       `json:"flexVolume,omitempty" protobuf:"12"`
	AzureFile            *AzureFilePersistentVolumeSource  `json:"azureFile,omitempty" protobuf:"13"`
	VsphereVolume        *VsphereVirtualDiskVolumeSource   `json:"vsphereVolume,omitempty" protobuf:"14"`
	Quobyte              *QuobyteVolumeSource              `json:"quobyte,omitempty" protobuf:"15"`
	AzureDisk            *AzureDiskVolumeSource            `json:"azureDisk,omitempty" protobuf:"16"`
	PhotonPersistentDisk *PhotonPersistentDiskVolumeSource `json:"photonPersistentDisk,omitempty" protobuf:"17"`
	PortworxVolume       *PortworxVolumeSource             `json:"portworxVolume,omitempty" protobuf:"18"`
	ScaleIO              *ScaleIOPersistentVolumeSource    `json:"scaleIO,omitempty" protobuf:"19"`
	Local                *LocalVolumeSource                `json:"local,omitempty" protobuf:"20"`
	StorageOS            *StorageOSPersistentVolumeSource  `json:"storageos,omitempty" protobuf:"21"`
	CSI                  *CSIPersistentVolumeSource        `json:"csi,omitempty" protobuf:"22"`
}

type GlusterfsPersistentVolumeSource struct {
	EndpointsName      string  `json:"endpoints" protobuf:"1" required:"true"`
	Path               string  `json:"path" protobuf:"2" required:"true"`
	ReadOnly           bool    `json:"readOnly,omitempty" protobuf:"3"`
	EndpointsNamespace *string `json:"endpointsNamespace,omitempty" protobuf:"4"`
}

type RBDPersistentVolumeSource struct {
	CephMonitors []string         `json:"monitors" protobuf:"1" listType:"atomic" required:"true"`
	RBDImage     string           `json:"image" protobuf:"2" required:"true"`
	FSType       string           `json:"fsType,omitempty" protobuf:"3"`
	RBDPool      string           `json:"pool,omitempty" protobuf:"4"`
	RadosUser    string           `json:"user,omitempty" protobuf:"5"`
	Keyring      string           `json:"keyring,omitempty" protobuf:"6"`
	SecretRef    *SecretReference `json:"secretRef,omitempty" protobuf:"7"`
	ReadOnly     bool             `json:"readOnly,omitempty" protobuf:"8"`
}

// +mapType=atomic
type SecretReference struct {
	Name      string `json:"name,omitempty" protobuf:"1"`
	Namespace string `json:"namespace,omitempty" protobuf:"2"`
}

type ISCSIPersistentVolumeSource struct {
	TargetPortal      string           `json:"targetPortal" protobuf:"1" required:"true"`
	IQN               string           `json:"iqn" protobuf:"2" required:"true"`
	Lun               int32            `json:"lun" protobuf:"3" required:"true"`
	ISCSIInterface    string           `json:"iscsiInterface,omitempty" protobuf:"4"`
	FSType            string           `json:"fsType,omitempty" protobuf:"5"`
	ReadOnly          bool             `json:"readOnly,omitempty" protobuf:"6"`
	Portals           []string         `json:"portals,omitempty" protobuf:"7" listType:"atomic"`
	DiscoveryCHAPAuth bool             `json:"chapAuthDiscovery,omitempty" protobuf:"8"`
	SessionCHAPAuth   bool             `json:"chapAuthSession,omitempty" protobuf:"11"`
	SecretRef         *SecretReference `json:"secretRef,omitempty" protobuf:"10"`
	InitiatorName     *string          `json:"initiatorName,omitempty" protobuf:"12"`
}

type CinderPersistentVolumeSource struct {
	VolumeID  string           `json:"volumeID" protobuf:"1" required:"true"`
	FSType    string           `json:"fsType,omitempty" protobuf:"2"`
	ReadOnly  bool             `json:"readOnly,omitempty" protobuf:"3"`
	SecretRef *SecretReference `json:"secretRef,omitempty" protobuf:"4"`
}

type CephFSPersistentVolumeSource struct {
	Monitors   []string         `json:"monitors" protobuf:"1" listType:"atomic" required:"true"`
	Path       string           `json:"path,omitempty" protobuf:"2"`
	User       string           `json:"user,omitempty" protobuf:"3"`
	SecretFile string           `json:"secretFile,omitempty" protobuf:"4"`
	SecretRef  *SecretReference `json:"secretRef,omitempty" protobuf:"5"`
	ReadOnly   bool             `json:"readOnly,omitempty" protobuf:"6"`
}

type FlexPersistentVolumeSource struct {
	Driver    string            `json:"driver" protobuf:"1" required:"true"`
	FSType    string            `json:"fsType,omitempty" protobuf:"2"`
	SecretRef *SecretReference  `json:"secretRef,omitempty" protobuf:"3"`
	ReadOnly  bool              `json:"readOnly,omitempty" protobuf:"4"`
	Options   map[string]string `json:"options,omitempty" protobuf:"5"`
}

type AzureFilePersistentVolumeSource struct {
	SecretName      string  `json:"secretName" protobuf:"1" required:"true"`
	ShareName       string  `json:"shareName" protobuf:"2" required:"true"`
	ReadOnly        bool    `json:"readOnly,omitempty" protobuf:"3"`
	SecretNamespace *string `json:"secretNamespace" protobuf:"4"`
}

type ScaleIOPersistentVolumeSource struct {
	Gateway          string           `json:"gateway" protobuf:"1" required:"true"`
	System           string           `json:"system" protobuf:"2" required:"true"`
	SecretRef        *SecretReference `json:"secretRef" protobuf:"3" required:"true"`
	SSLEnabled       bool             `json:"sslEnabled,omitempty" protobuf:"4"`
	ProtectionDomain string           `json:"protectionDomain,omitempty" protobuf:"5"`
	StoragePool      string           `json:"storagePool,omitempty" protobuf:"6"`
	StorageMode      string           `json:"storageMode,omitempty" protobuf:"7"`
	VolumeName       string           `json:"volumeName,omitempty" protobuf:"8"`
	FSType           string           `json:"fsType,omitempty" protobuf:"9"`
	ReadOnly         bool             `json:"readOnly,omitempty" protobuf:"10"`
}

type LocalVolumeSource struct {
	Path   string  `json:"path" protobuf:"1" required:"true"`
	FSType *string `json:"fsType,omitempty" protobuf:"2"`
}

type StorageOSPersistentVolumeSource struct {
	VolumeName      string           `json:"volumeName,omitempty" protobuf:"1"`
	VolumeNamespace string           `json:"volumeNamespace,omitempty" protobuf:"2"`
	FSType          string           `json:"fsType,omitempty" protobuf:"3"`
	ReadOnly        bool             `json:"readOnly,omitempty" protobuf:"4"`
	SecretRef       *ObjectReference `json:"secretRef,omitempty" protobuf:"5"`
}

type CSIPersistentVolumeSource struct {
	Driver                     string            `json:"driver" protobuf:"1" required:"true"`
	VolumeHandle               string            `json:"volumeHandle" protobuf:"2" required:"true"`
	ReadOnly                   bool              `json:"readOnly,omitempty" protobuf:"3"`
	FSType                     string            `json:"fsType,omitempty" protobuf:"4"`
	VolumeAttributes           map[string]string `json:"volumeAttributes,omitempty" protobuf:"5"`
	ControllerPublishSecretRef *SecretReference  `json:"controllerPublishSecretRef,omitempty" protobuf:"6"`
	NodeStageSecretRef         *SecretReference  `json:"nodeStageSecretRef,omitempty" protobuf:"7"`
	NodePublishSecretRef       *SecretReference  `json:"nodePublishSecretRef,omitempty" protobuf:"8"`
	ControllerExpandSecretRef  *SecretReference  `json:"controllerExpandSecretRef,omitempty" protobuf:"9"`
	NodeExpandSecretRef        *SecretReference  `json:"nodeExpandSecretRef,omitempty" protobuf:"10"`
}

type PersistentVolumeReclaimPolicy string

const (
	PersistentVolumeReclaimRecycle PersistentVolumeReclaimPolicy = "Recycle"
	PersistentVolumeReclaimDelete  PersistentVolumeReclaimPolicy = "Delete"
	PersistentVolumeReclaimRetain  PersistentVolumeReclaimPolicy = "Retain"
)

type VolumeNodeAffinity struct {
	Required *NodeSelector `json:"required,omitempty" protobuf:"1"`
}

type PersistentVolumeStatus struct {
	Phase                   PersistentVolumePhase `json:"phase,omitempty" protobuf:"1"`
	Message                 string                `json:"message,omitempty" protobuf:"2"`
	Reason                  string                `json:"reason,omitempty" protobuf:"3"`
	LastPhaseTransitionTime *meta.Time            `json:"lastPhaseTransitionTime,omitempty" protobuf:"4"`
}

type PersistentVolumePhase string

const (
	VolumePending   PersistentVolumePhase = "Pending"
	VolumeAvailable PersistentVolumePhase = "Available"
	VolumeBound     PersistentVolumePhase = "Bound"
	VolumeReleased  PersistentVolumePhase = "Released"
	VolumeFailed    PersistentVolumePhase = "Failed"
)

type PersistentVolumeList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []PersistentVolume `json:"items" protobuf:"2" required:"true"`
}
