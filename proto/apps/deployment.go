package apps

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Deployment is TODO.
type Deployment struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            DeploymentSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          DeploymentStatus `json:"status,omitempty" protobuf:"3"`
}

// DeploymentSpec is TODO.
type DeploymentSpec struct {
	Replicas                *int32               `json:"replicas,omitempty" protobuf:"1"`
	Selector                *meta.LabelSelector  `json:"selector" protobuf:"2" required:"true"`
	Template                core.PodTemplateSpec `json:"template" protobuf:"3" required:"true"`
	Strategy                DeploymentStrategy   `json:"strategy,omitempty" protobuf:"4" patchStrategy:"retainKeys"`
	MinReadySeconds         int32                `json:"minReadySeconds,omitempty" protobuf:"5"`
	RevisionHistoryLimit    *int32               `json:"revisionHistoryLimit,omitempty" protobuf:"6"`
	Paused                  bool                 `json:"paused,omitempty" protobuf:"7"`
	ProgressDeadlineSeconds *int32               `json:"progressDeadlineSeconds,omitempty" protobuf:"9"`
}

// DeploymentStrategy is TODO.
type DeploymentStrategy struct {
	Type          DeploymentStrategyType   `json:"type,omitempty" protobuf:"1"`
	RollingUpdate *RollingUpdateDeployment `json:"rollingUpdate,omitempty" protobuf:"2"`
}

// DeploymentStrategyType is TODO.
type DeploymentStrategyType string

const (
	RecreateDeploymentStrategyType      DeploymentStrategyType = "Recreate"
	RollingUpdateDeploymentStrategyType DeploymentStrategyType = "RollingUpdate"
)

// RollingUpdateDeployment is TODO.
type RollingUpdateDeployment struct {
	MaxUnavailable *meta.IntOrString `json:"maxUnavailable,omitempty" protobuf:"1"`
	MaxSurge       *meta.IntOrString `json:"maxSurge,omitempty" protobuf:"2"`
}

// DeploymentStatus is TODO.
type DeploymentStatus struct {
	ObservedGeneration  int64                 `json:"observedGeneration,omitempty" protobuf:"1"`
	Replicas            int32                 `json:"replicas,omitempty" protobuf:"2"`
	UpdatedReplicas     int32                 `json:"updatedReplicas,omitempty" protobuf:"3"`
	ReadyReplicas       int32                 `json:"readyReplicas,omitempty" protobuf:"7"`
	AvailableReplicas   int32                 `json:"availableReplicas,omitempty" protobuf:"4"`
	UnavailableReplicas int32                 `json:"unavailableReplicas,omitempty" protobuf:"5"`
	TerminatingReplicas *int32                `json:"terminatingReplicas,omitempty" protobuf:"9"`
	Conditions          []DeploymentCondition `json:"conditions,omitempty" protobuf:"6" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
	CollisionCount      *int32                `json:"collisionCount,omitempty" protobuf:"8"`
}

// DeploymentCondition is TODO.
type DeploymentCondition struct {
	Type               DeploymentConditionType `json:"type" protobuf:"1" required:"true"`
	Status             core.ConditionStatus    `json:"status" protobuf:"2" required:"true"`
	LastUpdateTime     meta.Time               `json:"lastUpdateTime,omitempty" protobuf:"6"`
	LastTransitionTime meta.Time               `json:"lastTransitionTime,omitempty" protobuf:"7"`
	Reason             string                  `json:"reason,omitempty" protobuf:"4"`
	Message            string                  `json:"message,omitempty" protobuf:"5"`
}

// DeploymentConditionType is TODO.
type DeploymentConditionType string

const (
	DeploymentAvailable      DeploymentConditionType = "Available"
	DeploymentProgressing    DeploymentConditionType = "Progressing"
	DeploymentReplicaFailure DeploymentConditionType = "ReplicaFailure"
)

// DeploymentList is what a list of Deployment objects is answered with.
type DeploymentList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []Deployment `json:"items" protobuf:"2" required:"true"`
}
