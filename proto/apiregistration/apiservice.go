package apiregistration

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// APIService says who serves one version of one API group. Its name is
// <version>.<group>.
type APIService struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec APIServiceSpec `json:"spec,omitempty" protobuf:"2"`
	// Whether the API can be reached.
	Status APIServiceStatus `json:"status,omitempty" protobuf:"3"`
}

// APIServiceSpec says who serves a version of a group, and how it is ranked
// among others.
type APIServiceSpec struct {
	// The service behind which another API server serves the group's
	// version, over TLS. Nothing means that this API server does.
	Service *ServiceReference `json:"service,omitempty" protobuf:"1"`
	// The group.
	Group string `json:"group,omitempty" protobuf:"2"`
	// The version.
	Version string `json:"version,omitempty" protobuf:"3"`
	// Does not verify the certificate of the service. Anybody in between can
	// then read and change everything; caBundle is the better way.
	InsecureSkipTLSVerify bool `json:"insecureSkipTLSVerify,omitempty" protobuf:"4"`
	// Certificates, in PEM, one of which must have signed the service's.
	// Without it the API server's machine decides whom to trust.
	CABundle []byte `json:"caBundle,omitempty" protobuf:"5" listType:"atomic"`
	// How high the group ranks, 1 to 20000: clients prefer what ranks higher
	// when a name is ambiguous. The highest of the versions of a group
	// counts; groups of the same rank are ordered by name. Kubernetes' own
	// kinds have 18000 and more, extensions should stay below 10000.
	GroupPriorityMinimum int32 `json:"groupPriorityMinimum" protobuf:"7" required:"true"`
	// How high the version ranks within its group, 1 to 1000. Versions of
	// the same rank are ordered as versions: stable before beta before
	// alpha, then the higher number first.
	VersionPriority int32 `json:"versionPriority" protobuf:"8" required:"true"`
}

// ServiceReference names the service behind which an API server is.
type ServiceReference struct {
	// The service's namespace.
	Namespace string `json:"namespace,omitempty" protobuf:"1"`
	// The service's name.
	Name string `json:"name,omitempty" protobuf:"2"`
	// The service's port, 1 to 65535. 443 by default.
	Port *int32 `json:"port,omitempty" protobuf:"3"`
}

// APIServiceStatus says whether an API can be reached.
type APIServiceStatus struct {
	// Where the API stands.
	Conditions []APIServiceCondition `json:"conditions,omitempty" protobuf:"1" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// APIServiceCondition is one aspect of the state of an API.
type APIServiceCondition struct {
	// What the condition is about: Available.
	Type APIServiceConditionType `json:"type" protobuf:"1" required:"true"`
	// Whether it holds: True, False or Unknown.
	Status ConditionStatus `json:"status" protobuf:"2" required:"true"`
	// When the status last changed from one value to another.
	LastTransitionTime meta.Time `json:"lastTransitionTime,omitempty" protobuf:"3"`
	// Why, one word in CamelCase for programs.
	Reason string `json:"reason,omitempty" protobuf:"4"`
	// Why, in words for people.
	Message string `json:"message,omitempty" protobuf:"5"`
}

// APIServiceConditionType is what a condition is about.
type APIServiceConditionType string

// The values of APIServiceConditionType.
const (
	// Available says that the service exists and that its API answers.
	Available APIServiceConditionType = "Available"
)

// ConditionStatus says whether a condition holds.
type ConditionStatus string

// The values of ConditionStatus.
const (
	// ConditionTrue says that the condition holds.
	ConditionTrue ConditionStatus = "True"
	// ConditionFalse says that it does not.
	ConditionFalse ConditionStatus = "False"
	// ConditionUnknown says that it cannot be told.
	ConditionUnknown ConditionStatus = "Unknown"
)

// APIServiceList is what a list of APIService objects is answered with.
type APIServiceList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []APIService `json:"items" protobuf:"2" required:"true"`
}
