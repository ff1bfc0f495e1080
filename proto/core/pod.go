package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type Pod struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            PodSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          PodStatus `json:"status,omitempty" protobuf:"3"`
}

type PodSpec struct {
	Volumes                       []Volume                   `json:"volumes,omitempty" protobuf:"1" patchStrategy:"merge,retainKeys" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	InitContainers                []Container                `json:"initContainers,omitempty" protobuf:"20" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	Containers                    []Container                `json:"containers" protobuf:"2" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name" required:"true"`
	EphemeralContainers           []EphemeralContainer       `json:"ephemeralContainers,omitempty" protobuf:"34" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	RestartPolicy                 RestartPolicy              `json:"restartPolicy,omitempty" protobuf:"3"`
	TerminationGracePeriodSeconds *int64                     `json:"terminationGracePeriodSeconds,omitempty" protobuf:"4"`
	ActiveDeadlineSeconds         *int64                     `json:"activeDeadlineSeconds,omitempty" protobuf:"5"`
	DNSPolicy                     DNSPolicy                  `json:"dnsPolicy,omitempty" protobuf:"6"`
	NodeSelector                  map[string]string          `json:"nodeSelector,omitempty" protobuf:"7" mapType:"atomic"`
	ServiceAccountName            string                     `json:"serviceAccountName,omitempty" protobuf:"8"`
	DeprecatedServiceAccount      string                     `json:"serviceAccount,omitempty" protobuf:"9"`
	AutomountServiceAccountToken  *bool                      `json:"automountServiceAccountToken,omitempty" protobuf:"21"`
	NodeName                      string                     `json:"nodeName,omitempty" protobuf:"10"`
	HostNetwork                   bool                       `json:"hostNetwork,omitempty" protobuf:"11"`
	HostPID                       bool                       `json:"hostPID,omitempty" protobuf:"12"`
	HostIPC                       bool                       `json:"hostIPC,omitempty" protobuf:"13"`
	ShareProcessNamespace         *bool                      `json:"shareProcessNamespace,omitempty" protobuf:"27"`
	SecurityContext               *PodSecurityContext        `json:"securityContext,omitempty" protobuf:"14"`
	ImagePullSecrets              []LocalObjectReference     `json:"imagePullSecrets,omitempty" protobuf:"15" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	Hostname                      string                     `json:"hostname,omitempty" protobuf:"16"`
	Subdomain                     string                     `json:"subdomain,omitempty" protobuf:"17"`
	Affinity                      *Affinity                  `json:"affinity,omitempty" protobuf:"18"`
	SchedulerName                 string                     `json:"schedulerName,omitempty" protobuf:"19"`
	Tolerations                   []Toleration               `json:"tolerations,omitempty" protobuf:"22" listType:"atomic"`
	HostAliases                   []HostAlias                `json:"hostAliases,omitempty" protobuf:"23" patchStrategy:"merge" patchMergeKey:"ip" listType:"map" listMapKey:"ip"`
	PriorityClassName             string                     `json:"priorityClassName,omitempty" protobuf:"24"`
	Priority                      *int32                     `json:"priority,omitempty" protobuf:"25"`
	DNSConfig                     *PodDNSConfig              `json:"dnsConfig,omitempty" protobuf:"26"`
	ReadinessGates                []PodReadinessGate         `json:"readinessGates,omitempty" protobuf:"28" listType:"atomic"`
	RuntimeClassName              *string                    `json:"runtimeClassName,omitempty" protobuf:"29"`
	EnableServiceLinks            *bool                      `json:"enableServiceLinks,omitempty" protobuf:"30"`
	PreemptionPolicy              *PreemptionPolicy          `json:"preemptionPolicy,omitempty" protobuf:"31"`
	Overhead                      ResourceList               `json:"overhead,omitempty" protobuf:"32"`
	TopologySpreadConstraints     []TopologySpreadConstraint `json:"topologySpreadConstraints,omitempty" protobuf:"33" patchStrategy:"merge" patchMergeKey:"topologyKey" listType:"map" listMapKey:"topologyKey,whenUnsatisfiable"`
	SetHostnameAsFQDN             *bool                      `json:"setHostnameAsFQDN,omitempty" protobuf:"35"`
	OS                            *PodOS                     `json:"os,omitempty" protobuf:"36"`
	HostUsers                     *bool                      `json:"hostUsers,omitempty" protobuf:"37"`
	SchedulingGates               []PodSchedulingGate        `json:"schedulingGates,omitempty" protobuf:"38" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	ResourceClaims                []PodResourceClaim         `json:"resourceClaims,omitempty" protobuf:"39" patchStrategy:"merge,retainKeys" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	Resources                     *ResourceRequirements      `json:"resources,omitempty" protobuf:"40"`
	HostnameOverride              *string                    `json:"hostnameOverride,omitempty" protobuf:"41"`
	SchedulingGroup               *PodSchedulingGroup        `json:"schedulingGroup,omitempty" protobuf:"43"`
}

type RestartPolicy string

const (
	RestartPolicyAlways    RestartPolicy = "Always"
	RestartPolicyOnFailure RestartPolicy = "OnFailure"
	RestartPolicyNever     RestartPolicy = "Never"
)

type DNSPolicy string

const (
	DNSClusterFirstWithHostNet DNSPolicy = "ClusterFirstWithHostNet"
	DNSClusterFirst            DNSPolicy = "ClusterFirst"
	DNSDefault                 DNSPolicy = "Default"
	DNSNone                    DNSPolicy = "None"
)

type HostAlias struct {
	IP        string   `json:"ip" protobuf:"1" required:"true"`
	Hostnames []string `json:"hostnames,omitempty" protobuf:"2" listType:"atomic"`
}

type PodDNSConfig struct {
	Nameservers []string             `json:"nameservers,omitempty" protobuf:"1" listType:"atomic"`
	Searches    []string             `json:"searches,omitempty" protobuf:"2" listType:"atomic"`
	Options     []PodDNSConfigOption `json:"options,omitempty" protobuf:"3" listType:"atomic"`
}

type PodDNSConfigOption struct {
	Name  string  `json:"name,omitempty" protobuf:"1"`
	Value *string `json:"value,omitempty" protobuf:"2"`
}

type PodReadinessGate struct {
	ConditionType PodConditionType `json:"conditionType" protobuf:"1" required:"true"`
}

type PodConditionType string

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

type PreemptionPolicy string

const (
	PreemptLowerPriority PreemptionPolicy = "PreemptLowerPriority"
	PreemptNever         PreemptionPolicy = "Never"
)

type PodOS struct {
	Name OSName `json:"name" protobuf:"1" required:"true"`
}

type OSName string

const (
	Linux   OSName = "linux"
	Windows OSName = "windows"
)

type PodSchedulingGate struct {
	Name string `json:"name" protobuf:"1" required:"true"`
}

type PodResourceClaim struct {
	Name                      string  `json:"name" protobuf:"1" required:"true"`
	ResourceClaimName         *string `json:"resourceClaimName,omitempty" protobuf:"3"`
	ResourceClaimTemplateName *string `json:"resourceClaimTemplateName,omitempty" protobuf:"4"`
}

type PodSchedulingGroup struct {
	PodGroupName *string `json:"podGroupName,omitempty" protobuf:"1"`
}

type PodStatus struct {
	ObservedGeneration                   int64                                `json:"observedGeneration,omitempty" protobuf:"17"`
	Phase                                PodPhase                             `json:"phase,omitempty" protobuf:"1"`
	Conditions                           []PodCondition                       `json:"conditions,omitempty" protobuf:"2" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
	Message                              string                               `json:"message,omitempty" protobuf:"3"`
	Reason                               string                               `json:"reason,omitempty" protobuf:"4"`
	NominatedNodeName                    string                               `json:"nominatedNodeName,omitempty" protobuf:"11"`
	HostIP                               string                               `json:"hostIP,omitempty" protobuf:"5"`
	HostIPs                              []HostIP                             `json:"hostIPs,omitempty" protobuf:"16" patchStrategy:"merge" patchMergeKey:"ip" listType:"atomic"`
	PodIP                                string                               `json:"podIP,omitempty" protobuf:"6"`
	PodIPs                               []PodIP                              `json:"podIPs,omitempty" protobuf:"12" patchStrategy:"merge" patchMergeKey:"ip" listType:"map" listMapKey:"ip"`
	StartTime                            *meta.Time                           `json:"startTime,omitempty" protobuf:"7"`
	InitContainerStatuses                []ContainerStatus                    `json:"initContainerStatuses,omitempty" protobuf:"10" listType:"atomic"`
	ContainerStatuses                    []ContainerStatus                    `json:"containerStatuses,omitempty" protobuf:"8" listType:"atomic"`
	QOSClass                             PodQOSClass                          `json:"qosClass,omitempty" protobuf:"9"`
	EphemeralContainerStatuses           []ContainerStatus                    `json:"ephemeralContainerStatuses,omitempty" protobuf:"13" listType:"atomic"`
	Resize                               PodResizeStatus                      `json:"resize,omitempty" protobuf:"14"`
	ResourceClaimStatuses                []PodResourceClaimStatus             `json:"resourceClaimStatuses,omitempty" protobuf:"15" patchStrategy:"merge,retainKeys" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	ExtendedResourceClaimStatus          *PodExtendedResourceClaimStatus      `json:"extendedResourceClaimStatus,omitempty" protobuf:"18"`
	AllocatedResources                   ResourceList                         `json:"allocatedResources,omitempty" protobuf:"19"`
	Resources                            *ResourceRequirements                `json:"resources,omitempty" protobuf:"20"`
	NodeAllocatableResourceClaimStatuses []NodeAllocatableResourceClaimStatus `json:"nodeAllocatableResourceClaimStatuses,omitempty" protobuf:"21" listType:"atomic"`
}

type PodPhase string

const (
	PodPending   PodPhase = "Pending"
	PodRunning   PodPhase = "Running"
	PodSucceeded PodPhase = "Succeeded"
	PodFailed    PodPhase = "Failed"
	PodUnknown   PodPhase = "Unknown"
)

type PodCondition struct {
	Type               PodConditionType `json:"type" protobuf:"1" required:"true"`
	ObservedGeneration int64            `json:"observedGeneration,omitempty" protobuf:"7"`
	Status             ConditionStatus  `json:"status" protobuf:"2" required:"true"`
	LastProbeTime      meta.Time        `json:"lastProbeTime,omitempty" protobuf:"3"`
	LastTransitionTime meta.Time        `json:"lastTransitionTime,omitempty" protobuf:"4"`
	Reason             string           `json:"reason,omitempty" protobuf:"5"`
	Message            string           `json:"message,omitempty" protobuf:"6"`
}

type ConditionStatus string

const (
	ConditionTrue    ConditionStatus = "True"
	ConditionFalse   ConditionStatus = "False"
	ConditionUnknown ConditionStatus = "Unknown"
)

type HostIP struct {
	IP string `json:"ip" protobuf:"1" required:"true"`
}

type PodIP struct {
	IP string `json:"ip" protobuf:"1" required:"true"`
}

type PodQOSClass string

const (
	PodQOSGuaranteed PodQOSClass = "Guaranteed"
	PodQOSBurstable  PodQOSClass = "Burstable"
	PodQOSBestEffort PodQOSClass = "BestEffort"
)

type PodResizeStatus string

const (
	PodResizeStatusInProgress PodResizeStatus = "InProgress"
	PodResizeStatusDeferred   PodResizeStatus = "Deferred"
	PodResizeStatusInfeasible PodResizeStatus = "Infeasible"
)

type PodResourceClaimStatus struct {
	Name              string  `json:"name" protobuf:"1" required:"true"`
	ResourceClaimName *string `json:"resourceClaimName,omitempty" protobuf:"2"`
}

type PodExtendedResourceClaimStatus struct {
	RequestMappings   []ContainerExtendedResourceRequest `json:"requestMappings" protobuf:"1" listType:"atomic" required:"true"`
	ResourceClaimName string                             `json:"resourceClaimName" protobuf:"2" required:"true"`
}

type ContainerExtendedResourceRequest struct {
	ContainerName string `json:"containerName" protobuf:"1" required:"true"`
	ResourceName  string `json:"resourceName" protobuf:"2" required:"true"`
	RequestName   string `json:"requestName" protobuf:"3" required:"true"`
}

type NodeAllocatableResourceClaimStatus struct {
	ResourceClaimName string       `json:"resourceClaimName" protobuf:"1" required:"true"`
	Containers        []string     `json:"containers,omitempty" protobuf:"2" listType:"set"`
	Resources         ResourceList `json:"resources" protobuf:"3" required:"true"`
}

type PodList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []Pod `json:"items" protobuf:"2" required:"true"`
}

type Binding struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Target          ObjectReference `json:"target" protobuf:"2" required:"true"`
}
