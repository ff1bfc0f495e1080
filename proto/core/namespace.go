package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Namespace is a space for names: most objects live in one, and go with it
// when it is deleted.
type Namespace struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec NamespaceSpec `json:"spec,omitempty" protobuf:"2"`
	// What is the case, as the system saw it last. Read only; the system
	// fills it in.
	Status NamespaceStatus `json:"status,omitempty" protobuf:"3"`
}

// NamespaceSpec says what must happen before a namespace goes.
type NamespaceSpec struct {
	// What must be done before it can go; kubernetes stands for emptying it.
	Finalizers []FinalizerName `json:"finalizers,omitempty" protobuf:"1" listType:"atomic"`
}

// FinalizerName names what must be done before an object goes.
type FinalizerName string

// The values of FinalizerName.
const (
	FinalizerKubernetes FinalizerName = "kubernetes"
)

// NamespaceStatus says whether a namespace lives.
type NamespaceStatus struct {
	// Active, or Terminating while it is emptied.
	Phase NamespacePhase `json:"phase,omitempty" protobuf:"1"`
	// What keeps a namespace from going.
	Conditions []NamespaceCondition `json:"conditions,omitempty" protobuf:"2" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// NamespacePhase is a stage of a namespace's life.
//
// +enum
type NamespacePhase string

// The values of NamespacePhase.
const (
	NamespaceActive      NamespacePhase = "Active"
	NamespaceTerminating NamespacePhase = "Terminating"
)

// NamespaceCondition is one thing that is known of a namespace that goes.
type NamespaceCondition struct {
	// What the condition is about, one word in CamelCase.
	Type NamespaceConditionType `json:"type" protobuf:"1" required:"true"`
	// Whether it holds: True, False or Unknown.
	Status ConditionStatus `json:"status" protobuf:"2" required:"true"`
	// When the status last changed from one value to another.
	LastTransitionTime meta.Time `json:"lastTransitionTime,omitempty" protobuf:"4"`
	// Why it holds or not, one word in CamelCase for programs.
	Reason string `json:"reason,omitempty" protobuf:"5"`
	// Why it holds or not, in words for people.
	Message string `json:"message,omitempty" protobuf:"6"`
}

// NamespaceConditionType is what a namespace's condition is about.
type NamespaceConditionType string

// The values of NamespaceConditionType.
const (
	NamespaceDeletionDiscoveryFailure NamespaceConditionType = "NamespaceDeletionDiscoveryFailure"
	NamespaceDeletionContentFailure   NamespaceConditionType = "NamespaceDeletionContentFailure"
	NamespaceDeletionGVParsingFailure NamespaceConditionType = "NamespaceDeletionGroupVersionParsingFailure"
	NamespaceContentRemaining         NamespaceConditionType = "NamespaceContentRemaining"
	NamespaceFinalizersRemaining      NamespaceConditionType = "NamespaceFinalizersRemaining"
)

// NamespaceList is what a list of Namespace objects is answered with.
type NamespaceList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []Namespace `json:"items" protobuf:"2" required:"true"`
}
