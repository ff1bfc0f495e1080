package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/quantity"
)

type Volume struct {
	Name         string `json:"name" protobuf:"1" required:"true"`
	VolumeSource `json:",inline" protobuf:"2"`
}

type VolumeSource struct {
	HostPath              *HostPathVolumeSource              `json:"hostPath,omitempty" protobuf:"1"`
	EmptyDir              *EmptyDirVolumeSource              `json:"emptyDir,omitempty" protobuf:"2"`
	GCEPersistentDisk     *GCEPersistentDiskVolumeSource     `json:"gcePersistentDisk,omitempty" protobuf:"3"`
	AWSElasticBlockStore  *AWSElasticBlockStoreVolumeSource  `json:"awsElasticBlockStore,omitempty" protobuf:"4"`
	GitRepo               *GitRepoVolumeSource               `json:"gitRepo,omitempty" protobuf:"5"`
	Secret                *SecretVolumeSource                `json:"secret,omitempty" protobuf:"6"`
	NFS                   *NFSVolumeSource                   `json:"nfs,omitempty" protobuf:"7"`
	ISCSI                 *ISCSIVolumeSource                 `json:"iscsi,omitempty" protobuf:"8"`
	Glusterfs             *GlusterfsVolumeSource             `json:"glusterfs,omitempty" protobuf:"9"`
	PersistentVolumeClaim *PersistentVolumeClaimVolumeSource `json:"persistentVolumeClaim,omitempty" protobuf:"10"`
	RBD                   *RBDVolumeSource                   `json:"rbd,omitempty" protobuf:"11"`
	FlexVolume            *FlexVolumeSource                  `json:"flexVolume,omitempty" protobuf:"12"`
	Cinder                *CinderVolumeSource                `json:"cinder,omitempty" protobuf:"13"`
	CephFS                *CephFSVolumeSource                `json:"cephfs,omitempty" protobuf:"14"`
	Flocker               *FlockerVolumeSource               `json:"flocker,omitempty" protobuf:"15"`
	DownwardAPI           *DownwardAPIVolumeSource           `json:"downwardAPI,omitempty" protobuf:"16"`
	FC                    *FCVolumeSource                    `json:"fc,omitempty" protobuf:"17"`
	AzureFile             *AzureFileVolumeSource             `json:"azureFile,omitempty" protobuf:"18"`
	ConfigMap             *ConfigMapVolumeSource             `json:"configMap,omitempty" protobuf:"19"`
	VsphereVolume         *VsphereVirtualDiskVolumeSource    `json:"vsphereVolume,omitempty" protobuf:"20"`
	Quobyte               *QuobyteVolumeSource               `json:"quobyte,omitempty" protobuf:"21"`
	AzureDisk             *AzureDiskVolumeSource             `json:"azureDisk,omitempty" protobuf:"22"`
	PhotonPersistentDisk  *PhotonPersistentDiskVolumeSource  `json:"photonPersistentDisk,omitempty" protobuf:"23"`
	Projected             *ProjectedVolumeSource             `json:"projected,omitempty" protobuf:"26"`
	PortworxVolume        *PortworxVolumeSource              `json:"portworxVolume,omitempty" protobuf:"24"`
	ScaleIO               *ScaleIOVolumeSource               `json:"scaleIO,omitempty" protobuf:"25"`
	StorageOS             *StorageOSVolumeSource             `json:"storageos,omitempty" protobuf:"27"`
	CSI                   *CSIVolumeSource                   `json:"csi,omitempty" protobuf:"28"`
	Ephemeral             *EphemeralVolumeSource             `json:"ephemeral,omitempty" protobuf:"29"`
	Image                 *ImageVolumeSource                 `json:"image,omitempty" protobuf:"30"`
}

type HostPathVolumeSource struct {
	Path string        `json:"path" protobuf:"1" required:"true"`
	Type *HostPathType `json:"type,omitempty" protobuf:"2"`
}

type HostPathType string

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

type EmptyDirVolumeSource struct {
	Medium    StorageMedium      `json:"medium,omitempty" protobuf:"1"`
	SizeLimit *quantity.Quantity `json:"sizeLimit,omitempty" protobuf:"2"`
}

type StorageMedium string

const (
	StorageMediumDefault         StorageMedium = ""
	StorageMediumMemory          StorageMedium = "Memory"
	StorageMediumHugePages       StorageMedium = "HugePages"
	StorageMediumHugePagesPrefix StorageMedium = "HugePages-"
)

type GCEPersistentDiskVolumeSource struct {
	PDName    string `json:"pdName" protobuf:"1" required:"true"`
	FSType    string `json:"fsType,omitempty" protobuf:"2"`
	Partition int32  `json:"partition,omitempty" protobuf:"3"`
	ReadOnly  bool   `json:"readOnly,omitempty" protobuf:"4"`
}

type AWSElasticBlockStoreVolumeSource struct {
	VolumeID  string `json:"volumeID" protobuf:"1" required:"true"`
	FSType    string `json:"fsType,omitempty" protobuf:"2"`
	Partition int32  `json:"partition,omitempty" protobuf:"3"`
	ReadOnly  bool   `json:"readOnly,omitempty" protobuf:"4"`
}

type GitRepoVolumeSource struct {
	Repository string `json:"repository" protobuf:"1" required:"true"`
	Revision   string `json:"revision,omitempty" protobuf:"2"`
	Directory  string `json:"directory,omitempty" protobuf:"3"`
}

type SecretVolumeSource struct {
	SecretName  string      `json:"secretName,omitempty" protobuf:"1"`
	Items       []KeyToPath `json:"items,omitempty" protobuf:"2" listType:"atomic"`
	DefaultMode *int32      `json:"defaultMode,omitempty" protobuf:"3"`
	Optional    *bool       `json:"optional,omitempty" protobuf:"4"`
}

type KeyToPath struct {
	Key  string `json:"key" protobuf:"1" required:"true"`
	Path string `json:"path" protobuf:"2" required:"true"`
	Mode *int32 `json:"mode,omitempty" protobuf:"3"`
}

type NFSVolumeSource struct {
	Server   string `json:"server" protobuf:"1" required:"true"`
	Path     string `json:"path" protobuf:"2" required:"true"`
	ReadOnly bool   `json:"readOnly,omitempty" protobuf:"3"`
}

type ISCSIVolumeSource struct {
	TargetPortal      string                `json:"targetPortal" protobuf:"1" required:"true"`
	IQN               string                `json:"iqn" protobuf:"2" required:"true"`
	Lun               int32                 `json:"lun" protobuf:"3" required:"true"`
	ISCSIInterface    string                `json:"iscsiInterface,omitempty" protobuf:"4"`
	FSType            string                `json:"fsType,omitempty" protobuf:"5"`
	ReadOnly          bool                  `json:"readOnly,omitempty" protobuf:"6"`
	Portals           []string              `json:"portals,omitempty" protobuf:"7" listType:"atomic"`
	DiscoveryCHAPAuth bool                  `json:"chapAuthDiscovery,omitempty" protobuf:"8"`
	SessionCHAPAuth   bool                  `json:"chapAuthSession,omitempty" protobuf:"11"`
	SecretRef         *LocalObjectReference `json:"secretRef,omitempty" protobuf:"10"`
	InitiatorName     *string               `json:"initiatorName,omitempty" protobuf:"12"`
}

type GlusterfsVolumeSource struct {
	EndpointsName string `json:"endpoints" protobuf:"1" required:"true"`
	Path          string `json:"path" protobuf:"2" required:"true"`
	ReadOnly      bool   `json:"readOnly,omitempty" protobuf:"3"`
}

type PersistentVolumeClaimVolumeSource struct {
	ClaimName string `json:"claimName" protobuf:"1" required:"true"`
	ReadOnly  bool   `json:"readOnly,omitempty" protobuf:"2"`
}

type RBDVolumeSource struct {
	CephMonitors []string              `json:"monitors" protobuf:"1" listType:"atomic" required:"true"`
	RBDImage     string                `json:"image" protobuf:"2" required:"true"`
	FSType       string                `json:"fsType,omitempty" protobuf:"3"`
	RBDPool      string                `json:"pool,omitempty" protobuf:"4"`
	RadosUser    string                `json:"user,omitempty" protobuf:"5"`
	Keyring      string                `json:"keyring,omitempty" protobuf:"6"`
	SecretRef    *LocalObjectReference `json:"secretRef,omitempty" protobuf:"7"`
	ReadOnly     bool                  `json:"readOnly,omitempty" protobuf:"8"`
}

type FlexVolumeSource struct {
	Driver    string                `json:"driver" protobuf:"1" required:"true"`
	FSType    string                `json:"fsType,omitempty" protobuf:"2"`
	SecretRef *LocalObjectReference `json:"secretRef,omitempty" protobuf:"3"`
	ReadOnly  bool                  `json:"readOnly,omitempty" protobuf:"4"`
	Options   map[string]string     `json:"options,omitempty" protobuf:"5"`
}

type CinderVolumeSource struct {
	VolumeID  string                `json:"volumeID" protobuf:"1" required:"true"`
	FSType    string                `json:"fsType,omitempty" protobuf:"2"`
	ReadOnly  bool                  `json:"readOnly,omitempty" protobuf:"3"`
	SecretRef *LocalObjectReference `json:"secretRef,omitempty" protobuf:"4"`
}

type CephFSVolumeSource struct {
	Monitors   []string              `json:"monitors" protobuf:"1" listType:"atomic" required:"true"`
	Path       string                `json:"path,omitempty" protobuf:"2"`
	User       string                `json:"user,omitempty" protobuf:"3"`
	SecretFile string                `json:"secretFile,omitempty" protobuf:"4"`
	SecretRef  *LocalObjectReference `json:"secretRef,omitempty" protobuf:"5"`
	ReadOnly   bool                  `json:"readOnly,omitempty" protobuf:"6"`
}

type FlockerVolumeSource struct {
	DatasetName string `json:"datasetName,omitempty" protobuf:"1"`
	DatasetUUID string `json:"datasetUUID,omitempty" protobuf:"2"`
}

type DownwardAPIVolumeSource struct {
	Items       []DownwardAPIVolumeFile `json:"items,omitempty" protobuf:"1" listType:"atomic"`
	DefaultMode *int32                  `json:"defaultMode,omitempty" protobuf:"2"`
}

type DownwardAPIVolumeFile struct {
	Path             string                 `json:"path" protobuf:"1" required:"true"`
	FieldRef         *ObjectFieldSelector   `json:"fieldRef,omitempty" protobuf:"2"`
	ResourceFieldRef *ResourceFieldSelector `json:"resourceFieldRef,omitempty" protobuf:"3"`
	Mode             *int32                 `json:"mode,omitempty" protobuf:"4"`
}

// +mapType=atomic
type ObjectFieldSelector struct {
	APIVersion string `json:"apiVersion,omitempty" protobuf:"1"`
	FieldPath  string `json:"fieldPath" protobuf:"2" required:"true"`
}

// +mapType=atomic
type ResourceFieldSelector struct {
	ContainerName string            `json:"containerName,omitempty" protobuf:"1"`
	Resource      string            `json:"resource" protobuf:"2" required:"true"`
	Divisor       quantity.Quantity `json:"divisor,omitempty" protobuf:"3"`
}

type FCVolumeSource struct {
	TargetWWNs []string `json:"targetWWNs,omitempty" protobuf:"1" listType:"atomic"`
	Lun        *int32   `json:"lun,omitempty" protobuf:"2"`
	FSType     string   `json:"fsType,omitempty" protobuf:"3"`
	ReadOnly   bool     `json:"readOnly,omitempty" protobuf:"4"`
	WWIDs      []string `json:"wwids,omitempty" protobuf:"5" listType:"atomic"`
}

type AzureFileVolumeSource struct {
	SecretName string `json:"secretName" protobuf:"1" required:"true"`
	ShareName  string `json:"shareName" protobuf:"2" required:"true"`
	ReadOnly   bool   `json:"readOnly,omitempty" protobuf:"3"`
}

type ConfigMapVolumeSource struct {
	LocalObjectReference `json:",inline" protobuf:"1"`
	Items                []KeyToPath `json:"items,omitempty" protobuf:"2" listType:"atomic"`
	DefaultMode          *int32      `json:"defaultMode,omitempty" protobuf:"3"`
	Optional             *bool       `json:"optional,omitempty" protobuf:"4"`
}

type VsphereVirtualDiskVolumeSource struct {
	VolumePath        string `json:"volumePath" protobuf:"1" required:"true"`
	FSType            string `json:"fsType,omitempty" protobuf:"2"`
	StoragePolicyName string `json:"storagePolicyName,omitempty" protobuf:"3"`
	StoragePolicyID   string `json:"storagePolicyID,omitempty" protobuf:"4"`
}

type QuobyteVolumeSource struct {
	Registry string `json:"registry" protobuf:"1" required:"true"`
	Volume   string `json:"volume" protobuf:"2" required:"true"`
	ReadOnly bool   `json:"readOnly,omitempty" protobuf:"3"`
	User     string `json:"user,omitempty" protobuf:"4"`
	Group    string `json:"group,omitempty" protobuf:"5"`
	Tenant   string `json:"tenant,omitempty" protobuf:"6"`
}

type AzureDiskVolumeSource struct {
	DiskName    string                    `json:"diskName" protobuf:"1" required:"true"`
	DataDiskURI string                    `json:"diskURI" protobuf:"2" required:"true"`
	CachingMode *AzureDataDiskCachingMode `json:"cachingMode,omitempty" protobuf:"3"`
	FSType      *string                   `json:"fsType,omitempty" protobuf:"4"`
	ReadOnly    *bool                     `json:"readOnly,omitempty" protobuf:"5"`
	Kind        *AzureDataDiskKind        `json:"kind,omitempty" protobuf:"6"`
}

type AzureDataDiskCachingMode string

const (
	AzureDataDiskCachingNone      AzureDataDiskCachingMode = "None"
	AzureDataDiskCachingReadOnly  AzureDataDiskCachingMode = "ReadOnly"
	AzureDataDiskCachingReadWrite AzureDataDiskCachingMode = "ReadWrite"
)

type AzureDataDiskKind string

const (
	AzureSharedBlobDisk    AzureDataDiskKind = "Shared"
	AzureDedicatedBlobDisk AzureDataDiskKind = "Dedicated"
	AzureManagedDisk       AzureDataDiskKind = "Managed"
)

type PhotonPersistentDiskVolumeSource struct {
	PdID   string `json:"pdID" protobuf:"1" required:"true"`
	FSType string `json:"fsType,omitempty" protobuf:"2"`
}

type ProjectedVolumeSource struct {
	Sources     []VolumeProjection `json:"sources" protobuf:"1" listType:"atomic"`
	DefaultMode *int32             `json:"defaultMode,omitempty" protobuf:"2"`
}

type VolumeProjection struct {
	Secret              *SecretProjection              `json:"secret,omitempty" protobuf:"1"`
	DownwardAPI         *DownwardAPIProjection         `json:"downwardAPI,omitempty" protobuf:"2"`
	ConfigMap           *ConfigMapProjection           `json:"configMap,omitempty" protobuf:"3"`
	ServiceAccountToken *ServiceAccountTokenProjection `json:"serviceAccountToken,omitempty" protobuf:"4"`
	ClusterTrustBundle  *ClusterTrustBundleProjection  `json:"clusterTrustBundle,omitempty" protobuf:"5"`
	PodCertificate      *PodCertificateProjection      `json:"podCertificate,omitempty" protobuf:"6"`
}

type SecretProjection struct {
	LocalObjectReference `json:",inline" protobuf:"1"`
	Items                []KeyToPath `json:"items,omitempty" protobuf:"2" listType:"atomic"`
	Optional             *bool       `json:"optional,omitempty" protobuf:"4"`
}

type DownwardAPIProjection struct {
	Items []DownwardAPIVolumeFile `json:"items,omitempty" protobuf:"1" listType:"atomic"`
}

type ConfigMapProjection struct {
	LocalObjectReference `json:",inline" protobuf:"1"`
	Items                []KeyToPath `json:"items,omitempty" protobuf:"2" listType:"atomic"`
	Optional             *bool       `json:"optional,omitempty" protobuf:"4"`
}

type ServiceAccountTokenProjection struct {
	Audience          string `json:"audience,omitempty" protobuf:"1"`
	ExpirationSeconds *int64 `json:"expirationSeconds,omitempty" protobuf:"2"`
	Path              string `json:"path" protobuf:"3" required:"true"`
}

type ClusterTrustBundleProjection struct {
	Name          *string             `json:"name,omitempty" protobuf:"1"`
	SignerName    *string             `json:"signerName,omitempty" protobuf:"2"`
	LabelSelector *meta.LabelSelector `json:"labelSelector,omitempty" protobuf:"3"`
	Optional      *bool               `json:"optional,omitempty" protobuf:"5"`
	Path          string              `json:"path" protobuf:"4" required:"true"`
}

type PodCertificateProjection struct {
	SignerName           string            `json:"signerName,omitempty" protobuf:"1" required:"true"`
	KeyType              string            `json:"keyType,omitempty" protobuf:"2" required:"true"`
	MaxExpirationSeconds *int32            `json:"maxExpirationSeconds,omitempty" protobuf:"3"`
	CredentialBundlePath string            `json:"credentialBundlePath,omitempty" protobuf:"4"`
	KeyPath              string            `json:"keyPath,omitempty" protobuf:"5"`
	CertificateChainPath string            `json:"certificateChainPath,omitempty" protobuf:"6"`
	UserAnnotations      map[string]string `json:"userAnnotations,omitempty" protobuf:"7"`
}

type PortworxVolumeSource struct {
	VolumeID string `json:"volumeID" protobuf:"1" required:"true"`
	FSType   string `json:"fsType,omitempty" protobuf:"2"`
	ReadOnly bool   `json:"readOnly,omitempty" protobuf:"3"`
}

type ScaleIOVolumeSource struct {
	Gateway          string                `json:"gateway" protobuf:"1" required:"true"`
	System           string                `json:"system" protobuf:"2" required:"true"`
	SecretRef        *LocalObjectReference `json:"secretRef" protobuf:"3" required:"true"`
	SSLEnabled       bool                  `json:"sslEnabled,omitempty" protobuf:"4"`
	ProtectionDomain string                `json:"protectionDomain,omitempty" protobuf:"5"`
	StoragePool      string                `json:"storagePool,omitempty" protobuf:"6"`
	StorageMode      string                `json:"storageMode,omitempty" protobuf:"7"`
	VolumeName       string                `json:"volumeName,omitempty" protobuf:"8"`
	FSType           string                `json:"fsType,omitempty" protobuf:"9"`
	ReadOnly         bool                  `json:"readOnly,omitempty" protobuf:"10"`
}

type StorageOSVolumeSource struct {
	VolumeName      string                `json:"volumeName,omitempty" protobuf:"1"`
	VolumeNamespace string                `json:"volumeNamespace,omitempty" protobuf:"2"`
	FSType          string                `json:"fsType,omitempty" protobuf:"3"`
	ReadOnly        bool                  `json:"readOnly,omitempty" protobuf:"4"`
	SecretRef       *LocalObjectReference `json:"secretRef,omitempty" protobuf:"5"`
}

type CSIVolumeSource struct {
	Driver               string                `json:"driver" protobuf:"1" required:"true"`
	ReadOnly             *bool                 `json:"readOnly,omitempty" protobuf:"2"`
	FSType               *string               `json:"fsType,omitempty" protobuf:"3"`
	VolumeAttributes     map[string]string     `json:"volumeAttributes,omitempty" protobuf:"4"`
	NodePublishSecretRef *LocalObjectReference `json:"nodePublishSecretRef,omitempty" protobuf:"5"`
}

type EphemeralVolumeSource struct {
	VolumeClaimTemplate *PersistentVolumeClaimTemplate `json:"volumeClaimTemplate,omitempty" protobuf:"1"`
}

type ImageVolumeSource struct {
	Reference  string     `json:"reference,omitempty" protobuf:"1"`
	PullPolicy PullPolicy `json:"pullPolicy,omitempty" protobuf:"2"`
}
