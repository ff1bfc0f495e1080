package apps

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// DaemonSet is TODO.
type DaemonSet struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            DaemonSetSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          DaemonSetStatus `json:"status,omitempty" protobuf:"3"`
}

// DaemonSetSpec is TODO.
type DaemonSetSpec struct {
	Selector             *meta.LabelSelector     `json:"selector" protobuf:"1" required:"true"`
	Template             core.PodTemplateSpec    `json:"template" protobuf:"2" required:"true"`
	UpdateStrategy       DaemonSetUpdateStrategy `json:"updateStrategy,omitempty" protobuf:"3"`
	MinReadySeconds      int32                   `json:"minReadySeconds,omitempty" protobuf:"4"`
	RevisionHistoryLimit *int32                  `json:"revisionHistoryLimit,omitempty" protobuf:"6"`
}

// DaemonSetUpdateStrategy is TODO.
type DaemonSetUpdateStrategy struct {
	Type          DaemonSetUpdateStrategyType `json:"type,omitempty" protobuf:"1"`
	RollingUpdate *RollingUpdateDaemonSet     `json:"rollingUpdate,omitempty" protobuf:"2"`
}

// DaemonSetUpdateStrategyType is TODO.
type DaemonSetUpdateStrategyType string

const (
	RollingUpdateDaemonSetStrategyType DaemonSetUpdateStrategyType = "RollingUpdate"
	OnDeleteDaemonSetStrategyType      DaemonSetUpdateStrategyType = "OnDelete"
)

// RollingUpdateDaemonSet is TODO.
type RollingUpdateDaemonSet struct {
	MaxUnavailable *meta.IntOrString `json:"maxUnavailable,omitempty" protobuf:"1"`
	MaxSurge       *meta.IntOrString `json:"maxSurge,omitempty" protobuf:"2"`
}

// DaemonSetStatus is TODO.
type DaemonSetStatus struct {
	CurrentNumberScheduled int32                `json:"currentNumberScheduled" protobuf:"1" required:"true"`
	NumberMisscheduled     int32                `json:"numberMisscheduled" protobuf:"2" required:"true"`
	DesiredNumberScheduled int32                `json:"desiredNumberScheduled" protobuf:"3" required:"true"`
	NumberReady            int32                `json:"numberReady" protobuf:"4" required:"true"`
	ObservedGeneration     int64                `json:"observedGeneration,omitempty" protobuf:"5"`
	UpdatedNumberScheduled int32                `json:"updatedNumberScheduled,omitempty" protobuf:"6"`
	NumberAvailable        int32                `json:"numberAvailable,omitempty" protobuf:"7"`
	NumberUnavailable      int32                `json:"numberUnavailable,omitempty" protobuf:"8"`
	CollisionCount         *int32               `json:"collisionCount,omitempty" protobuf:"9"`
	Conditions             []DaemonSetCondition `json:"conditions,omitempty" protobuf:"10" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// DaemonSetCondition is TODO.
type DaemonSetCondition struct {
	Type               DaemonSetConditionType `json:"type" protobuf:"1" required:"true"`
	Status             core.ConditionStatus   `json:"status" protobuf:"2" required:"true"`
	LastTransitionTime meta.Time              `json:"lastTransitionTime,omitempty" protobuf:"3"`
	Reason             string                 `json:"reason,omitempty" protobuf:"4"`
	Message            string                 `json:"message,omitempty" protobuf:"5"`
}

// DaemonSetConditionType is TODO.
type DaemonSetConditionType string

// DaemonSetList is what a list of DaemonSet objects is answered with.
type DaemonSetList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []DaemonSet `json:"items" protobuf:"2" required:"true"`
}
