package apps

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// StatefulSet is TODO.
type StatefulSet struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            StatefulSetSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          StatefulSetStatus `json:"status,omitempty" protobuf:"3"`
}

// StatefulSetSpec is TODO.
type StatefulSetSpec struct {
	Replicas                             *int32                                           `json:"replicas,omitempty" protobuf:"1"`
	Selector                             *meta.LabelSelector                              `json:"selector" protobuf:"2" required:"true"`
	Template                             core.PodTemplateSpec                             `json:"template" protobuf:"3" required:"true"`
	VolumeClaimTemplates                 []core.PersistentVolumeClaim                     `json:"volumeClaimTemplates,omitempty" protobuf:"4" listType:"atomic"`
	ServiceName                          string                                           `json:"serviceName" protobuf:"5"`
	PodManagementPolicy                  PodManagementPolicyType                          `json:"podManagementPolicy,omitempty" protobuf:"6"`
	UpdateStrategy                       StatefulSetUpdateStrategy                        `json:"updateStrategy,omitempty" protobuf:"7"`
	RevisionHistoryLimit                 *int32                                           `json:"revisionHistoryLimit,omitempty" protobuf:"8"`
	MinReadySeconds                      int32                                            `json:"minReadySeconds,omitempty" protobuf:"9"`
	PersistentVolumeClaimRetentionPolicy *StatefulSetPersistentVolumeClaimRetentionPolicy `json:"persistentVolumeClaimRetentionPolicy,omitempty" protobuf:"10"`
	Ordinals                             *StatefulSetOrdinals                             `json:"ordinals,omitempty" protobuf:"11"`
}

// PodManagementPolicyType is TODO.
type PodManagementPolicyType string

const (
	OrderedReadyPodManagement PodManagementPolicyType = "OrderedReady"
	ParallelPodManagement     PodManagementPolicyType = "Parallel"
)

// StatefulSetUpdateStrategy is TODO.
type StatefulSetUpdateStrategy struct {
	Type          StatefulSetUpdateStrategyType     `json:"type,omitempty" protobuf:"1"`
	RollingUpdate *RollingUpdateStatefulSetStrategy `json:"rollingUpdate,omitempty" protobuf:"2"`
}

// StatefulSetUpdateStrategyType is TODO.
type StatefulSetUpdateStrategyType string

const (
	RollingUpdateStatefulSetStrategyType StatefulSetUpdateStrategyType = "RollingUpdate"
	OnDeleteStatefulSetStrategyType      StatefulSetUpdateStrategyType = "OnDelete"
	RecreateStatefulSetStrategyType      StatefulSetUpdateStrategyType = "Recreate"
)

// RollingUpdateStatefulSetStrategy is TODO.
type RollingUpdateStatefulSetStrategy struct {
	Partition      *int32            `json:"partition,omitempty" protobuf:"1"`
	MaxUnavailable *meta.IntOrString `json:"maxUnavailable,omitempty" protobuf:"2"`
}

// StatefulSetPersistentVolumeClaimRetentionPolicy is TODO.
type StatefulSetPersistentVolumeClaimRetentionPolicy struct {
	WhenDeleted PersistentVolumeClaimRetentionPolicyType `json:"whenDeleted,omitempty" protobuf:"1"`
	WhenScaled  PersistentVolumeClaimRetentionPolicyType `json:"whenScaled,omitempty" protobuf:"2"`
}

// PersistentVolumeClaimRetentionPolicyType is TODO.
type PersistentVolumeClaimRetentionPolicyType string

const (
	RetainPersistentVolumeClaimRetentionPolicyType PersistentVolumeClaimRetentionPolicyType = "Retain"
	DeletePersistentVolumeClaimRetentionPolicyType PersistentVolumeClaimRetentionPolicyType = "Delete"
)

// StatefulSetOrdinals is TODO.
type StatefulSetOrdinals struct {
	Start int32 `json:"start" protobuf:"1"`
}

// StatefulSetStatus is TODO.
type StatefulSetStatus struct {
	ObservedGeneration int64                  `json:"observedGeneration,omitempty" protobuf:"1"`
	Replicas           int32                  `json:"replicas" protobuf:"2" required:"true"`
	ReadyReplicas      int32                  `json:"readyReplicas,omitempty" protobuf:"3"`
	CurrentReplicas    int32                  `json:"currentReplicas,omitempty" protobuf:"4"`
	UpdatedReplicas    int32                  `json:"updatedReplicas,omitempty" protobuf:"5"`
	CurrentRevision    string                 `json:"currentRevision,omitempty" protobuf:"6"`
	UpdateRevision     string                 `json:"updateRevision,omitempty" protobuf:"7"`
	CollisionCount     *int32                 `json:"collisionCount,omitempty" protobuf:"9"`
	Conditions         []StatefulSetCondition `json:"conditions,omitempty" protobuf:"10" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
	AvailableReplicas  int32                  `json:"availableReplicas" protobuf:"11"`
}

// StatefulSetCondition is TODO.
type StatefulSetCondition struct {
	Type               StatefulSetConditionType `json:"type" protobuf:"1" required:"true"`
	Status             core.ConditionStatus     `json:"status" protobuf:"2" required:"true"`
	LastTransitionTime meta.Time                `json:"lastTransitionTime,omitempty" protobuf:"3"`
	Reason             string                   `json:"reason,omitempty" protobuf:"4"`
	Message            string                   `json:"message,omitempty" protobuf:"5"`
}

// StatefulSetConditionType is TODO.
type StatefulSetConditionType string

const (
	StatefulSetProgressing StatefulSetConditionType = "Progressing"
)

// StatefulSetList is what a list of StatefulSet objects is answered with.
type StatefulSetList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []StatefulSet `json:"items" protobuf:"2" required:"true"`
}
