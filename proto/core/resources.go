package core

import (
	"github.com/pilothouse/pilothouse/proto/quantity"
)

// ResourceList is an amount of each of several resources.
type ResourceList map[ResourceName]quantity.Quantity

// ResourceName names a resource: cpu in cores, memory and storage in bytes,
// example.com/gpu in pieces.
type ResourceName string

// Unquoted is the name as errors show it: without quotes.
func (n ResourceName) Unquoted() string { return string(n) }

// The values of ResourceName.
const (
	ResourceCPU                      ResourceName = "cpu"
	ResourceMemory                   ResourceName = "memory"
	ResourceStorage                  ResourceName = "storage"
	ResourceEphemeralStorage         ResourceName = "ephemeral-storage"
	ResourcePods                     ResourceName = "pods"
	ResourceServices                 ResourceName = "services"
	ResourceReplicationControllers   ResourceName = "replicationcontrollers"
	ResourceQuotas                   ResourceName = "resourcequotas"
	ResourceSecrets                  ResourceName = "secrets"
	ResourceConfigMaps               ResourceName = "configmaps"
	ResourcePersistentVolumeClaims   ResourceName = "persistentvolumeclaims"
	ResourceServicesNodePorts        ResourceName = "services.nodeports"
	ResourceServicesLoadBalancers    ResourceName = "services.loadbalancers"
	ResourceRequestsCPU              ResourceName = "requests.cpu"
	ResourceRequestsMemory           ResourceName = "requests.memory"
	ResourceRequestsStorage          ResourceName = "requests.storage"
	ResourceRequestsEphemeralStorage ResourceName = "requests.ephemeral-storage"
	ResourceLimitsCPU                ResourceName = "limits.cpu"
	ResourceLimitsMemory             ResourceName = "limits.memory"
	ResourceLimitsEphemeralStorage   ResourceName = "limits.ephemeral-storage"
)

// ResourceRequirements says what a container needs and may use.
type ResourceRequirements struct {
	// The most it may use. Beyond it, cpu is throttled and memory gets it
	// killed.
	Limits ResourceList `json:"limits,omitempty" protobuf:"1"`
	// What is set aside for it on its node. Default: the limits.
	Requests ResourceList `json:"requests,omitempty" protobuf:"2"`
	// The pod's claims on devices that it uses.
	Claims []ResourceClaim `json:"claims,omitempty" protobuf:"3" listType:"map" listMapKey:"name"`
}

// ResourceClaim names a claim of the pod.
type ResourceClaim struct {
	// The claim's name in spec.resourceClaims.
	Name string `json:"name" protobuf:"1" required:"true"`
	// Only this request of the claim; all, if unset.
	Request string `json:"request,omitempty" protobuf:"2"`
}
