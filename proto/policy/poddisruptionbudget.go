package policy

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// PodDisruptionBudget says how many of some pods may be taken away on purpose
// at one time. Evictions keep to it; failures do not.
type PodDisruptionBudget struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec PodDisruptionBudgetSpec `json:"spec,omitempty" protobuf:"2"`
	// What is the case, as the system saw it last. Read only; the system
	// fills it in.
	Status PodDisruptionBudgetStatus `json:"status,omitempty" protobuf:"3"`
}

// PodDisruptionBudgetSpec says which pods are meant, and how many must stay.
// It has minAvailable or maxUnavailable.
type PodDisruptionBudgetSpec struct {
	// How many pods must stay: a number, or a percentage of them. 100%
	// forbids every eviction.
	MinAvailable *meta.IntOrString `json:"minAvailable,omitempty" protobuf:"1"`
	// The pods that are meant, by their labels. An empty one means all pods
	// of the namespace, none at all means none.
	Selector *meta.LabelSelector `json:"selector,omitempty" protobuf:"2" patchStrategy:"replace"`
	// How many pods may be missing: a number, or a percentage of them. 0
	// forbids every eviction.
	MaxUnavailable *meta.IntOrString `json:"maxUnavailable,omitempty" protobuf:"3"`
	// When running pods that are not ready may be evicted: IfHealthyBudget,
	// when enough others are ready, or AlwaysAllow, always. Default:
	// IfHealthyBudget.
	UnhealthyPodEvictionPolicy *UnhealthyPodEvictionPolicyType `json:"unhealthyPodEvictionPolicy,omitempty" protobuf:"4"`
}

// UnhealthyPodEvictionPolicyType says when pods that are not ready may be
// evicted.
//
// +enum
type UnhealthyPodEvictionPolicyType string

// The values of UnhealthyPodEvictionPolicyType.
const (
	// IfHealthyBudget lets them be evicted when enough others are ready.
	IfHealthyBudget UnhealthyPodEvictionPolicyType = "IfHealthyBudget"
	// AlwaysAllow lets them always be evicted.
	AlwaysAllow UnhealthyPodEvictionPolicyType = "AlwaysAllow"
)

// PodDisruptionBudgetStatus says how many pods there are, and how many may
// go.
type PodDisruptionBudgetStatus struct {
	// The metadata.generation that the status was made for. No eviction is
	// allowed while it is behind.
	ObservedGeneration int64 `json:"observedGeneration,omitempty" protobuf:"1"`
	// Pods whose eviction was allowed and that the controller has not yet
	// seen going, with the time of that.
	DisruptedPods map[string]meta.Time `json:"disruptedPods,omitempty" protobuf:"2"`
	// How many pods may be evicted now.
	DisruptionsAllowed int32 `json:"disruptionsAllowed" protobuf:"3"`
	// How many pods are ready.
	CurrentHealthy int32 `json:"currentHealthy" protobuf:"4"`
	// How many pods must be ready at least.
	DesiredHealthy int32 `json:"desiredHealthy" protobuf:"5"`
	// How many pods there should be.
	ExpectedPods int32 `json:"expectedPods" protobuf:"6"`
	// What is known of the budget: DisruptionAllowed says whether a pod may
	// go now.
	Conditions []meta.Condition `json:"conditions,omitempty" protobuf:"7" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// PodDisruptionBudgetList is what a list of PodDisruptionBudget objects is answered with.
type PodDisruptionBudgetList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []PodDisruptionBudget `json:"items" protobuf:"2" required:"true"`
}
