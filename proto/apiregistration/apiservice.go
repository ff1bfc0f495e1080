package apiregistration

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// APIService is TODO.
type APIService struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            APIServiceSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          APIServiceStatus `json:"status,omitempty" protobuf:"3"`
}

// APIServiceSpec is TODO.
type APIServiceSpec struct {
	Service               *ServiceReference `json:"service,omitempty" protobuf:"1"`
	Group                 string            `json:"group,omitempty" protobuf:"2"`
	Version               string            `json:"version,omitempty" protobuf:"3"`
	InsecureSkipTLSVerify bool              `json:"insecureSkipTLSVerify,omitempty" protobuf:"4"`
	CABundle              []byte            `json:"caBundle,omitempty" protobuf:"5" listType:"atomic"`
	GroupPriorityMinimum  int32             `json:"groupPriorityMinimum" protobuf:"7" required:"true"`
	VersionPriority       int32             `json:"versionPriority" protobuf:"8" required:"true"`
}

// ServiceReference is TODO.
type ServiceReference struct {
	Namespace string `json:"namespace,omitempty" protobuf:"1"`
	Name      string `json:"name,omitempty" protobuf:"2"`
	Port      *int32 `json:"port,omitempty" protobuf:"3"`
}

// APIServiceStatus is TODO.
type APIServiceStatus struct {
	Conditions []APIServiceCondition `json:"conditions,omitempty" protobuf:"1" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// APIServiceCondition is TODO.
type APIServiceCondition struct {
	Type               APIServiceConditionType `json:"type" protobuf:"1" required:"true"`
	Status             ConditionStatus         `json:"status" protobuf:"2" required:"true"`
	LastTransitionTime meta.Time               `json:"lastTransitionTime,omitempty" protobuf:"3"`
	Reason             string                  `json:"reason,omitempty" protobuf:"4"`
	Message            string                  `json:"message,omitempty" protobuf:"5"`
}

// APIServiceConditionType is TODO.
type APIServiceConditionType string

const (
	Available APIServiceConditionType = "Available"
)

// ConditionStatus is TODO.
type ConditionStatus string

const (
	ConditionTrue    ConditionStatus = "True"
	ConditionFalse   ConditionStatus = "False"
	ConditionUnknown ConditionStatus = "Unknown"
)

// APIServiceList is what a list of APIService objects is answered with.
type APIServiceList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []APIService `json:"items" protobuf:"2" required:"true"`
}
