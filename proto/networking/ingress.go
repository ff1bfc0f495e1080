package networking

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Ingress lets HTTP requests from outside reach services, by host and path. A
// controller that runs in the cluster does what it says.
type Ingress struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec IngressSpec `json:"spec,omitempty" protobuf:"2"`
	// Where the requests come in.
	Status IngressStatus `json:"status,omitempty" protobuf:"3"`
}

// IngressSpec says which requests go where.
type IngressSpec struct {
	// The IngressClass, and so the controller that is to do the work.
	// Without it the cluster's default class is taken, if there is one. It
	// replaces the annotation kubernetes.io/ingress.class.
	IngressClassName *string `json:"ingressClassName,omitempty" protobuf:"4"`
	// Where requests go that match no rule. Without rules it is required;
	// without it the controller decides.
	DefaultBackend *IngressBackend `json:"defaultBackend,omitempty" protobuf:"1"`
	// Which hosts are served over TLS, on port 443. When several entries
	// name a host, the certificate is chosen by the name that the client
	// asks for, if the controller can do that.
	TLS []IngressTLS `json:"tls,omitempty" protobuf:"2" listType:"atomic"`
	// Which requests go where, by host and path. Without rules everything
	// goes to defaultBackend.
	Rules []IngressRule `json:"rules,omitempty" protobuf:"3" listType:"atomic"`
}

// IngressBackend is where requests go: a service or another object, exactly
// one of them.
type IngressBackend struct {
	// A service of the same namespace.
	Service *IngressServiceBackend `json:"service,omitempty" protobuf:"4"`
	// Another object of the same namespace, which the controller knows what
	// to do with.
	Resource *core.TypedLocalObjectReference `json:"resource,omitempty" protobuf:"3"`
}

// IngressServiceBackend is a port of a service.
type IngressServiceBackend struct {
	// The service's name. Required.
	Name string `json:"name" protobuf:"1" required:"true"`
	// The service's port, by name or number. Required.
	Port ServiceBackendPort `json:"port,omitempty" protobuf:"2"`
}

// ServiceBackendPort names a port of a service: by its name or by its number,
// not both.
//
// +mapType=atomic
type ServiceBackendPort struct {
	// The port's name in the service.
	Name string `json:"name,omitempty" protobuf:"1"`
	// The port's number in the service, 1 to 65535.
	Number int32 `json:"number,omitempty" protobuf:"2"`
}

// IngressTLS says which certificate is used for some hosts.
type IngressTLS struct {
	// The hosts that the certificate is for; they must be names in the
	// certificate. Empty means all hosts of the ingress.
	Hosts []string `json:"hosts,omitempty" protobuf:"1" listType:"atomic"`
	// The Secret with the certificate and its key. Without it the controller
	// may pass the connection on unopened.
	SecretName string `json:"secretName,omitempty" protobuf:"2"`
}

// IngressRule says where requests for a host go.
type IngressRule struct {
	// The host, in full: foo.example.com, or *.example.com for every name
	// with one label in place of the star. No addresses and no port. Nothing
	// means every host.
	Host string `json:"host,omitempty" protobuf:"1"`
	// Where requests for the host go. Without it everything goes to the
	// default backend.
	IngressRuleValue `json:",inline" protobuf:"2"`
}

// IngressRuleValue holds the rules of a host for one protocol.
type IngressRuleValue struct {
	// Where HTTP requests go, by their path.
	HTTP *HTTPIngressRuleValue `json:"http,omitempty" protobuf:"1"`
}

// HTTPIngressRuleValue says where HTTP requests go, by their path.
type HTTPIngressRuleValue struct {
	// The paths and their backends. At least one.
	Paths []HTTPIngressPath `json:"paths" protobuf:"1" listType:"atomic" required:"true"`
}

// HTTPIngressPath says where requests with a path go.
type HTTPIngressPath struct {
	// The path that requests are compared with; it begins with a slash.
	// Required when pathType is Exact or Prefix.
	Path string `json:"path,omitempty" protobuf:"1"`
	// How paths are compared: Exact wants the same path, Prefix the same
	// leading elements between slashes, ImplementationSpecific leaves it to
	// the class. Required.
	PathType *PathType `json:"pathType" protobuf:"3" required:"true"`
	// Where such requests go. Required.
	Backend IngressBackend `json:"backend" protobuf:"2" required:"true"`
}

// PathType says how an ingress compares paths.
//
// +enum
type PathType string

// The values of PathType.
const (
	// PathTypeExact wants the very same path.
	PathTypeExact PathType = "Exact"
	// PathTypePrefix wants the same leading elements.
	PathTypePrefix PathType = "Prefix"
	// PathTypeImplementationSpecific leaves it to the controller.
	PathTypeImplementationSpecific PathType = "ImplementationSpecific"
)

// IngressStatus says where requests come in.
type IngressStatus struct {
	// Where requests come in.
	LoadBalancer IngressLoadBalancerStatus `json:"loadBalancer,omitempty" protobuf:"1"`
}

// IngressLoadBalancerStatus lists where requests come in.
type IngressLoadBalancerStatus struct {
	// The addresses at which requests come in.
	Ingress []IngressLoadBalancerIngress `json:"ingress,omitempty" protobuf:"1" listType:"atomic"`
}

// IngressLoadBalancerIngress is one address at which requests come in.
type IngressLoadBalancerIngress struct {
	// The address, for balancers that have one.
	IP string `json:"ip,omitempty" protobuf:"1"`
	// The DNS name, for balancers that have one instead.
	Hostname string `json:"hostname,omitempty" protobuf:"2"`
	// The ports that are open there.
	Ports []IngressPortStatus `json:"ports,omitempty" protobuf:"4" listType:"atomic"`
}

// IngressPortStatus is the state of one port.
type IngressPortStatus struct {
	// The port's number.
	Port int32 `json:"port" protobuf:"1" required:"true"`
	// The protocol: TCP, UDP or SCTP.
	Protocol core.Protocol `json:"protocol" protobuf:"2" required:"true"`
	// What is wrong with the port, one word in CamelCase, with a prefix such
	// as example.com/ when the word is the controller's own.
	Error *string `json:"error,omitempty" protobuf:"3"`
}

// IngressList is what a list of Ingress objects is answered with.
type IngressList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []Ingress `json:"items" protobuf:"2" required:"true"`
}
