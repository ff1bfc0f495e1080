package apps

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// StatefulSet keeps pods that are not alike: each has its number, its name,
// its host name and its volumes, and gets them again when it is made anew.
type StatefulSet struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec StatefulSetSpec `json:"spec,omitempty" protobuf:"2"`
	// What is the case, as the system saw it last. Read only; the system
	// fills it in.
	Status StatefulSetStatus `json:"status,omitempty" protobuf:"3"`
}

// StatefulSetSpec says how many pods of what kind are wanted, and what each
// has of its own.
type StatefulSetSpec struct {
	// How many pods are wanted. Default: 1.
	Replicas *int32 `json:"replicas,omitempty" protobuf:"1"`
	// Which pods count, by their labels. The template's labels must match. It
	// never changes.
	Selector *meta.LabelSelector `json:"selector" protobuf:"2" required:"true"`
	// What pods are made from; the pod is named by the set and its number.
	// Only restartPolicy Always is allowed.
	Template core.PodTemplateSpec `json:"template" protobuf:"3" required:"true"`
	// The claims that each pod gets of its own, and keeps. A volume of the
	// template with the name of a claim is replaced by it.
	VolumeClaimTemplates []core.PersistentVolumeClaim `json:"volumeClaimTemplates,omitempty" protobuf:"4" listType:"atomic"`
	// The headless service that gives the pods their names in the DNS, as
	// pod.service.namespace. It must exist before the set.
	ServiceName string `json:"serviceName" protobuf:"5"`
	// OrderedReady, which starts pods one after the other and waits for each
	// to be ready, and ends them the other way round; or Parallel, which
	// waits for none. Default: OrderedReady.
	PodManagementPolicy PodManagementPolicyType `json:"podManagementPolicy,omitempty" protobuf:"6"`
	// How pods of an old template are replaced.
	UpdateStrategy StatefulSetUpdateStrategy `json:"updateStrategy,omitempty" protobuf:"7"`
	// How many old states of the template are kept to go back to. Default:
	// 10.
	RevisionHistoryLimit *int32 `json:"revisionHistoryLimit,omitempty" protobuf:"8"`
	// How many seconds a new pod must be ready to count as available.
	// Default: 0.
	MinReadySeconds int32 `json:"minReadySeconds,omitempty" protobuf:"9"`
	// What becomes of the pods' claims when they are no longer needed. By
	// default they are kept.
	PersistentVolumeClaimRetentionPolicy *StatefulSetPersistentVolumeClaimRetentionPolicy `json:"persistentVolumeClaimRetentionPolicy,omitempty" protobuf:"10"`
	// How the pods are numbered. By default from 0 on.
	Ordinals *StatefulSetOrdinals `json:"ordinals,omitempty" protobuf:"11"`
}

// PodManagementPolicyType is an order in which pods are started and ended.
//
// +enum
type PodManagementPolicyType string

// The values of PodManagementPolicyType.
const (
	// OrderedReadyPodManagement starts one pod after the other, and ends them
	// the other way round.
	OrderedReadyPodManagement PodManagementPolicyType = "OrderedReady"
	// ParallelPodManagement starts and ends all pods at once.
	ParallelPodManagement PodManagementPolicyType = "Parallel"
)

// StatefulSetUpdateStrategy says how pods of an old template are replaced.
type StatefulSetUpdateStrategy struct {
	// RollingUpdate, which replaces pods one after the other, the highest
	// number first, or OnDelete, which waits until somebody deletes them.
	// Default: RollingUpdate.
	Type StatefulSetUpdateStrategyType `json:"type,omitempty" protobuf:"1"`
	// Which pods are replaced. Only for RollingUpdate.
	RollingUpdate *RollingUpdateStatefulSetStrategy `json:"rollingUpdate,omitempty" protobuf:"2"`
}

// StatefulSetUpdateStrategyType is a way to replace pods.
//
// +enum
type StatefulSetUpdateStrategyType string

// The values of StatefulSetUpdateStrategyType.
const (
	// RollingUpdateStatefulSetStrategyType replaces pods one after the other.
	RollingUpdateStatefulSetStrategyType StatefulSetUpdateStrategyType = "RollingUpdate"
	// OnDeleteStatefulSetStrategyType replaces a pod when somebody has
	// deleted it.
	OnDeleteStatefulSetStrategyType StatefulSetUpdateStrategyType = "OnDelete"
	// RecreateStatefulSetStrategyType ends all old pods before it makes new
	// ones.
	RecreateStatefulSetStrategyType StatefulSetUpdateStrategyType = "Recreate"
)

// RollingUpdateStatefulSetStrategy says which pods are replaced.
type RollingUpdateStatefulSetStrategy struct {
	// Pods of a lower number stay as they are. Default: 0, all are replaced.
	Partition *int32 `json:"partition,omitempty" protobuf:"1"`
	// How many pods may be missing meanwhile: a number, or a percentage of
	// the wanted ones, rounded up. Not 0. Default: 1.
	MaxUnavailable *meta.IntOrString `json:"maxUnavailable,omitempty" protobuf:"2"`
}

// StatefulSetPersistentVolumeClaimRetentionPolicy says what becomes of claims
// that are no longer needed.
type StatefulSetPersistentVolumeClaimRetentionPolicy struct {
	// When the set is deleted: Retain keeps them, Delete deletes them.
	// Default: Retain.
	WhenDeleted PersistentVolumeClaimRetentionPolicyType `json:"whenDeleted,omitempty" protobuf:"1"`
	// When the set has become smaller: Retain keeps the claims of the pods
	// that went, Delete deletes them. Default: Retain.
	WhenScaled PersistentVolumeClaimRetentionPolicyType `json:"whenScaled,omitempty" protobuf:"2"`
}

// PersistentVolumeClaimRetentionPolicyType is what becomes of a claim.
type PersistentVolumeClaimRetentionPolicyType string

// The values of PersistentVolumeClaimRetentionPolicyType.
const (
	// RetainPersistentVolumeClaimRetentionPolicyType keeps it.
	RetainPersistentVolumeClaimRetentionPolicyType PersistentVolumeClaimRetentionPolicyType = "Retain"
	// DeletePersistentVolumeClaimRetentionPolicyType deletes it.
	DeletePersistentVolumeClaimRetentionPolicyType PersistentVolumeClaimRetentionPolicyType = "Delete"
)

// StatefulSetOrdinals says how pods are numbered.
type StatefulSetOrdinals struct {
	// The number of the first pod. Default: 0.
	Start int32 `json:"start" protobuf:"1"`
}

// StatefulSetStatus says how many pods there are, and how far a change has
// come.
type StatefulSetStatus struct {
	// The metadata.generation that the status was made for.
	ObservedGeneration int64 `json:"observedGeneration,omitempty" protobuf:"1"`
	// How many pods there are.
	Replicas int32 `json:"replicas" protobuf:"2" required:"true"`
	// How many of them are ready.
	ReadyReplicas int32 `json:"readyReplicas,omitempty" protobuf:"3"`
	// How many of them are of the state that currentRevision names.
	CurrentReplicas int32 `json:"currentReplicas,omitempty" protobuf:"4"`
	// How many of them are of the state that updateRevision names.
	UpdatedReplicas int32 `json:"updatedReplicas,omitempty" protobuf:"5"`
	// The state of the template that pods had before the change.
	CurrentRevision string `json:"currentRevision,omitempty" protobuf:"6"`
	// The state of the template that pods get.
	UpdateRevision string `json:"updateRevision,omitempty" protobuf:"7"`
	// How often the name of a revision was taken; it goes into the next name.
	CollisionCount *int32 `json:"collisionCount,omitempty" protobuf:"9"`
	// What is known of the stateful set.
	Conditions []StatefulSetCondition `json:"conditions,omitempty" protobuf:"10" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
	// How many pods have been ready for minReadySeconds.
	AvailableReplicas int32 `json:"availableReplicas" protobuf:"11"`
}

// StatefulSetCondition is one thing that is known of a stateful set.
type StatefulSetCondition struct {
	// What the condition is about, one word in CamelCase.
	Type StatefulSetConditionType `json:"type" protobuf:"1" required:"true"`
	// Whether it holds: True, False or Unknown.
	Status core.ConditionStatus `json:"status" protobuf:"2" required:"true"`
	// When the status last changed from one value to another.
	LastTransitionTime meta.Time `json:"lastTransitionTime,omitempty" protobuf:"3"`
	// Why it holds or not, one word in CamelCase for programs.
	Reason string `json:"reason,omitempty" protobuf:"4"`
	// Why it holds or not, in words for people.
	Message string `json:"message,omitempty" protobuf:"5"`
}

// StatefulSetConditionType is what a stateful set's condition is about.
type StatefulSetConditionType string

// The values of StatefulSetConditionType.
const (
	// StatefulSetProgressing says that a change comes forward.
	StatefulSetProgressing StatefulSetConditionType = "Progressing"
)

// StatefulSetList is what a list of StatefulSet objects is answered with.
type StatefulSetList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []StatefulSet `json:"items" protobuf:"2" required:"true"`
}
