package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type Service struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            ServiceSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          ServiceStatus `json:"status,omitempty" protobuf:"3"`
}

type ServiceSpec struct {
	Ports                         []ServicePort                 `json:"ports,omitempty" protobuf:"1" patchStrategy:"merge" patchMergeKey:"port" listType:"map" listMapKey:"port,protocol"`
	Selector                      map[string]string             `json:"selector,omitempty" protobuf:"2" mapType:"atomic"`
	ClusterIP                     string                        `json:"clusterIP,omitempty" protobuf:"3"`
	ClusterIPs                    []string                      `json:"clusterIPs,omitempty" protobuf:"18" listType:"atomic"`
	Type                          ServiceType                   `json:"type,omitempty" protobuf:"4"`
	ExternalIPs                   []string                      `json:"externalIPs,omitempty" protobuf:"5" listType:"atomic"`
	SessionAffinity               ServiceAffinity               `json:"sessionAffinity,omitempty" protobuf:"7"`
	LoadBalancerIP                string                        `json:"loadBalancerIP,omitempty" protobuf:"8"`
	LoadBalancerSourceRanges      []string                      `json:"loadBalancerSourceRanges,omitempty" protobuf:"9" listType:"atomic"`
	ExternalName                  string                        `json:"externalName,omitempty" protobuf:"10"`
	ExternalTrafficPolicy         ServiceExternalTrafficPolicy  `json:"externalTrafficPolicy,omitempty" protobuf:"11"`
	HealthCheckNodePort           int32                         `json:"healthCheckNodePort,omitempty" protobuf:"12"`
	PublishNotReadyAddresses      bool                          `json:"publishNotReadyAddresses,omitempty" protobuf:"13"`
	SessionAffinityConfig         *SessionAffinityConfig        `json:"sessionAffinityConfig,omitempty" protobuf:"14"`
	IPFamilies                    []IPFamily                    `json:"ipFamilies,omitempty" protobuf:"19" listType:"atomic"`
	IPFamilyPolicy                *IPFamilyPolicy               `json:"ipFamilyPolicy,omitempty" protobuf:"17"`
	AllocateLoadBalancerNodePorts *bool                         `json:"allocateLoadBalancerNodePorts,omitempty" protobuf:"20"`
	LoadBalancerClass             *string                       `json:"loadBalancerClass,omitempty" protobuf:"21"`
	InternalTrafficPolicy         *ServiceInternalTrafficPolicy `json:"internalTrafficPolicy,omitempty" protobuf:"22"`
	TrafficDistribution           *string                       `json:"trafficDistribution,omitempty" protobuf:"23"`
}

type ServicePort struct {
	Name        string           `json:"name,omitempty" protobuf:"1"`
	Protocol    Protocol         `json:"protocol,omitempty" protobuf:"2"`
	AppProtocol *string          `json:"appProtocol,omitempty" protobuf:"6"`
	Port        int32            `json:"port" protobuf:"3" required:"true"`
	TargetPort  meta.IntOrString `json:"targetPort,omitempty" protobuf:"4"`
	NodePort    int32            `json:"nodePort,omitempty" protobuf:"5"`
}

type ServiceType string

const (
	ServiceTypeClusterIP    ServiceType = "ClusterIP"
	ServiceTypeNodePort     ServiceType = "NodePort"
	ServiceTypeLoadBalancer ServiceType = "LoadBalancer"
	ServiceTypeExternalName ServiceType = "ExternalName"
)

type ServiceAffinity string

const (
	ServiceAffinityClientIP ServiceAffinity = "ClientIP"
	ServiceAffinityNone     ServiceAffinity = "None"
)

type ServiceExternalTrafficPolicy string

const (
	ServiceExternalTrafficPolicyCluster ServiceExternalTrafficPolicy = "Cluster"
	ServiceExternalTrafficPolicyLocal   ServiceExternalTrafficPolicy = "Local"
)

type SessionAffinityConfig struct {
	ClientIP *ClientIPConfig `json:"clientIP,omitempty" protobuf:"1"`
}

type ClientIPConfig struct {
	TimeoutSeconds *int32 `json:"timeoutSeconds,omitempty" protobuf:"1"`
}

type IPFamily string

const (
	IPv4Protocol    IPFamily = "IPv4"
	IPv6Protocol    IPFamily = "IPv6"
	IPFamilyUnknown IPFamily = ""
)

type IPFamilyPolicy string

const (
	IPFamilyPolicySingleStack      IPFamilyPolicy = "SingleStack"
	IPFamilyPolicyPreferDualStack  IPFamilyPolicy = "PreferDualStack"
	IPFamilyPolicyRequireDualStack IPFamilyPolicy = "RequireDualStack"
)

type ServiceInternalTrafficPolicy string

const (
	ServiceInternalTrafficPolicyCluster ServiceInternalTrafficPolicy = "Cluster"
	ServiceInternalTrafficPolicyLocal   ServiceInternalTrafficPolicy = "Local"
)

type ServiceStatus struct {
	LoadBalancer LoadBalancerStatus `json:"loadBalancer,omitempty" protobuf:"1"`
	Conditions   []meta.Condition   `json:"conditions,omitempty" protobuf:"2" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

type LoadBalancerStatus struct {
	Ingress []LoadBalancerIngress `json:"ingress,omitempty" protobuf:"1" listType:"atomic"`
}

type LoadBalancerIngress struct {
	IP       string              `json:"ip,omitempty" protobuf:"1"`
	Hostname string              `json:"hostname,omitempty" protobuf:"2"`
	IPMode   *LoadBalancerIPMode `json:"ipMode,omitempty" protobuf:"3"`
	Ports    []PortStatus        `json:"ports,omitempty" protobuf:"4" listType:"atomic"`
}

type LoadBalancerIPMode string

const (
	LoadBalancerIPModeVIP   LoadBalancerIPMode = "VIP"
	LoadBalancerIPModeProxy LoadBalancerIPMode = "Proxy"
)

type PortStatus struct {
	Port     int32    `json:"port" protobuf:"1" required:"true"`
	Protocol Protocol `json:"protocol" protobuf:"2" required:"true"`
	Error    *string  `json:"error,omitempty" protobuf:"3"`
}

type ServiceList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []Service `json:"items" protobuf:"2" required:"true"`
}
