package apps

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// DaemonSet runs one pod on each node, or on each node that its template's
// pods may go to.
type DaemonSet struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec DaemonSetSpec `json:"spec,omitempty" protobuf:"2"`
	// What is the case, as the system saw it last. Read only; the system
	// fills it in.
	Status DaemonSetStatus `json:"status,omitempty" protobuf:"3"`
}

// DaemonSetSpec says which pods run on which nodes.
type DaemonSetSpec struct {
	// Which pods count, by their labels. The template's labels must match. It
	// never changes.
	Selector *meta.LabelSelector `json:"selector" protobuf:"1" required:"true"`
	// What the pods are made from. A node gets one if the template's node
	// selector and affinity fit it; without either, every node does. Only
	// restartPolicy Always is allowed.
	Template core.PodTemplateSpec `json:"template" protobuf:"2" required:"true"`
	// How pods of an old template are replaced.
	UpdateStrategy DaemonSetUpdateStrategy `json:"updateStrategy,omitempty" protobuf:"3"`
	// How many seconds a new pod must be ready to count as available.
	// Default: 0.
	MinReadySeconds int32 `json:"minReadySeconds,omitempty" protobuf:"4"`
	// How many old states of the template are kept to go back to. Default:
	// 10.
	RevisionHistoryLimit *int32 `json:"revisionHistoryLimit,omitempty" protobuf:"6"`
}

// DaemonSetUpdateStrategy says how pods of an old template are replaced.
type DaemonSetUpdateStrategy struct {
	// RollingUpdate, which replaces pods node by node, or OnDelete, which
	// waits until somebody deletes them. Default: RollingUpdate.
	Type DaemonSetUpdateStrategyType `json:"type,omitempty" protobuf:"1"`
	// How pods are replaced node by node. Only for RollingUpdate.
	RollingUpdate *RollingUpdateDaemonSet `json:"rollingUpdate,omitempty" protobuf:"2"`
}

// DaemonSetUpdateStrategyType is a way to replace pods.
//
// +enum
type DaemonSetUpdateStrategyType string

// The values of DaemonSetUpdateStrategyType.
const (
	// RollingUpdateDaemonSetStrategyType replaces pods node by node.
	RollingUpdateDaemonSetStrategyType DaemonSetUpdateStrategyType = "RollingUpdate"
	// OnDeleteDaemonSetStrategyType replaces a pod when somebody has deleted
	// it.
	OnDeleteDaemonSetStrategyType DaemonSetUpdateStrategyType = "OnDelete"
)

// RollingUpdateDaemonSet says how many nodes may change their pod at once.
type RollingUpdateDaemonSet struct {
	// On how many nodes the pod may be missing meanwhile: a number, or a
	// percentage of the nodes, rounded up. It is 0 only if maxSurge is not.
	// Default: 1.
	MaxUnavailable *meta.IntOrString `json:"maxUnavailable,omitempty" protobuf:"1"`
	// How many nodes may run the new pod beside the old one meanwhile: a
	// number, or a percentage of the nodes, rounded up. It is 0 unless
	// maxUnavailable is. Default: 0.
	MaxSurge *meta.IntOrString `json:"maxSurge,omitempty" protobuf:"2"`
}

// DaemonSetStatus says how many nodes have their pod.
type DaemonSetStatus struct {
	// How many of the nodes that are to have the pod have it.
	CurrentNumberScheduled int32 `json:"currentNumberScheduled" protobuf:"1" required:"true"`
	// How many nodes have the pod and are not to have it.
	NumberMisscheduled int32 `json:"numberMisscheduled" protobuf:"2" required:"true"`
	// How many nodes are to have the pod.
	DesiredNumberScheduled int32 `json:"desiredNumberScheduled" protobuf:"3" required:"true"`
	// On how many nodes the pod is ready.
	NumberReady int32 `json:"numberReady" protobuf:"4" required:"true"`
	// The metadata.generation that the status was made for.
	ObservedGeneration int64 `json:"observedGeneration,omitempty" protobuf:"5"`
	// How many nodes have a pod of the newest template.
	UpdatedNumberScheduled int32 `json:"updatedNumberScheduled,omitempty" protobuf:"6"`
	// On how many nodes the pod has been ready for minReadySeconds.
	NumberAvailable int32 `json:"numberAvailable,omitempty" protobuf:"7"`
	// On how many nodes the pod is missing or has not been ready for
	// minReadySeconds.
	NumberUnavailable int32 `json:"numberUnavailable,omitempty" protobuf:"8"`
	// How often the name of a revision was taken; it goes into the next name.
	CollisionCount *int32 `json:"collisionCount,omitempty" protobuf:"9"`
	// What is known of the daemon set.
	Conditions []DaemonSetCondition `json:"conditions,omitempty" protobuf:"10" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// DaemonSetCondition is one thing that is known of a daemon set.
type DaemonSetCondition struct {
	// What the condition is about, one word in CamelCase.
	Type DaemonSetConditionType `json:"type" protobuf:"1" required:"true"`
	// Whether it holds: True, False or Unknown.
	Status core.ConditionStatus `json:"status" protobuf:"2" required:"true"`
	// When the status last changed from one value to another.
	LastTransitionTime meta.Time `json:"lastTransitionTime,omitempty" protobuf:"3"`
	// Why it holds or not, one word in CamelCase for programs.
	Reason string `json:"reason,omitempty" protobuf:"4"`
	// Why it holds or not, in words for people.
	Message string `json:"message,omitempty" protobuf:"5"`
}

// DaemonSetConditionType is what a daemon set's condition is about.
type DaemonSetConditionType string

// DaemonSetList is what a list of DaemonSet objects is answered with.
type DaemonSetList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []DaemonSet `json:"items" protobuf:"2" required:"true"`
}
