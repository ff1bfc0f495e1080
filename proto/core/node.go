package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Node is a machine that runs pods. Its kubelet creates the object and keeps
// its status.
type Node struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec NodeSpec `json:"spec,omitempty" protobuf:"2"`
	// What is the case, as the system saw it last. Read only; the system
	// fills it in.
	Status NodeStatus `json:"status,omitempty" protobuf:"3"`
}

// NodeSpec says how a node is used.
type NodeSpec struct {
	// The node's part of the pod network. Given once by the controller
	// manager.
	PodCIDR string `json:"podCIDR,omitempty" protobuf:"1"`
	// All its parts, at most one for each IP family; the first is podCIDR.
	PodCIDRs []string `json:"podCIDRs,omitempty" protobuf:"7" patchStrategy:"merge" listType:"set"`
	// The machine's name at the cloud provider: PROVIDER://ID.
	ProviderID string `json:"providerID,omitempty" protobuf:"3"`
	// Whether new pods keep away (kubectl cordon).
	Unschedulable bool `json:"unschedulable,omitempty" protobuf:"4"`
	// What keeps pods away that do not tolerate it.
	Taints []Taint `json:"taints,omitempty" protobuf:"5" listType:"atomic"`
	// No longer used.
	ConfigSource *NodeConfigSource `json:"configSource,omitempty" protobuf:"6"`
	// No longer used.
	DoNotUseExternalID string `json:"externalID,omitempty" protobuf:"2"`
}

// NodeConfigSource is no longer used: kubelets read their configuration from
// files.
type NodeConfigSource struct {
	// A ConfigMap that held the configuration.
	ConfigMap *ConfigMapNodeConfigSource `json:"configMap,omitempty" protobuf:"2"`
}

// ConfigMapNodeConfigSource is no longer used.
type ConfigMapNodeConfigSource struct {
	// The namespace of the ConfigMap.
	Namespace string `json:"namespace" protobuf:"1" required:"true"`
	// Its name.
	Name string `json:"name" protobuf:"2" required:"true"`
	// Its uid. Only in status.
	UID meta.UID `json:"uid,omitempty" protobuf:"3"`
	// Its resource version. Only in status.
	ResourceVersion string `json:"resourceVersion,omitempty" protobuf:"4"`
	// The key that held the configuration.
	KubeletConfigKey string `json:"kubeletConfigKey" protobuf:"5" required:"true"`
}

// NodeStatus is how a node is, as its kubelet saw it last.
type NodeStatus struct {
	// What the machine has.
	Capacity ResourceList `json:"capacity,omitempty" protobuf:"1"`
	// What pods may use of it; the rest is for the system.
	Allocatable ResourceList `json:"allocatable,omitempty" protobuf:"2"`
	// No longer used.
	Phase NodePhase `json:"phase,omitempty" protobuf:"3"`
	// What is well with the node and what is not.
	Conditions []NodeCondition `json:"conditions,omitempty" protobuf:"4" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
	// Where it can be reached.
	Addresses []NodeAddress `json:"addresses,omitempty" protobuf:"5" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
	// The ports of its daemons.
	DaemonEndpoints NodeDaemonEndpoints `json:"daemonEndpoints,omitempty" protobuf:"6"`
	// What the machine is and runs.
	NodeInfo NodeSystemInfo `json:"nodeInfo,omitempty" protobuf:"7"`
	// Images that are present, the largest first.
	Images []ContainerImage `json:"images,omitempty" protobuf:"8" listType:"atomic"`
	// Volumes that pods use.
	VolumesInUse []UniqueVolumeName `json:"volumesInUse,omitempty" protobuf:"9" listType:"atomic"`
	// Volumes that are attached to the machine.
	VolumesAttached []AttachedVolume `json:"volumesAttached,omitempty" protobuf:"10" listType:"atomic"`
	// No longer used.
	Config *NodeConfigStatus `json:"config,omitempty" protobuf:"11"`
	// What its container runtime can do, by handler.
	RuntimeHandlers []NodeRuntimeHandler `json:"runtimeHandlers,omitempty" protobuf:"12" listType:"atomic"`
	// What its runtime can do, whatever the handler.
	Features *NodeFeatures `json:"features,omitempty" protobuf:"13"`
	// Features of its kubelet that the scheduler must know.
	DeclaredFeatures []string `json:"declaredFeatures,omitempty" protobuf:"14" listType:"atomic"`
}

// NodePhase is no longer used; conditions tell more.
//
// +enum
type NodePhase string

// The values of NodePhase.
const (
	NodePending    NodePhase = "Pending"
	NodeRunning    NodePhase = "Running"
	NodeTerminated NodePhase = "Terminated"
)

// NodeCondition is one thing that is known of a node.
type NodeCondition struct {
	// What the condition is about, one word in CamelCase.
	Type NodeConditionType `json:"type" protobuf:"1" required:"true"`
	// Whether it holds: True, False or Unknown.
	Status ConditionStatus `json:"status" protobuf:"2" required:"true"`
	// When the condition was last reported.
	LastHeartbeatTime meta.Time `json:"lastHeartbeatTime,omitempty" protobuf:"3"`
	// When the status last changed from one value to another.
	LastTransitionTime meta.Time `json:"lastTransitionTime,omitempty" protobuf:"4"`
	// Why it holds or not, one word in CamelCase for programs.
	Reason string `json:"reason,omitempty" protobuf:"5"`
	// Why it holds or not, in words for people.
	Message string `json:"message,omitempty" protobuf:"6"`
}

// NodeConditionType is what a node's condition is about. Ready should be
// True, all others False.
type NodeConditionType string

// The values of NodeConditionType.
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

// NodeAddress is where a node can be reached.
type NodeAddress struct {
	// Which address: InternalIP, ExternalIP, Hostname, InternalDNS or
	// ExternalDNS.
	Type NodeAddressType `json:"type" protobuf:"1" required:"true"`
	// The address.
	Address string `json:"address" protobuf:"2" required:"true"`
}

// NodeAddressType says for whom an address is.
type NodeAddressType string

// The values of NodeAddressType.
const (
	NodeHostName    NodeAddressType = "Hostname"
	NodeInternalIP  NodeAddressType = "InternalIP"
	NodeExternalIP  NodeAddressType = "ExternalIP"
	NodeInternalDNS NodeAddressType = "InternalDNS"
	NodeExternalDNS NodeAddressType = "ExternalDNS"
)

// NodeDaemonEndpoints are the ports of a node's daemons.
type NodeDaemonEndpoints struct {
	// Where the kubelet listens.
	KubeletEndpoint DaemonEndpoint `json:"kubeletEndpoint,omitempty" protobuf:"1"`
}

// DaemonEndpoint is where a daemon listens.
type DaemonEndpoint struct {
	// The port.
	Port int32 `json:"Port" protobuf:"1" required:"true"`
}

// NodeSystemInfo says what a node is and runs.
type NodeSystemInfo struct {
	// What /etc/machine-id says.
	MachineID string `json:"machineID" protobuf:"1" required:"true"`
	// The uuid of the machine, from its firmware.
	SystemUUID string `json:"systemUUID" protobuf:"2" required:"true"`
	// A uuid that changes with every boot.
	BootID string `json:"bootID" protobuf:"3" required:"true"`
	// The kernel, as uname -r shows it.
	KernelVersion string `json:"kernelVersion" protobuf:"4" required:"true"`
	// The system, as /etc/os-release names it.
	OSImage string `json:"osImage" protobuf:"5" required:"true"`
	// The runtime and its version, such as containerd://1.7.35.
	ContainerRuntimeVersion string `json:"containerRuntimeVersion" protobuf:"6" required:"true"`
	// The kubelet's version.
	KubeletVersion string `json:"kubeletVersion" protobuf:"7" required:"true"`
	// No longer used.
	KubeProxyVersion string `json:"kubeProxyVersion" protobuf:"8" required:"true"`
	// The system, as Go names it.
	OperatingSystem string `json:"operatingSystem" protobuf:"9" required:"true"`
	// The CPU architecture, as Go names it.
	Architecture string `json:"architecture" protobuf:"10" required:"true"`
	// The machine's swap space.
	Swap *NodeSwapStatus `json:"swap,omitempty" protobuf:"11"`
}

// NodeSwapStatus tells of swap space.
type NodeSwapStatus struct {
	// How many bytes there are.
	Capacity *int64 `json:"capacity,omitempty" protobuf:"1"`
}

// ContainerImage is an image present on a node.
type ContainerImage struct {
	// The names it is known by.
	Names []string `json:"names" protobuf:"1" listType:"atomic"`
	// Its size in bytes.
	SizeBytes int64 `json:"sizeBytes,omitempty" protobuf:"2"`
}

// UniqueVolumeName names a volume for a node, plugin and all.
type UniqueVolumeName string

// AttachedVolume is a volume attached to a node.
type AttachedVolume struct {
	// The volume.
	Name UniqueVolumeName `json:"name" protobuf:"1" required:"true"`
	// The device it appears as.
	DevicePath string `json:"devicePath" protobuf:"2" required:"true"`
}

// NodeConfigStatus is no longer used.
type NodeConfigStatus struct {
	// The configuration that was to be used.
	Assigned *NodeConfigSource `json:"assigned,omitempty" protobuf:"1"`
	// The configuration in use.
	Active *NodeConfigSource `json:"active,omitempty" protobuf:"2"`
	// The configuration to go back to.
	LastKnownGood *NodeConfigSource `json:"lastKnownGood,omitempty" protobuf:"3"`
	// Why the assigned one was not used.
	Error string `json:"error,omitempty" protobuf:"4"`
}

// NodeRuntimeHandler is one way in which a node's runtime can run containers.
type NodeRuntimeHandler struct {
	// The handler; empty for the default one.
	Name string `json:"name" protobuf:"1"`
	// What it can do.
	Features *NodeRuntimeHandlerFeatures `json:"features,omitempty" protobuf:"2"`
}

// NodeRuntimeHandlerFeatures says what a handler can do.
type NodeRuntimeHandlerFeatures struct {
	// Whether mounts below read-only mounts can be read-only too.
	RecursiveReadOnlyMounts *bool `json:"recursiveReadOnlyMounts,omitempty" protobuf:"1"`
	// Whether pods can have user namespaces.
	UserNamespaces *bool `json:"userNamespaces,omitempty" protobuf:"2"`
}

// NodeFeatures says what a node's runtime can do.
type NodeFeatures struct {
	// Whether it knows supplementalGroupsPolicy.
	SupplementalGroupsPolicy *bool `json:"supplementalGroupsPolicy,omitempty" protobuf:"1"`
}

// NodeList is what a list of Node objects is answered with.
type NodeList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []Node `json:"items" protobuf:"2" required:"true"`
}
