package apps

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ReplicaSet is TODO.
type ReplicaSet struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            ReplicaSetSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          ReplicaSetStatus `json:"status,omitempty" protobuf:"3"`
}

// ReplicaSetSpec is TODO.
type ReplicaSetSpec struct {
	Replicas        *int32               `json:"replicas,omitempty" protobuf:"1"`
	MinReadySeconds int32                `json:"minReadySeconds,omitempty" protobuf:"4"`
	Selector        *meta.LabelSelector  `json:"selector" protobuf:"2" required:"true"`
	Template        core.PodTemplateSpec `json:"template,omitempty" protobuf:"3"`
}

// ReplicaSetStatus is TODO.
type ReplicaSetStatus struct {
	Replicas             int32                 `json:"replicas" protobuf:"1" required:"true"`
	FullyLabeledReplicas int32                 `json:"fullyLabeledReplicas,omitempty" protobuf:"2"`
	ReadyReplicas        int32                 `json:"readyReplicas,omitempty" protobuf:"4"`
	AvailableReplicas    int32                 `json:"availableReplicas,omitempty" protobuf:"5"`
	TerminatingReplicas  *int32                `json:"terminatingReplicas,omitempty" protobuf:"7"`
	ObservedGeneration   int64                 `json:"observedGeneration,omitempty" protobuf:"3"`
	Conditions           []ReplicaSetCondition `json:"conditions,omitempty" protobuf:"6" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// ReplicaSetCondition is TODO.
type ReplicaSetCondition struct {
	Type               ReplicaSetConditionType `json:"type" protobuf:"1" required:"true"`
	Status             core.ConditionStatus    `json:"status" protobuf:"2" required:"true"`
	LastTransitionTime meta.Time               `json:"lastTransitionTime,omitempty" protobuf:"3"`
	Reason             string                  `json:"reason,omitempty" protobuf:"4"`
	Message            string                  `json:"message,omitempty" protobuf:"5"`
}

// ReplicaSetConditionType is TODO.
type ReplicaSetConditionType string

const (
	ReplicaSetReplicaFailure ReplicaSetConditionType = "ReplicaFailure"
)

// ReplicaSetList is what a list of ReplicaSet objects is answered with.
type ReplicaSetList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []ReplicaSet `json:"items" protobuf:"2" required:"true"`
}
