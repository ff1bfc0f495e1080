package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type Node struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            NodeSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          NodeStatus `json:"status,omitempty" protobuf:"3"`
}

type NodeSpec struct {
	PodCIDR            string            `json:"podCIDR,omitempty" protobuf:"1"`
	PodCIDRs           []string          `json:"podCIDRs,omitempty" protobuf:"7" patchStrategy:"merge" listType:"set"`
	ProviderID         string            `json:"providerID,omitempty" protobuf:"3"`
	Unschedulable      bool              `json:"unschedulable,omitempty" protobuf:"4"`
	Taints             []Taint           `json:"taints,omitempty" protobuf:"5" listType:"atomic"`
	ConfigSource       *NodeConfigSource `json:"configSource,omitempty" protobuf:"6"`
	DoNotUseExternalID string            `json:"externalID,omitempty" protobuf:"2"`
}

type NodeConfigSource struct {
	ConfigMap *ConfigMapNodeConfigSource `json:"configMap,omitempty" protobuf:"2"`
}

type ConfigMapNodeConfigSource struct {
	Namespace        string   `json:"namespace" protobuf:"1" required:"true"`
	Name             string   `json:"name" protobuf:"2" required:"true"`
	UID              meta.UID `json:"uid,omitempty" protobuf:"3"`
	ResourceVersion  string   `json:"resourceVersion,omitempty" protobuf:"4"`
	KubeletConfigKey string   `json:"kubeletConfigKey" protobuf:"5" required:"true"`
}

type NodeStatus struct {
	Capacity         ResourceList         `json:"capacity,omitempty" protobuf:"1"`
	Allocatable      ResourceList         `json:"allocatable,omitempty" protobuf:"2"`
	Phase            NodePhase            `json:"phase,omitempty" protobuf:"3"`
	Conditions       []NodeCondition      `json:"conditions,omitempty" protobuf:"4" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
	Addresses        []NodeAddress        `json:"addresses,omitempty" protobuf:"5" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
	DaemonEndpoints  NodeDaemonEndpoints  `json:"daemonEndpoints,omitempty" protobuf:"6"`
	NodeInfo         NodeSystemInfo       `json:"nodeInfo,omitempty" protobuf:"7"`
	Images           []ContainerImage     `json:"images,omitempty" protobuf:"8" listType:"atomic"`
	VolumesInUse     []UniqueVolumeName   `json:"volumesInUse,omitempty" protobuf:"9" listType:"atomic"`
	VolumesAttached  []AttachedVolume     `json:"volumesAttached,omitempty" protobuf:"10" listType:"atomic"`
	Config           *NodeConfigStatus    `json:"config,omitempty" protobuf:"11"`
	RuntimeHandlers  []NodeRuntimeHandler `json:"runtimeHandlers,omitempty" protobuf:"12" listType:"atomic"`
	Features         *NodeFeatures        `json:"features,omitempty" protobuf:"13"`
	DeclaredFeatures []string             `json:"declaredFeatures,omitempty" protobuf:"14" listType:"atomic"`
}

type NodePhase string

const (
	NodePending    NodePhase = "Pending"
	NodeRunning    NodePhase = "Running"
	NodeTerminated NodePhase = "Terminated"
)

type NodeCondition struct {
	Type               NodeConditionType `json:"type" protobuf:"1" required:"true"`
	Status             ConditionStatus   `json:"status" protobuf:"2" required:"true"`
	LastHeartbeatTime  meta.Time         `json:"lastHeartbeatTime,omitempty" protobuf:"3"`
	LastTransitionTime meta.Time         `json:"lastTransitionTime,omitempty" protobuf:"4"`
	Reason             string            `json:"reason,omitempty" protobuf:"5"`
	Message            string            `json:"message,omitempty" protobuf:"6"`
}

type NodeConditionType string

const (
	NodeReady                          NodeConditionType = "Ready"
	NodeMemoryPressure                 NodeConditionType = "MemoryPressure"
	NodeDiskPressure                   NodeConditionType = "DiskPressure"
	NodePIDPressure                    NodeConditionType = "PIDPressure"
	NodeNetworkUnavailable             NodeConditionType = "NetworkUnavailable"
	NodeGracefulNodeShutdownInProgress NodeConditionType = "GracefulNodeShutdownInProgress"
	NodeDrainInProgress                NodeConditionType = "DrainInProgress"
	NodeDrained                        NodeConditionType = "Drained"
	NodeMaintenancePlanned             NodeConditionType = "MaintenancePlanned"
	NodeMaintenanceInProgress          NodeConditionType = "MaintenanceInProgress"
)

type NodeAddress struct {
	Type    NodeAddressType `json:"type" protobuf:"1" required:"true"`
	Address string          `json:"address" protobuf:"2" required:"true"`
}

type NodeAddressType string

const (
	NodeHostName    NodeAddressType = "Hostname"
	NodeInternalIP  NodeAddressType = "InternalIP"
	NodeExternalIP  NodeAddressType = "ExternalIP"
	NodeInternalDNS NodeAddressType = "InternalDNS"
	NodeExternalDNS NodeAddressType = "ExternalDNS"
)

type NodeDaemonEndpoints struct {
	KubeletEndpoint DaemonEndpoint `json:"kubeletEndpoint,omitempty" protobuf:"1"`
}

type DaemonEndpoint struct {
	Port int32 `json:"Port" protobuf:"1" required:"true"`
}

type NodeSystemInfo struct {
	MachineID               string          `json:"machineID" protobuf:"1" required:"true"`
	SystemUUID              string          `json:"systemUUID" protobuf:"2" required:"true"`
	BootID                  string          `json:"bootID" protobuf:"3" required:"true"`
	KernelVersion           string          `json:"kernelVersion" protobuf:"4" required:"true"`
	OSImage                 string          `json:"osImage" protobuf:"5" required:"true"`
	ContainerRuntimeVersion string          `json:"containerRuntimeVersion" protobuf:"6" required:"true"`
	KubeletVersion          string          `json:"kubeletVersion" protobuf:"7" required:"true"`
	KubeProxyVersion        string          `json:"kubeProxyVersion" protobuf:"8" required:"true"`
	OperatingSystem         string          `json:"operatingSystem" protobuf:"9" required:"true"`
	Architecture            string          `json:"architecture" protobuf:"10" required:"true"`
	Swap                    *NodeSwapStatus `json:"swap,omitempty" protobuf:"11"`
}

type NodeSwapStatus struct {
	Capacity *int64 `json:"capacity,omitempty" protobuf:"1"`
}

type ContainerImage struct {
	Names     []string `json:"names" protobuf:"1" listType:"atomic"`
	SizeBytes int64    `json:"sizeBytes,omitempty" protobuf:"2"`
}

type UniqueVolumeName string

type AttachedVolume struct {
	Name       UniqueVolumeName `json:"name" protobuf:"1" required:"true"`
	DevicePath string           `json:"devicePath" protobuf:"2" required:"true"`
}

type NodeConfigStatus struct {
	Assigned      *NodeConfigSource `json:"assigned,omitempty" protobuf:"1"`
	Active        *NodeConfigSource `json:"active,omitempty" protobuf:"2"`
	LastKnownGood *NodeConfigSource `json:"lastKnownGood,omitempty" protobuf:"3"`
	Error         string            `json:"error,omitempty" protobuf:"4"`
}

type NodeRuntimeHandler struct {
	Name     string                      `json:"name" protobuf:"1"`
	Features *NodeRuntimeHandlerFeatures `json:"features,omitempty" protobuf:"2"`
}

type NodeRuntimeHandlerFeatures struct {
	RecursiveReadOnlyMounts *bool `json:"recursiveReadOnlyMounts,omitempty" protobuf:"1"`
	UserNamespaces          *bool `json:"userNamespaces,omitempty" protobuf:"2"`
}

type NodeFeatures struct {
	SupplementalGroupsPolicy *bool `json:"supplementalGroupsPolicy,omitempty" protobuf:"1"`
}

type NodeList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []Node `json:"items" protobuf:"2" required:"true"`
}
