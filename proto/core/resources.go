package core

import (
	"github.com/pilothouse/pilothouse/proto/quantity"
)

type ResourceList map[ResourceName]quantity.Quantity

type ResourceName string

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

type ResourceRequirements struct {
	Limits   ResourceList    `json:"limits,omitempty" protobuf:"1"`
	Requests ResourceList    `json:"requests,omitempty" protobuf:"2"`
	Claims   []ResourceClaim `json:"claims,omitempty" protobuf:"3" listType:"map" listMapKey:"name"`
}

type ResourceClaim struct {
	Name    string `json:"name" protobuf:"1" required:"true"`
	Request string `json:"request,omitempty" protobuf:"2"`
}
