package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Service is one address for a set of pods that come and go.
type Service struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec ServiceSpec `json:"spec,omitempty" protobuf:"2"`
	// What is the case, as the system saw it last. Read only; the system
	// fills it in.
	Status ServiceStatus `json:"status,omitempty" protobuf:"3"`
}

// ServiceSpec says which pods are behind a service and how they are reached.
type ServiceSpec struct {
	// The ports of the service.
	Ports []ServicePort `json:"ports,omitempty" protobuf:"1" patchStrategy:"merge" patchMergeKey:"port" listType:"map" listMapKey:"port,protocol"`
	// The labels of the pods behind it. Empty, someone else writes the
	// endpoints.
	Selector map[string]string `json:"selector,omitempty" protobuf:"2" mapType:"atomic"`
	// The address within the cluster: given by the server, asked for, or None
	// for a headless service, whose DNS name yields the pods' own addresses.
	// It cannot be changed.
	ClusterIP string `json:"clusterIP,omitempty" protobuf:"3"`
	// All addresses within the cluster, at most one for each IP family; the
	// first is clusterIP.
	ClusterIPs []string `json:"clusterIPs,omitempty" protobuf:"18" listType:"atomic"`
	// How it is reached: ClusterIP (the default) from within; NodePort also
	// by a port of every node; LoadBalancer also by a balancer outside;
	// ExternalName is only a DNS alias.
	Type ServiceType `json:"type,omitempty" protobuf:"4"`
	// Addresses that lead to nodes by other means, and on which the service
	// answers.
	ExternalIPs []string `json:"externalIPs,omitempty" protobuf:"5" listType:"atomic"`
	// ClientIP sends a client to the same pod again; None (the default) does
	// not.
	SessionAffinity ServiceAffinity `json:"sessionAffinity,omitempty" protobuf:"7"`
	// Deprecated: the address wanted from the balancer.
	LoadBalancerIP string `json:"loadBalancerIP,omitempty" protobuf:"8"`
	// The networks of the clients that the balancer lets in.
	LoadBalancerSourceRanges []string `json:"loadBalancerSourceRanges,omitempty" protobuf:"9" listType:"atomic"`
	// The DNS name that an ExternalName service stands for.
	ExternalName string `json:"externalName,omitempty" protobuf:"10"`
	// Cluster (the default) spreads traffic from outside over all pods; Local
	// sends it only to pods on the node it came to, and keeps the client's
	// address.
	ExternalTrafficPolicy ServiceExternalTrafficPolicy `json:"externalTrafficPolicy,omitempty" protobuf:"11"`
	// The port on every node where a balancer asks whether it has pods. Only
	// for LoadBalancer with policy Local.
	HealthCheckNodePort int32 `json:"healthCheckNodePort,omitempty" protobuf:"12"`
	// Whether pods count that are not ready.
	PublishNotReadyAddresses bool `json:"publishNotReadyAddresses,omitempty" protobuf:"13"`
	// How long affinity lasts.
	SessionAffinityConfig *SessionAffinityConfig `json:"sessionAffinityConfig,omitempty" protobuf:"14"`
	// The IP families of the addresses, in order.
	IPFamilies []IPFamily `json:"ipFamilies,omitempty" protobuf:"19" listType:"atomic"`
	// SingleStack, PreferDualStack or RequireDualStack.
	IPFamilyPolicy *IPFamilyPolicy `json:"ipFamilyPolicy,omitempty" protobuf:"17"`
	// Whether a LoadBalancer service gets node ports. Default: true.
	AllocateLoadBalancerNodePorts *bool `json:"allocateLoadBalancerNodePorts,omitempty" protobuf:"20"`
	// Which balancer implementation is to serve it. It cannot be changed.
	LoadBalancerClass *string `json:"loadBalancerClass,omitempty" protobuf:"21"`
	// Cluster (the default) spreads traffic from within over all pods; Local
	// sends it only to pods on the client's node.
	InternalTrafficPolicy *ServiceInternalTrafficPolicy `json:"internalTrafficPolicy,omitempty" protobuf:"22"`
	// A wish which endpoints come first: PreferSameZone, PreferSameNode or
	// PreferClose.
	TrafficDistribution *string `json:"trafficDistribution,omitempty" protobuf:"23"`
}

// ServicePort is a port of a service.
type ServicePort struct {
	// Its name, a DNS label; needed if there are several.
	Name string `json:"name,omitempty" protobuf:"1"`
	// TCP (the default), UDP or SCTP.
	Protocol Protocol `json:"protocol,omitempty" protobuf:"2"`
	// What is spoken on the port, such as https or a name with a domain
	// prefix.
	AppProtocol *string `json:"appProtocol,omitempty" protobuf:"6"`
	// The port of the service.
	Port int32 `json:"port" protobuf:"3" required:"true"`
	// The port of the pods, by number or by name. Default: the same as port.
	TargetPort meta.IntOrString `json:"targetPort,omitempty" protobuf:"4"`
	// The port on every node, for NodePort and LoadBalancer. Given by the
	// server unless asked for.
	NodePort int32 `json:"nodePort,omitempty" protobuf:"5"`
}

// ServiceType says how a service is reached.
//
// +enum
type ServiceType string

// The values of ServiceType.
const (
	ServiceTypeClusterIP    ServiceType = "ClusterIP"
	ServiceTypeNodePort     ServiceType = "NodePort"
	ServiceTypeLoadBalancer ServiceType = "LoadBalancer"
	ServiceTypeExternalName ServiceType = "ExternalName"
)

// ServiceAffinity says whether a client gets the same pod again.
//
// +enum
type ServiceAffinity string

// The values of ServiceAffinity.
const (
	ServiceAffinityClientIP ServiceAffinity = "ClientIP"
	ServiceAffinityNone     ServiceAffinity = "None"
)

// ServiceExternalTrafficPolicy says which pods get traffic from outside.
//
// +enum
type ServiceExternalTrafficPolicy string

// The values of ServiceExternalTrafficPolicy.
const (
	ServiceExternalTrafficPolicyCluster ServiceExternalTrafficPolicy = "Cluster"
	ServiceExternalTrafficPolicyLocal   ServiceExternalTrafficPolicy = "Local"
)

// SessionAffinityConfig says how affinity works.
type SessionAffinityConfig struct {
	// For affinity by the client's address.
	ClientIP *ClientIPConfig `json:"clientIP,omitempty" protobuf:"1"`
}

// ClientIPConfig says how long a client is remembered.
type ClientIPConfig struct {
	// For how many seconds after the last connection: 1 to 86400. Default:
	// 10800.
	TimeoutSeconds *int32 `json:"timeoutSeconds,omitempty" protobuf:"1"`
}

// IPFamily is a family of addresses.
//
// +enum
type IPFamily string

// The values of IPFamily.
const (
	IPv4Protocol    IPFamily = "IPv4"
	IPv6Protocol    IPFamily = "IPv6"
	IPFamilyUnknown IPFamily = ""
)

// IPFamilyPolicy says whether a service has addresses of one family or both.
//
// +enum
type IPFamilyPolicy string

// The values of IPFamilyPolicy.
const (
	IPFamilyPolicySingleStack      IPFamilyPolicy = "SingleStack"
	IPFamilyPolicyPreferDualStack  IPFamilyPolicy = "PreferDualStack"
	IPFamilyPolicyRequireDualStack IPFamilyPolicy = "RequireDualStack"
)

// ServiceInternalTrafficPolicy says which pods get traffic from within the
// cluster.
//
// +enum
type ServiceInternalTrafficPolicy string

// The values of ServiceInternalTrafficPolicy.
const (
	ServiceInternalTrafficPolicyCluster ServiceInternalTrafficPolicy = "Cluster"
	ServiceInternalTrafficPolicyLocal   ServiceInternalTrafficPolicy = "Local"
)

// ServiceStatus says how a service is reached from outside.
type ServiceStatus struct {
	// What the balancer gave it.
	LoadBalancer LoadBalancerStatus `json:"loadBalancer,omitempty" protobuf:"1"`
	// What is known of the service.
	Conditions []meta.Condition `json:"conditions,omitempty" protobuf:"2" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// LoadBalancerStatus is what a balancer gave to a service.
type LoadBalancerStatus struct {
	// The ways in.
	Ingress []LoadBalancerIngress `json:"ingress,omitempty" protobuf:"1" listType:"atomic"`
}

// LoadBalancerIngress is a way in.
type LoadBalancerIngress struct {
	// The address.
	IP string `json:"ip,omitempty" protobuf:"1"`
	// The DNS name.
	Hostname string `json:"hostname,omitempty" protobuf:"2"`
	// VIP when packets arrive with the balancer's address, Proxy when with
	// the node's.
	IPMode *LoadBalancerIPMode `json:"ipMode,omitempty" protobuf:"3"`
	// How the ports are.
	Ports []PortStatus `json:"ports,omitempty" protobuf:"4" listType:"atomic"`
}

// LoadBalancerIPMode says with which address packets arrive from a balancer.
type LoadBalancerIPMode string

// The values of LoadBalancerIPMode.
const (
	LoadBalancerIPModeVIP   LoadBalancerIPMode = "VIP"
	LoadBalancerIPModeProxy LoadBalancerIPMode = "Proxy"
)

// PortStatus tells of a port of a balancer.
type PortStatus struct {
	// The port.
	Port int32 `json:"port" protobuf:"1" required:"true"`
	// Its protocol.
	Protocol Protocol `json:"protocol" protobuf:"2" required:"true"`
	// What is wrong with it, one word.
	Error *string `json:"error,omitempty" protobuf:"3"`
}

// ServiceList is what a list of Service objects is answered with.
type ServiceList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []Service `json:"items" protobuf:"2" required:"true"`
}
