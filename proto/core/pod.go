package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Pod is a set of containers that run together on one node and share its
// network address. Controllers make pods from templates and replace them; a
// pod itself never moves.
type Pod struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec PodSpec `json:"spec,omitempty" protobuf:"2"`
	// What is the case, as the system saw it last. Read only; the system
	// fills it in.
	Status PodStatus `json:"status,omitempty" protobuf:"3"`
}

// PodSpec says what a pod runs and where it may run. Once the pod exists only
// images, the deadline and additional tolerations can be changed.
type PodSpec struct {
	// The volumes that containers can mount.
	Volumes []Volume `json:"volumes,omitempty" protobuf:"1" patchStrategy:"merge,retainKeys" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	// Containers that run one after the other, each to success, before the
	// others start. One with restartPolicy Always is a sidecar: the next
	// starts as soon as it has started.
	InitContainers []Container `json:"initContainers,omitempty" protobuf:"20" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	// The containers that run side by side. At least one.
	Containers []Container `json:"containers" protobuf:"2" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name" required:"true"`
	// Containers added for debugging, through the ephemeralcontainers
	// subresource only.
	EphemeralContainers []EphemeralContainer `json:"ephemeralContainers,omitempty" protobuf:"34" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	// Whether containers are restarted when they end: Always (the default),
	// OnFailure or Never.
	RestartPolicy RestartPolicy `json:"restartPolicy,omitempty" protobuf:"3"`
	// How many seconds the processes have between SIGTERM and SIGKILL.
	// Default: 30.
	TerminationGracePeriodSeconds *int64 `json:"terminationGracePeriodSeconds,omitempty" protobuf:"4"`
	// How many seconds after its start the pod is ended as failed.
	ActiveDeadlineSeconds *int64 `json:"activeDeadlineSeconds,omitempty" protobuf:"5"`
	// Where names are looked up: ClusterFirst (the default),
	// ClusterFirstWithHostNet, Default (as on the node) or None (only what
	// dnsConfig says).
	DNSPolicy DNSPolicy `json:"dnsPolicy,omitempty" protobuf:"6"`
	// Labels that the node must have.
	NodeSelector map[string]string `json:"nodeSelector,omitempty" protobuf:"7" mapType:"atomic"`
	// The ServiceAccount the pod acts as. Default: default.
	ServiceAccountName string `json:"serviceAccountName,omitempty" protobuf:"8"`
	// The old name of serviceAccountName.
	DeprecatedServiceAccount string `json:"serviceAccount,omitempty" protobuf:"9"`
	// Whether the account's token is mounted into the containers. Unset, the
	// account decides.
	AutomountServiceAccountToken *bool `json:"automountServiceAccountToken,omitempty" protobuf:"21"`
	// The node the pod runs on. Normally set by the scheduler; set by hand it
	// passes the scheduler by.
	NodeName string `json:"nodeName,omitempty" protobuf:"10"`
	// Whether the pod uses the node's network. Container ports are then ports
	// of the node.
	HostNetwork bool `json:"hostNetwork,omitempty" protobuf:"11"`
	// Whether the pod sees the node's processes.
	HostPID bool `json:"hostPID,omitempty" protobuf:"12"`
	// Whether the pod shares the node's shared memory and semaphores.
	HostIPC bool `json:"hostIPC,omitempty" protobuf:"13"`
	// Whether the containers see each other's processes. Not together with
	// hostPID.
	ShareProcessNamespace *bool `json:"shareProcessNamespace,omitempty" protobuf:"27"`
	// Rights and ids for all containers; they may set their own.
	SecurityContext *PodSecurityContext `json:"securityContext,omitempty" protobuf:"14"`
	// Secrets with the passwords of registries.
	ImagePullSecrets []LocalObjectReference `json:"imagePullSecrets,omitempty" protobuf:"15" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	// The host name the containers see. Default: the pod's name.
	Hostname string `json:"hostname,omitempty" protobuf:"16"`
	// The domain below the namespace's; with a headless Service of that name
	// the pod gets the DNS name HOSTNAME.SUBDOMAIN.NAMESPACE.svc.DOMAIN.
	Subdomain string `json:"subdomain,omitempty" protobuf:"17"`
	// Where the pod should or must run, by labels of nodes and of other pods.
	Affinity *Affinity `json:"affinity,omitempty" protobuf:"18"`
	// The scheduler that places the pod. Default: default-scheduler.
	SchedulerName string `json:"schedulerName,omitempty" protobuf:"19"`
	// The taints of nodes that do not keep the pod away.
	Tolerations []Toleration `json:"tolerations,omitempty" protobuf:"22" listType:"atomic"`
	// Further lines for the containers' hosts file.
	HostAliases []HostAlias `json:"hostAliases,omitempty" protobuf:"23" patchStrategy:"merge" patchMergeKey:"ip" listType:"map" listMapKey:"ip"`
	// The PriorityClass that says how important the pod is.
	PriorityClassName string `json:"priorityClassName,omitempty" protobuf:"24"`
	// The number behind the class; more is more important. Filled in by the
	// server.
	Priority *int32 `json:"priority,omitempty" protobuf:"25"`
	// Name servers, search domains and options beside those of dnsPolicy.
	DNSConfig *PodDNSConfig `json:"dnsConfig,omitempty" protobuf:"26"`
	// Conditions, beside the containers' readiness, that must be True for the
	// pod to be ready.
	ReadinessGates []PodReadinessGate `json:"readinessGates,omitempty" protobuf:"28" listType:"atomic"`
	// The RuntimeClass that says how the containers are run.
	RuntimeClassName *string `json:"runtimeClassName,omitempty" protobuf:"29"`
	// Whether the namespace's services are told in environment variables.
	// Default: true.
	EnableServiceLinks *bool `json:"enableServiceLinks,omitempty" protobuf:"30"`
	// Whether pods of lower priority may be removed to make room:
	// PreemptLowerPriority (the default) or Never.
	PreemptionPolicy *PreemptionPolicy `json:"preemptionPolicy,omitempty" protobuf:"31"`
	// What the pod costs beside its containers, by its RuntimeClass.
	Overhead ResourceList `json:"overhead,omitempty" protobuf:"32"`
	// How evenly pods are spread over nodes, zones and the like.
	TopologySpreadConstraints []TopologySpreadConstraint `json:"topologySpreadConstraints,omitempty" protobuf:"33" patchStrategy:"merge" patchMergeKey:"topologyKey" listType:"map" listMapKey:"topologyKey,whenUnsatisfiable"`
	// Whether the host name is the full DNS name.
	SetHostnameAsFQDN *bool `json:"setHostnameAsFQDN,omitempty" protobuf:"35"`
	// The system the containers are made for.
	OS *PodOS `json:"os,omitempty" protobuf:"36"`
	// Whether user ids are those of the node. False gives the pod a user
	// namespace of its own. Default: true.
	HostUsers *bool `json:"hostUsers,omitempty" protobuf:"37"`
	// What must be cleared before the pod is scheduled. Only at creation;
	// later they can only be removed.
	SchedulingGates []PodSchedulingGate `json:"schedulingGates,omitempty" protobuf:"38" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	// Claims on devices that the containers share.
	ResourceClaims []PodResourceClaim `json:"resourceClaims,omitempty" protobuf:"39" patchStrategy:"merge,retainKeys" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	// Requests and limits of cpu and memory for the pod as a whole.
	Resources *ResourceRequirements `json:"resources,omitempty" protobuf:"40"`
	// The host name the containers see, whatever hostname and subdomain say.
	HostnameOverride *string `json:"hostnameOverride,omitempty" protobuf:"41"`
	// The group of pods that are placed together or not at all.
	SchedulingGroup *PodSchedulingGroup `json:"schedulingGroup,omitempty" protobuf:"43"`
}

// RestartPolicy says whether the containers of a pod are restarted when they
// end.
//
// +enum
type RestartPolicy string

// The values of RestartPolicy.
const (
	RestartPolicyAlways    RestartPolicy = "Always"
	RestartPolicyOnFailure RestartPolicy = "OnFailure"
	RestartPolicyNever     RestartPolicy = "Never"
)

// DNSPolicy says where a pod looks up names.
//
// +enum
type DNSPolicy string

// The values of DNSPolicy.
const (
	DNSClusterFirstWithHostNet DNSPolicy = "ClusterFirstWithHostNet"
	DNSClusterFirst            DNSPolicy = "ClusterFirst"
	DNSDefault                 DNSPolicy = "Default"
	DNSNone                    DNSPolicy = "None"
)

// HostAlias is a line of the containers' hosts file.
type HostAlias struct {
	// The address.
	IP string `json:"ip" protobuf:"1" required:"true"`
	// The names for it.
	Hostnames []string `json:"hostnames,omitempty" protobuf:"2" listType:"atomic"`
}

// PodDNSConfig is what a pod adds to its resolver's configuration.
type PodDNSConfig struct {
	// Addresses of name servers; at most 3.
	Nameservers []string `json:"nameservers,omitempty" protobuf:"1" listType:"atomic"`
	// Domains that short names are tried in; at most 32.
	Searches []string `json:"searches,omitempty" protobuf:"2" listType:"atomic"`
	// Options of the resolver.
	Options []PodDNSConfigOption `json:"options,omitempty" protobuf:"3" listType:"atomic"`
}

// PodDNSConfigOption is an option of the resolver.
type PodDNSConfigOption struct {
	// The option, such as ndots.
	Name string `json:"name,omitempty" protobuf:"1"`
	// Its value, if it has one.
	Value *string `json:"value,omitempty" protobuf:"2"`
}

// PodReadinessGate names a condition that must hold for a pod to be ready.
type PodReadinessGate struct {
	// The type of the condition.
	ConditionType PodConditionType `json:"conditionType" protobuf:"1" required:"true"`
}

// PodConditionType is what a pod's condition is about. Others than those
// below are allowed, with a domain prefix.
type PodConditionType string

// The values of PodConditionType.
const (
	ContainersReady           PodConditionType = "ContainersReady"
	PodInitialized            PodConditionType = "Initialized"
	PodReady                  PodConditionType = "Ready"
	PodScheduled              PodConditionType = "PodScheduled"
	DisruptionTarget          PodConditionType = "DisruptionTarget"
	PodReadyToStartContainers PodConditionType = "PodReadyToStartContainers"
	PodResizePending          PodConditionType = "PodResizePending"
	PodResizeInProgress       PodConditionType = "PodResizeInProgress"
	AllContainersRestarting   PodConditionType = "AllContainersRestarting"
)

// The reasons of PodResizePending (the first two) and PodResizeInProgress.
const (
	PodReasonDeferred   = "Deferred"
	PodReasonInfeasible = "Infeasible"
	PodReasonError      = "Error"
)

// PreemptionPolicy says whether a pod may push out others.
//
// +enum
type PreemptionPolicy string

// The values of PreemptionPolicy.
const (
	PreemptLowerPriority PreemptionPolicy = "PreemptLowerPriority"
	PreemptNever         PreemptionPolicy = "Never"
)

// PodOS is the system that a pod's containers are made for.
type PodOS struct {
	// linux or windows.
	Name OSName `json:"name" protobuf:"1" required:"true"`
}

// OSName is an operating system.
type OSName string

// The values of OSName.
const (
	Linux   OSName = "linux"
	Windows OSName = "windows"
)

// PodSchedulingGate keeps a pod from being scheduled.
type PodSchedulingGate struct {
	// Who or what keeps it. Unique in the pod.
	Name string `json:"name" protobuf:"1" required:"true"`
}

// PodResourceClaim is a claim on devices. One of the two sources is set.
type PodResourceClaim struct {
	// The name by which containers refer to it. Unique in the pod.
	Name string `json:"name" protobuf:"1" required:"true"`
	// A ResourceClaim that exists.
	ResourceClaimName *string `json:"resourceClaimName,omitempty" protobuf:"3"`
	// A template from which a claim is made for this pod alone.
	ResourceClaimTemplateName *string `json:"resourceClaimTemplateName,omitempty" protobuf:"4"`
}

// PodSchedulingGroup names the group that a pod is placed with.
type PodSchedulingGroup struct {
	// The PodGroup.
	PodGroupName *string `json:"podGroupName,omitempty" protobuf:"1"`
}

// PodStatus is how a pod is, as its kubelet saw it last.
type PodStatus struct {
	// The metadata.generation that the status was made for.
	ObservedGeneration int64 `json:"observedGeneration,omitempty" protobuf:"17"`
	// Where the pod is in its life: Pending, Running, Succeeded, Failed or
	// Unknown.
	Phase PodPhase `json:"phase,omitempty" protobuf:"1"`
	// What is known of the pod: whether it is scheduled, initialized, ready.
	Conditions []PodCondition `json:"conditions,omitempty" protobuf:"2" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
	// Why it is so, in words.
	Message string `json:"message,omitempty" protobuf:"3"`
	// Why it is so, one word, such as Evicted.
	Reason string `json:"reason,omitempty" protobuf:"4"`
	// The node that was cleared of other pods for this one.
	NominatedNodeName string `json:"nominatedNodeName,omitempty" protobuf:"11"`
	// The node's address.
	HostIP string `json:"hostIP,omitempty" protobuf:"5"`
	// The node's addresses, at most one for each IP family.
	HostIPs []HostIP `json:"hostIPs,omitempty" protobuf:"16" patchStrategy:"merge" patchMergeKey:"ip" listType:"atomic"`
	// The pod's address.
	PodIP string `json:"podIP,omitempty" protobuf:"6"`
	// The pod's addresses, at most one for each IP family; the first is
	// podIP.
	PodIPs []PodIP `json:"podIPs,omitempty" protobuf:"12" patchStrategy:"merge" patchMergeKey:"ip" listType:"map" listMapKey:"ip"`
	// When the kubelet took the pod up, before images were pulled.
	StartTime *meta.Time `json:"startTime,omitempty" protobuf:"7"`
	// How the init containers are.
	InitContainerStatuses []ContainerStatus `json:"initContainerStatuses,omitempty" protobuf:"10" listType:"atomic"`
	// How the containers are.
	ContainerStatuses []ContainerStatus `json:"containerStatuses,omitempty" protobuf:"8" listType:"atomic"`
	// Who goes first when the node runs short: BestEffort, then Burstable,
	// then Guaranteed. Set by the server from requests and limits.
	QOSClass PodQOSClass `json:"qosClass,omitempty" protobuf:"9"`
	// How the debugging containers are.
	EphemeralContainerStatuses []ContainerStatus `json:"ephemeralContainerStatuses,omitempty" protobuf:"13" listType:"atomic"`
	// How far a change of resources is. Deprecated: conditions tell it.
	Resize PodResizeStatus `json:"resize,omitempty" protobuf:"14"`
	// The claims that were made for the pod.
	ResourceClaimStatuses []PodResourceClaimStatus `json:"resourceClaimStatuses,omitempty" protobuf:"15" patchStrategy:"merge,retainKeys" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	// The claim that was made for extended resources.
	ExtendedResourceClaimStatus *PodExtendedResourceClaimStatus `json:"extendedResourceClaimStatus,omitempty" protobuf:"18"`
	// What the node has set aside for the pod as a whole.
	AllocatedResources ResourceList `json:"allocatedResources,omitempty" protobuf:"19"`
	// The requests and limits in force for the pod as a whole.
	Resources *ResourceRequirements `json:"resources,omitempty" protobuf:"20"`
	// What claims took of the node's own resources.
	NodeAllocatableResourceClaimStatuses []NodeAllocatableResourceClaimStatus `json:"nodeAllocatableResourceClaimStatuses,omitempty" protobuf:"21" listType:"atomic"`
}

// PodPhase is a stage of a pod's life.
//
// +enum
type PodPhase string

// The values of PodPhase.
const (
	PodPending   PodPhase = "Pending"
	PodRunning   PodPhase = "Running"
	PodSucceeded PodPhase = "Succeeded"
	PodFailed    PodPhase = "Failed"
	PodUnknown   PodPhase = "Unknown"
)

// PodCondition is one thing that is known of a pod.
type PodCondition struct {
	// What the condition is about, one word in CamelCase.
	Type PodConditionType `json:"type" protobuf:"1" required:"true"`
	// The metadata.generation of the object that the condition was derived
	// from.
	ObservedGeneration int64 `json:"observedGeneration,omitempty" protobuf:"7"`
	// Whether it holds: True, False or Unknown.
	Status ConditionStatus `json:"status" protobuf:"2" required:"true"`
	// When the condition was last checked.
	LastProbeTime meta.Time `json:"lastProbeTime,omitempty" protobuf:"3"`
	// When the status last changed from one value to another.
	LastTransitionTime meta.Time `json:"lastTransitionTime,omitempty" protobuf:"4"`
	// Why it holds or not, one word in CamelCase for programs.
	Reason string `json:"reason,omitempty" protobuf:"5"`
	// Why it holds or not, in words for people.
	Message string `json:"message,omitempty" protobuf:"6"`
}

// ConditionStatus says whether a condition holds: True, False, or Unknown
// when it cannot be told.
type ConditionStatus string

// The values of ConditionStatus.
const (
	ConditionTrue    ConditionStatus = "True"
	ConditionFalse   ConditionStatus = "False"
	ConditionUnknown ConditionStatus = "Unknown"
)

// HostIP is an address of a pod's node.
type HostIP struct {
	// The address.
	IP string `json:"ip" protobuf:"1" required:"true"`
}

// PodIP is an address of a pod.
type PodIP struct {
	// The address.
	IP string `json:"ip" protobuf:"1" required:"true"`
}

// PodQOSClass says which pods go first when a node runs short.
//
// +enum
type PodQOSClass string

// The values of PodQOSClass.
const (
	PodQOSGuaranteed PodQOSClass = "Guaranteed"
	PodQOSBurstable  PodQOSClass = "Burstable"
	PodQOSBestEffort PodQOSClass = "BestEffort"
)

// PodResizeStatus says how far a change of resources is.
type PodResizeStatus string

// The values of PodResizeStatus.
const (
	PodResizeStatusProposed   PodResizeStatus = "Proposed" // the kubelet has not seen it yet
	PodResizeStatusInProgress PodResizeStatus = "InProgress"
	PodResizeStatusDeferred   PodResizeStatus = "Deferred"
	PodResizeStatusInfeasible PodResizeStatus = "Infeasible"
)

// PodResourceClaimStatus tells of a claim that was made for a pod.
type PodResourceClaimStatus struct {
	// The claim's name in the pod.
	Name string `json:"name" protobuf:"1" required:"true"`
	// The ResourceClaim; unset if none was needed.
	ResourceClaimName *string `json:"resourceClaimName,omitempty" protobuf:"2"`
}

// PodExtendedResourceClaimStatus tells of the claim that was made for
// extended resources.
type PodExtendedResourceClaimStatus struct {
	// Which request of the claim is for which resource.
	RequestMappings []ContainerExtendedResourceRequest `json:"requestMappings" protobuf:"1" listType:"atomic" required:"true"`
	// The ResourceClaim.
	ResourceClaimName string `json:"resourceClaimName" protobuf:"2" required:"true"`
}

// ContainerExtendedResourceRequest relates a resource of a container to a
// request of a claim.
type ContainerExtendedResourceRequest struct {
	// The container.
	ContainerName string `json:"containerName" protobuf:"1" required:"true"`
	// The extended resource.
	ResourceName string `json:"resourceName" protobuf:"2" required:"true"`
	// The request of the claim.
	RequestName string `json:"requestName" protobuf:"3" required:"true"`
}

// NodeAllocatableResourceClaimStatus tells what a claim took of a node's own
// resources.
type NodeAllocatableResourceClaimStatus struct {
	// The ResourceClaim.
	ResourceClaimName string `json:"resourceClaimName" protobuf:"1" required:"true"`
	// The containers that use it.
	Containers []string `json:"containers,omitempty" protobuf:"2" listType:"set"`
	// What it took.
	Resources ResourceList `json:"resources" protobuf:"3" required:"true"`
}

// PodList is what a list of Pod objects is answered with.
type PodList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []Pod `json:"items" protobuf:"2" required:"true"`
}

// Binding places a pod on a node. The scheduler posts it to the pod's binding
// subresource.
type Binding struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// The node.
	Target ObjectReference `json:"target" protobuf:"2" required:"true"`
}
