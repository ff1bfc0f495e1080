package apps

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Deployment keeps a number of equal pods running and replaces them bit by
// bit when their template changes. It does so through replica sets, one for
// each state of the template.
type Deployment struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec DeploymentSpec `json:"spec,omitempty" protobuf:"2"`
	// What is the case, as the system saw it last. Read only; the system
	// fills it in.
	Status DeploymentStatus `json:"status,omitempty" protobuf:"3"`
}

// DeploymentSpec says how many pods of what kind are wanted, and how old ones
// are replaced.
type DeploymentSpec struct {
	// How many pods are wanted. Default: 1.
	Replicas *int32 `json:"replicas,omitempty" protobuf:"1"`
	// Which pods count, by their labels. The template's labels must match. It
	// never changes.
	Selector *meta.LabelSelector `json:"selector" protobuf:"2" required:"true"`
	// What pods are made from. Only restartPolicy Always is allowed.
	Template core.PodTemplateSpec `json:"template" protobuf:"3" required:"true"`
	// How pods of an old template are replaced.
	Strategy DeploymentStrategy `json:"strategy,omitempty" protobuf:"4" patchStrategy:"retainKeys"`
	// How many seconds a new pod must be ready to count as available.
	// Default: 0.
	MinReadySeconds int32 `json:"minReadySeconds,omitempty" protobuf:"5"`
	// How many old replica sets are kept to go back to. Default: 10.
	RevisionHistoryLimit *int32 `json:"revisionHistoryLimit,omitempty" protobuf:"6"`
	// Whether changes of the template wait until this is taken away.
	Paused bool `json:"paused,omitempty" protobuf:"7"`
	// After how many seconds without progress the deployment says in its
	// conditions that it has failed; it goes on trying. More than
	// minReadySeconds. Default: 600.
	ProgressDeadlineSeconds *int32 `json:"progressDeadlineSeconds,omitempty" protobuf:"9"`
}

// DeploymentStrategy says how pods of an old template are replaced.
type DeploymentStrategy struct {
	// RollingUpdate, which replaces them bit by bit, or Recreate, which ends
	// all of them first. Default: RollingUpdate.
	Type DeploymentStrategyType `json:"type,omitempty" protobuf:"1"`
	// How many are replaced at once. Only for RollingUpdate.
	RollingUpdate *RollingUpdateDeployment `json:"rollingUpdate,omitempty" protobuf:"2"`
}

// DeploymentStrategyType is a way to replace pods.
//
// +enum
type DeploymentStrategyType string

// The values of DeploymentStrategyType.
const (
	// RecreateDeploymentStrategyType ends all old pods before it makes new
	// ones.
	RecreateDeploymentStrategyType DeploymentStrategyType = "Recreate"
	// RollingUpdateDeploymentStrategyType replaces pods bit by bit.
	RollingUpdateDeploymentStrategyType DeploymentStrategyType = "RollingUpdate"
)

// RollingUpdateDeployment says how many pods are replaced at once.
type RollingUpdateDeployment struct {
	// How many of the wanted pods may be missing meanwhile: a number, or a
	// percentage of them, rounded down. It is 0 only if maxSurge is not.
	// Default: 25%.
	MaxUnavailable *meta.IntOrString `json:"maxUnavailable,omitempty" protobuf:"1"`
	// How many pods there may be beyond the wanted ones meanwhile: a number,
	// or a percentage of them, rounded up. It is 0 only if maxUnavailable is
	// not. Default: 25%.
	MaxSurge *meta.IntOrString `json:"maxSurge,omitempty" protobuf:"2"`
}

// DeploymentStatus says how many pods there are, and how far a change has
// come.
type DeploymentStatus struct {
	// The metadata.generation that the status was made for.
	ObservedGeneration int64 `json:"observedGeneration,omitempty" protobuf:"1"`
	// How many pods there are, of whatever template.
	Replicas int32 `json:"replicas,omitempty" protobuf:"2"`
	// How many of them are of the newest template.
	UpdatedReplicas int32 `json:"updatedReplicas,omitempty" protobuf:"3"`
	// How many of them are ready.
	ReadyReplicas int32 `json:"readyReplicas,omitempty" protobuf:"7"`
	// How many of them have been ready for minReadySeconds.
	AvailableReplicas int32 `json:"availableReplicas,omitempty" protobuf:"4"`
	// How many more must become available until all that are wanted are.
	UnavailableReplicas int32 `json:"unavailableReplicas,omitempty" protobuf:"5"`
	// How many pods are being deleted and not yet gone.
	TerminatingReplicas *int32 `json:"terminatingReplicas,omitempty" protobuf:"9"`
	// What is known of the deployment.
	Conditions []DeploymentCondition `json:"conditions,omitempty" protobuf:"6" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
	// How often the name of a replica set was taken; it goes into the next
	// name.
	CollisionCount *int32 `json:"collisionCount,omitempty" protobuf:"8"`
}

// DeploymentCondition is one thing that is known of a deployment.
type DeploymentCondition struct {
	// What the condition is about, one word in CamelCase.
	Type DeploymentConditionType `json:"type" protobuf:"1" required:"true"`
	// Whether it holds: True, False or Unknown.
	Status core.ConditionStatus `json:"status" protobuf:"2" required:"true"`
	// When the condition was last written.
	LastUpdateTime meta.Time `json:"lastUpdateTime,omitempty" protobuf:"6"`
	// When the status last changed from one value to another.
	LastTransitionTime meta.Time `json:"lastTransitionTime,omitempty" protobuf:"7"`
	// Why it holds or not, one word in CamelCase for programs.
	Reason string `json:"reason,omitempty" protobuf:"4"`
	// Why it holds or not, in words for people.
	Message string `json:"message,omitempty" protobuf:"5"`
}

// DeploymentConditionType is what a deployment's condition is about.
type DeploymentConditionType string

// The values of DeploymentConditionType.
const (
	// DeploymentAvailable says that enough pods are available.
	DeploymentAvailable DeploymentConditionType = "Available"
	// DeploymentProgressing says that a change comes forward, or has come to
	// its end.
	DeploymentProgressing DeploymentConditionType = "Progressing"
	// DeploymentReplicaFailure says that pods could not be made or deleted.
	DeploymentReplicaFailure DeploymentConditionType = "ReplicaFailure"
)

// DeploymentList is what a list of Deployment objects is answered with.
type DeploymentList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []Deployment `json:"items" protobuf:"2" required:"true"`
}
