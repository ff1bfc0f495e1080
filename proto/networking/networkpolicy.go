package networking

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// NetworkPolicy says which connections pods may take and make. Pods that no
// policy selects may talk to everybody; for pods that one selects, what no
// policy allows is forbidden.
type NetworkPolicy struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec NetworkPolicySpec `json:"spec,omitempty" protobuf:"2"`
}

// NetworkPolicySpec says which pods a policy is about and what they are
// allowed.
type NetworkPolicySpec struct {
	// The pods of the policy's namespace that it is about. An empty selector
	// is all of them.
	PodSelector meta.LabelSelector `json:"podSelector" protobuf:"1"`
	// Which connections the pods may take; one rule that matches is enough.
	// Without rules they may take none, if policyTypes has Ingress.
	// Connections from the pod's own node are always allowed.
	Ingress []NetworkPolicyIngressRule `json:"ingress,omitempty" protobuf:"2" listType:"atomic"`
	// Which connections the pods may make; one rule that matches is enough.
	// Without rules they may make none, if policyTypes has Egress.
	Egress []NetworkPolicyEgressRule `json:"egress,omitempty" protobuf:"3" listType:"atomic"`
	// Which directions the policy is about: Ingress, Egress or both. By
	// default Ingress, and Egress too when there are egress rules; a policy
	// that forbids all egress has to say Egress here.
	PolicyTypes []PolicyType `json:"policyTypes,omitempty" protobuf:"4" listType:"atomic"`
}

// NetworkPolicyIngressRule allows connections to ports from peers; both must
// match.
type NetworkPolicyIngressRule struct {
	// The ports. Nothing means all ports.
	Ports []NetworkPolicyPort `json:"ports,omitempty" protobuf:"1" listType:"atomic"`
	// Where the connections come from; one that matches is enough. Nothing
	// means everywhere.
	From []NetworkPolicyPeer `json:"from,omitempty" protobuf:"2" listType:"atomic"`
}

// NetworkPolicyPort is a port, or a range of them.
type NetworkPolicyPort struct {
	// TCP, the default, UDP or SCTP.
	Protocol *core.Protocol `json:"protocol,omitempty" protobuf:"1"`
	// The port's number, or its name in the pod. Nothing means all ports of
	// the protocol.
	Port *meta.IntOrString `json:"port,omitempty" protobuf:"2"`
	// The last port of a range that begins with port, which must be a number
	// then and not be greater.
	EndPort *int32 `json:"endPort,omitempty" protobuf:"3"`
}

// NetworkPolicyPeer is the other end of connections: pods, or a block of
// addresses, not both.
type NetworkPolicyPeer struct {
	// Pods by their labels: of the namespaces that namespaceSelector
	// selects, or else of the policy's own. An empty selector is all pods.
	PodSelector *meta.LabelSelector `json:"podSelector,omitempty" protobuf:"1"`
	// Namespaces by their labels: all of their pods, or those that
	// podSelector selects. An empty selector is all namespaces.
	NamespaceSelector *meta.LabelSelector `json:"namespaceSelector,omitempty" protobuf:"2"`
	// Addresses. Nothing else can be set beside it.
	IPBlock *IPBlock `json:"ipBlock,omitempty" protobuf:"3"`
}

// IPBlock is a network, with parts left out.
type IPBlock struct {
	// The network, such as 192.168.1.0/24 or 2001:db8::/64. Required.
	CIDR string `json:"cidr" protobuf:"1" required:"true"`
	// Networks within cidr that are not meant.
	Except []string `json:"except,omitempty" protobuf:"2" listType:"atomic"`
}

// NetworkPolicyEgressRule allows connections to ports of peers; both must
// match.
type NetworkPolicyEgressRule struct {
	// The ports. Nothing means all ports.
	Ports []NetworkPolicyPort `json:"ports,omitempty" protobuf:"1" listType:"atomic"`
	// Where the connections go; one that matches is enough. Nothing means
	// everywhere.
	To []NetworkPolicyPeer `json:"to,omitempty" protobuf:"2" listType:"atomic"`
}

// PolicyType is a direction of connections.
//
// +enum
type PolicyType string

// The values of PolicyType.
const (
	// PolicyTypeIngress is about connections to the pods.
	PolicyTypeIngress PolicyType = "Ingress"
	// PolicyTypeEgress is about connections from the pods.
	PolicyTypeEgress PolicyType = "Egress"
)

// NetworkPolicyList is what a list of NetworkPolicy objects is answered with.
type NetworkPolicyList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []NetworkPolicy `json:"items" protobuf:"2" required:"true"`
}
