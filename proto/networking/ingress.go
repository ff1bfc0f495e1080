package networking

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Ingress is TODO.
type Ingress struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            IngressSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          IngressStatus `json:"status,omitempty" protobuf:"3"`
}

// IngressSpec is TODO.
type IngressSpec struct {
	IngressClassName *string         `json:"ingressClassName,omitempty" protobuf:"4"`
	DefaultBackend   *IngressBackend `json:"defaultBackend,omitempty" protobuf:"1"`
	TLS              []IngressTLS    `json:"tls,omitempty" protobuf:"2" listType:"atomic"`
	Rules            []IngressRule   `json:"rules,omitempty" protobuf:"3" listType:"atomic"`
}

// IngressBackend is TODO.
type IngressBackend struct {
	Service  *IngressServiceBackend          `json:"service,omitempty" protobuf:"4"`
	Resource *core.TypedLocalObjectReference `json:"resource,omitempty" protobuf:"3"`
}

// IngressServiceBackend is TODO.
type IngressServiceBackend struct {
	Name string             `json:"name" protobuf:"1" required:"true"`
	Port ServiceBackendPort `json:"port,omitempty" protobuf:"2"`
}

// ServiceBackendPort is TODO.
//
// +mapType=atomic
type ServiceBackendPort struct {
	Name   string `json:"name,omitempty" protobuf:"1"`
	Number int32  `json:"number,omitempty" protobuf:"2"`
}

// IngressTLS is TODO.
type IngressTLS struct {
	Hosts      []string `json:"hosts,omitempty" protobuf:"1" listType:"atomic"`
	SecretName string   `json:"secretName,omitempty" protobuf:"2"`
}

// IngressRule is TODO.
type IngressRule struct {
	Host             string `json:"host,omitempty" protobuf:"1"`
	IngressRuleValue `json:",inline" protobuf:"2"`
}

// IngressRuleValue is TODO.
type IngressRuleValue struct {
	HTTP *HTTPIngressRuleValue `json:"http,omitempty" protobuf:"1"`
}

// HTTPIngressRuleValue is TODO.
type HTTPIngressRuleValue struct {
	Paths []HTTPIngressPath `json:"paths" protobuf:"1" listType:"atomic" required:"true"`
}

// HTTPIngressPath is TODO.
type HTTPIngressPath struct {
	Path     string         `json:"path,omitempty" protobuf:"1"`
	PathType *PathType      `json:"pathType" protobuf:"3" required:"true"`
	Backend  IngressBackend `json:"backend" protobuf:"2" required:"true"`
}

// PathType is TODO.
type PathType string

// IngressStatus is TODO.
type IngressStatus struct {
	LoadBalancer IngressLoadBalancerStatus `json:"loadBalancer,omitempty" protobuf:"1"`
}

// IngressLoadBalancerStatus is TODO.
type IngressLoadBalancerStatus struct {
	Ingress []IngressLoadBalancerIngress `json:"ingress,omitempty" protobuf:"1" listType:"atomic"`
}

// IngressLoadBalancerIngress is TODO.
type IngressLoadBalancerIngress struct {
	IP       string              `json:"ip,omitempty" protobuf:"1"`
	Hostname string              `json:"hostname,omitempty" protobuf:"2"`
	Ports    []IngressPortStatus `json:"ports,omitempty" protobuf:"4" listType:"atomic"`
}

// IngressPortStatus is TODO.
type IngressPortStatus struct {
	Port     int32         `json:"port" protobuf:"1" required:"true"`
	Protocol core.Protocol `json:"protocol" protobuf:"2" required:"true"`
	Error    *string       `json:"error,omitempty" protobuf:"3"`
}

// IngressList is what a list of Ingress objects is answered with.
type IngressList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []Ingress `json:"items" protobuf:"2" required:"true"`
}
