package apps

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ReplicaSet keeps a number of equal pods running. Most belong to a
// Deployment.
type ReplicaSet struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec ReplicaSetSpec `json:"spec,omitempty" protobuf:"2"`
	// What is the case, as the system saw it last. Read only; the system
	// fills it in.
	Status ReplicaSetStatus `json:"status,omitempty" protobuf:"3"`
}

// ReplicaSetSpec says how many pods of what kind are wanted.
type ReplicaSetSpec struct {
	// How many pods are wanted. Default: 1.
	Replicas *int32 `json:"replicas,omitempty" protobuf:"1"`
	// How many seconds a new pod must be ready to count as available.
	// Default: 0.
	MinReadySeconds int32 `json:"minReadySeconds,omitempty" protobuf:"4"`
	// Which pods count, by their labels. The template's labels must match. It
	// never changes.
	Selector *meta.LabelSelector `json:"selector" protobuf:"2" required:"true"`
	// What pods are made from. Only restartPolicy Always is allowed.
	Template core.PodTemplateSpec `json:"template,omitempty" protobuf:"3"`
}

// ReplicaSetStatus says how many pods there are.
type ReplicaSetStatus struct {
	// How many pods there are.
	Replicas int32 `json:"replicas" protobuf:"1" required:"true"`
	// How many of them have all the labels of the template.
	FullyLabeledReplicas int32 `json:"fullyLabeledReplicas,omitempty" protobuf:"2"`
	// How many of them are ready.
	ReadyReplicas int32 `json:"readyReplicas,omitempty" protobuf:"4"`
	// How many of them have been ready for minReadySeconds.
	AvailableReplicas int32 `json:"availableReplicas,omitempty" protobuf:"5"`
	// How many pods are being deleted and not yet gone.
	TerminatingReplicas *int32 `json:"terminatingReplicas,omitempty" protobuf:"7"`
	// The metadata.generation that the status was made for.
	ObservedGeneration int64 `json:"observedGeneration,omitempty" protobuf:"3"`
	// What is known of the replica set.
	Conditions []ReplicaSetCondition `json:"conditions,omitempty" protobuf:"6" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// ReplicaSetCondition is one thing that is known of a replica set.
type ReplicaSetCondition struct {
	// What the condition is about, one word in CamelCase.
	Type ReplicaSetConditionType `json:"type" protobuf:"1" required:"true"`
	// Whether it holds: True, False or Unknown.
	Status core.ConditionStatus `json:"status" protobuf:"2" required:"true"`
	// When the status last changed from one value to another.
	LastTransitionTime meta.Time `json:"lastTransitionTime,omitempty" protobuf:"3"`
	// Why it holds or not, one word in CamelCase for programs.
	Reason string `json:"reason,omitempty" protobuf:"4"`
	// Why it holds or not, in words for people.
	Message string `json:"message,omitempty" protobuf:"5"`
}

// ReplicaSetConditionType is what a replica set's condition is about.
type ReplicaSetConditionType string

// The values of ReplicaSetConditionType.
const (
	// ReplicaSetReplicaFailure says that pods could not be made or deleted.
	ReplicaSetReplicaFailure ReplicaSetConditionType = "ReplicaFailure"
)

// ReplicaSetList is what a list of ReplicaSet objects is answered with.
type ReplicaSetList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []ReplicaSet `json:"items" protobuf:"2" required:"true"`
}
