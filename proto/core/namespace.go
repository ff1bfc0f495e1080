package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type Namespace struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            NamespaceSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          NamespaceStatus `json:"status,omitempty" protobuf:"3"`
}

type NamespaceSpec struct {
	Finalizers []FinalizerName `json:"finalizers,omitempty" protobuf:"1" listType:"atomic"`
}

type FinalizerName string

const (
	FinalizerKubernetes FinalizerName = "kubernetes"
)

type NamespaceStatus struct {
	Phase      NamespacePhase       `json:"phase,omitempty" protobuf:"1"`
	Conditions []NamespaceCondition `json:"conditions,omitempty" protobuf:"2" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

type NamespacePhase string

const (
	NamespaceActive      NamespacePhase = "Active"
	NamespaceTerminating NamespacePhase = "Terminating"
)

type NamespaceCondition struct {
	Type               NamespaceConditionType `json:"type" protobuf:"1" required:"true"`
	Status             ConditionStatus        `json:"status" protobuf:"2" required:"true"`
	LastTransitionTime meta.Time              `json:"lastTransitionTime,omitempty" protobuf:"4"`
	Reason             string                 `json:"reason,omitempty" protobuf:"5"`
	Message            string                 `json:"message,omitempty" protobuf:"6"`
}

type NamespaceConditionType string

const (
	NamespaceDeletionDiscoveryFailure NamespaceConditionType = "NamespaceDeletionDiscoveryFailure"
	NamespaceDeletionContentFailure   NamespaceConditionType = "NamespaceDeletionContentFailure"
	NamespaceDeletionGVParsingFailure NamespaceConditionType = "NamespaceDeletionGroupVersionParsingFailure"
	NamespaceContentRemaining         NamespaceConditionType = "NamespaceContentRemaining"
	NamespaceFinalizersRemaining      NamespaceConditionType = "NamespaceFinalizersRemaining"
)

type NamespaceList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []Namespace `json:"items" protobuf:"2" required:"true"`
}
