package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type ReplicationController struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            ReplicationControllerSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          ReplicationControllerStatus `json:"status,omitempty" protobuf:"3"`
}

type ReplicationControllerSpec struct {
	Replicas        *int32            `json:"replicas,omitempty" protobuf:"1"`
	MinReadySeconds int32             `json:"minReadySeconds,omitempty" protobuf:"4"`
	Selector        map[string]string `json:"selector,omitempty" protobuf:"2" mapType:"atomic"`
	Template        *PodTemplateSpec  `json:"template,omitempty" protobuf:"3"`
}

type PodTemplateSpec struct {
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            PodSpec `json:"spec,omitempty" protobuf:"2"`
}

type ReplicationControllerStatus struct {
	Replicas             int32                            `json:"replicas" protobuf:"1" required:"true"`
	FullyLabeledReplicas int32                            `json:"fullyLabeledReplicas,omitempty" protobuf:"2"`
	ReadyReplicas        int32                            `json:"readyReplicas,omitempty" protobuf:"4"`
	AvailableReplicas    int32                            `json:"availableReplicas,omitempty" protobuf:"5"`
	ObservedGeneration   int64                            `json:"observedGeneration,omitempty" protobuf:"3"`
	Conditions           []ReplicationControllerCondition `json:"conditions,omitempty" protobuf:"6" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

type ReplicationControllerCondition struct {
	Type               ReplicationControllerConditionType `json:"type" protobuf:"1" required:"true"`
	Status             ConditionStatus                    `json:"status" protobuf:"2" required:"true"`
	LastTransitionTime meta.Time                          `json:"lastTransitionTime,omitempty" protobuf:"3"`
	Reason             string                             `json:"reason,omitempty" protobuf:"4"`
	Message            string                             `json:"message,omitempty" protobuf:"5"`
}

type ReplicationControllerConditionType string

const (
	ReplicationControllerReplicaFailure ReplicationControllerConditionType = "ReplicaFailure"
)

type ReplicationControllerList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []ReplicationController `json:"items" protobuf:"2" required:"true"`
}

type PodTemplate struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Template        PodTemplateSpec `json:"template,omitempty" protobuf:"2"`
}

type PodTemplateList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []PodTemplate `json:"items" protobuf:"2" required:"true"`
}
