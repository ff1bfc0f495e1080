package networking

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// IngressClass names a controller that serves ingresses. The annotation
// ingressclass.kubernetes.io/is-default-class: "true" makes it the class of
// ingresses that name none.
type IngressClass struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec IngressClassSpec `json:"spec,omitempty" protobuf:"2"`
}

// IngressClassSpec says which controller serves a class, and how.
type IngressClassSpec struct {
	// The controller's name: a domain and a path, such as
	// example.com/ingress, of at most 250 characters. It cannot be changed
	// later.
	Controller string `json:"controller,omitempty" protobuf:"1"`
	// An object with more settings for the controller.
	Parameters *IngressClassParametersReference `json:"parameters,omitempty" protobuf:"2"`
}

// IngressClassParametersReference names an object with settings.
type IngressClassParametersReference struct {
	// The group of the object's kind; nothing is the core group.
	APIGroup *string `json:"apiGroup,omitempty" protobuf:"1"`
	// The object's kind. Required.
	Kind string `json:"kind" protobuf:"2" required:"true"`
	// The object's name. Required.
	Name string `json:"name" protobuf:"3" required:"true"`
	// Whether the object is in a namespace: Cluster, the default, or
	// Namespace.
	Scope *string `json:"scope" protobuf:"4"`
	// Where the object is; required when scope is Namespace, and not allowed
	// otherwise.
	Namespace *string `json:"namespace,omitempty" protobuf:"5"`
}

// The scopes of an IngressClassParametersReference.
const (
	// ScopeCluster is for objects outside of namespaces.
	ScopeCluster = "Cluster"
	// ScopeNamespace is for objects in a namespace.
	ScopeNamespace = "Namespace"
)

// AnnotationDefaultIngressClass makes a class, with the value "true", that of
// ingresses that name none.
const AnnotationDefaultIngressClass = "ingressclass.kubernetes.io/is-default-class"

// IngressClassList is what a list of IngressClass objects is answered with.
type IngressClassList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []IngressClass `json:"items" protobuf:"2" required:"true"`
}
