package policy

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// PodDisruptionBudget is TODO.
type PodDisruptionBudget struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            PodDisruptionBudgetSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          PodDisruptionBudgetStatus `json:"status,omitempty" protobuf:"3"`
}

// PodDisruptionBudgetSpec is TODO.
type PodDisruptionBudgetSpec struct {
	MinAvailable               *meta.IntOrString               `json:"minAvailable,omitempty" protobuf:"1"`
	Selector                   *meta.LabelSelector             `json:"selector,omitempty" protobuf:"2" patchStrategy:"replace"`
	MaxUnavailable             *meta.IntOrString               `json:"maxUnavailable,omitempty" protobuf:"3"`
	UnhealthyPodEvictionPolicy *UnhealthyPodEvictionPolicyType `json:"unhealthyPodEvictionPolicy,omitempty" protobuf:"4"`
}

// UnhealthyPodEvictionPolicyType is TODO.
type UnhealthyPodEvictionPolicyType string

const (
	IfHealthyBudget UnhealthyPodEvictionPolicyType = "IfHealthyBudget"
	AlwaysAllow     UnhealthyPodEvictionPolicyType = "AlwaysAllow"
)

// PodDisruptionBudgetStatus is TODO.
type PodDisruptionBudgetStatus struct {
	ObservedGeneration int64                `json:"observedGeneration,omitempty" protobuf:"1"`
	DisruptedPods      map[string]meta.Time `json:"disruptedPods,omitempty" protobuf:"2"`
	DisruptionsAllowed int32                `json:"disruptionsAllowed" protobuf:"3"`
	CurrentHealthy     int32                `json:"currentHealthy" protobuf:"4"`
	DesiredHealthy     int32                `json:"desiredHealthy" protobuf:"5"`
	ExpectedPods       int32                `json:"expectedPods" protobuf:"6"`
	Conditions         []meta.Condition     `json:"conditions,omitempty" protobuf:"7" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// PodDisruptionBudgetList is what a list of PodDisruptionBudget objects is answered with.
type PodDisruptionBudgetList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []PodDisruptionBudget `json:"items" protobuf:"2" required:"true"`
}
