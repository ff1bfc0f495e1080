package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ReplicationController keeps a number of equal pods running: it makes new
// ones from its template when there are too few and deletes some when there
// are too many.
type ReplicationController struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec ReplicationControllerSpec `json:"spec,omitempty" protobuf:"2"`
	// What is the case, as the system saw it last. Read only; the system
	// fills it in.
	Status ReplicationControllerStatus `json:"status,omitempty" protobuf:"3"`
}

// ReplicationControllerSpec says how many pods of what kind are wanted.
type ReplicationControllerSpec struct {
	// How many pods are wanted. Default: 1.
	Replicas *int32 `json:"replicas,omitempty" protobuf:"1"`
	// How many seconds a new pod must be ready to count as available.
	// Default: 0.
	MinReadySeconds int32 `json:"minReadySeconds,omitempty" protobuf:"4"`
	// The labels of the pods that count. Default: those of the template. The
	// template's labels must match.
	Selector map[string]string `json:"selector,omitempty" protobuf:"2" mapType:"atomic"`
	// What pods are made from. Only restartPolicy Always is allowed.
	Template *PodTemplateSpec `json:"template,omitempty" protobuf:"3"`
}

// PodTemplateSpec is what a controller makes pods from.
type PodTemplateSpec struct {
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// The spec of the pods.
	Spec PodSpec `json:"spec,omitempty" protobuf:"2"`
}

// ReplicationControllerStatus says how many pods there are.
type ReplicationControllerStatus struct {
	// How many pods there are.
	Replicas int32 `json:"replicas" protobuf:"1" required:"true"`
	// How many of them have all the labels of the template.
	FullyLabeledReplicas int32 `json:"fullyLabeledReplicas,omitempty" protobuf:"2"`
	// How many of them are ready.
	ReadyReplicas int32 `json:"readyReplicas,omitempty" protobuf:"4"`
	// How many of them have been ready for minReadySeconds.
	AvailableReplicas int32 `json:"availableReplicas,omitempty" protobuf:"5"`
	// The metadata.generation that the status was made for.
	ObservedGeneration int64 `json:"observedGeneration,omitempty" protobuf:"3"`
	// What is known of the controller.
	Conditions []ReplicationControllerCondition `json:"conditions,omitempty" protobuf:"6" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// ReplicationControllerCondition is one thing that is known of a controller.
type ReplicationControllerCondition struct {
	// What the condition is about, one word in CamelCase.
	Type ReplicationControllerConditionType `json:"type" protobuf:"1" required:"true"`
	// Whether it holds: True, False or Unknown.
	Status ConditionStatus `json:"status" protobuf:"2" required:"true"`
	// When the status last changed from one value to another.
	LastTransitionTime meta.Time `json:"lastTransitionTime,omitempty" protobuf:"3"`
	// Why it holds or not, one word in CamelCase for programs.
	Reason string `json:"reason,omitempty" protobuf:"4"`
	// Why it holds or not, in words for people.
	Message string `json:"message,omitempty" protobuf:"5"`
}

// ReplicationControllerConditionType is what a controller's condition is
// about.
type ReplicationControllerConditionType string

// The values of ReplicationControllerConditionType.
const (
	ReplicationControllerReplicaFailure ReplicationControllerConditionType = "ReplicaFailure"
)

// ReplicationControllerList is what a list of ReplicationController objects
// is answered with.
type ReplicationControllerList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []ReplicationController `json:"items" protobuf:"2" required:"true"`
}

// PodTemplate is a template stored by itself.
type PodTemplate struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// The template.
	Template PodTemplateSpec `json:"template,omitempty" protobuf:"2"`
}

// PodTemplateList is what a list of PodTemplate objects is answered with.
type PodTemplateList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []PodTemplate `json:"items" protobuf:"2" required:"true"`
}
