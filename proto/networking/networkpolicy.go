package networking

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// NetworkPolicy is TODO.
type NetworkPolicy struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            NetworkPolicySpec `json:"spec,omitempty" protobuf:"2"`
}

// NetworkPolicySpec is TODO.
type NetworkPolicySpec struct {
	PodSelector meta.LabelSelector         `json:"podSelector" protobuf:"1"`
	Ingress     []NetworkPolicyIngressRule `json:"ingress,omitempty" protobuf:"2" listType:"atomic"`
	Egress      []NetworkPolicyEgressRule  `json:"egress,omitempty" protobuf:"3" listType:"atomic"`
	PolicyTypes []PolicyType               `json:"policyTypes,omitempty" protobuf:"4" listType:"atomic"`
}

// NetworkPolicyIngressRule is TODO.
type NetworkPolicyIngressRule struct {
	Ports []NetworkPolicyPort `json:"ports,omitempty" protobuf:"1" listType:"atomic"`
	From  []NetworkPolicyPeer `json:"from,omitempty" protobuf:"2" listType:"atomic"`
}

// NetworkPolicyPort is TODO.
type NetworkPolicyPort struct {
	Protocol *core.Protocol    `json:"protocol,omitempty" protobuf:"1"`
	Port     *meta.IntOrString `json:"port,omitempty" protobuf:"2"`
	EndPort  *int32            `json:"endPort,omitempty" protobuf:"3"`
}

// NetworkPolicyPeer is TODO.
type NetworkPolicyPeer struct {
	PodSelector       *meta.LabelSelector `json:"podSelector,omitempty" protobuf:"1"`
	NamespaceSelector *meta.LabelSelector `json:"namespaceSelector,omitempty" protobuf:"2"`
	IPBlock           *IPBlock            `json:"ipBlock,omitempty" protobuf:"3"`
}

// IPBlock is TODO.
type IPBlock struct {
	CIDR   string   `json:"cidr" protobuf:"1" required:"true"`
	Except []string `json:"except,omitempty" protobuf:"2" listType:"atomic"`
}

// NetworkPolicyEgressRule is TODO.
type NetworkPolicyEgressRule struct {
	Ports []NetworkPolicyPort `json:"ports,omitempty" protobuf:"1" listType:"atomic"`
	To    []NetworkPolicyPeer `json:"to,omitempty" protobuf:"2" listType:"atomic"`
}

// PolicyType is TODO.
type PolicyType string

const (
	PolicyTypeIngress PolicyType = "Ingress"
	PolicyTypeEgress  PolicyType = "Egress"
)

// NetworkPolicyList is what a list of NetworkPolicy objects is answered with.
type NetworkPolicyList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []NetworkPolicy `json:"items" protobuf:"2" required:"true"`
}
