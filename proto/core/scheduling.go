package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Affinity says where a pod should or must run.
type Affinity struct {
	// By labels of the node.
	NodeAffinity *NodeAffinity `json:"nodeAffinity,omitempty" protobuf:"1"`
	// Near other pods.
	PodAffinity *PodAffinity `json:"podAffinity,omitempty" protobuf:"2"`
	// Away from other pods.
	PodAntiAffinity *PodAntiAffinity `json:"podAntiAffinity,omitempty" protobuf:"3"`
}

// NodeAffinity chooses nodes by their labels.
type NodeAffinity struct {
	// What the node must meet when the pod is placed; later changes do not
	// matter.
	RequiredDuringSchedulingIgnoredDuringExecution *NodeSelector `json:"requiredDuringSchedulingIgnoredDuringExecution,omitempty" protobuf:"1"`
	// What the node should meet; the node with the largest sum of weights is
	// preferred.
	PreferredDuringSchedulingIgnoredDuringExecution []PreferredSchedulingTerm `json:"preferredDuringSchedulingIgnoredDuringExecution,omitempty" protobuf:"2" listType:"atomic"`
}

// NodeSelector selects nodes; one of its terms must hold.
//
// +mapType=atomic
type NodeSelector struct {
	// The terms. At least one.
	NodeSelectorTerms []NodeSelectorTerm `json:"nodeSelectorTerms" protobuf:"1" listType:"atomic" required:"true"`
}

// NodeSelectorTerm is a set of conditions that must all hold. An empty term
// matches nothing.
//
// +mapType=atomic
type NodeSelectorTerm struct {
	// Conditions on the node's labels.
	MatchExpressions []NodeSelectorRequirement `json:"matchExpressions,omitempty" protobuf:"1" listType:"atomic"`
	// Conditions on the node's fields; only metadata.name can be asked for.
	MatchFields []NodeSelectorRequirement `json:"matchFields,omitempty" protobuf:"2" listType:"atomic"`
}

// NodeSelectorRequirement is one condition on a node.
type NodeSelectorRequirement struct {
	// The label or field.
	Key string `json:"key" protobuf:"1" required:"true"`
	// How it is compared: In, NotIn, Exists, DoesNotExist, Gt or Lt.
	Operator NodeSelectorOperator `json:"operator" protobuf:"2" required:"true"`
	// What it is compared with: at least one for In and NotIn, none for
	// Exists and DoesNotExist, one integer for Gt and Lt.
	Values []string `json:"values,omitempty" protobuf:"3" listType:"atomic"`
}

// NodeSelectorOperator relates a label of a node to values.
//
// +enum
type NodeSelectorOperator string

// The values of NodeSelectorOperator.
const (
	NodeSelectorOpIn           NodeSelectorOperator = "In"
	NodeSelectorOpNotIn        NodeSelectorOperator = "NotIn"
	NodeSelectorOpExists       NodeSelectorOperator = "Exists"
	NodeSelectorOpDoesNotExist NodeSelectorOperator = "DoesNotExist"
	NodeSelectorOpGt           NodeSelectorOperator = "Gt"
	NodeSelectorOpLt           NodeSelectorOperator = "Lt"
)

// PreferredSchedulingTerm is a wish about the node.
type PreferredSchedulingTerm struct {
	// How much it counts: 1 to 100.
	Weight int32 `json:"weight" protobuf:"1" required:"true"`
	// What the node should meet.
	Preference NodeSelectorTerm `json:"preference" protobuf:"2" required:"true"`
}

// PodAffinity wants to be near other pods.
type PodAffinity struct {
	// Pods that must be near when the pod is placed; all terms must hold.
	RequiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm `json:"requiredDuringSchedulingIgnoredDuringExecution,omitempty" protobuf:"1" listType:"atomic"`
	// Pods that should be near; the node with the largest sum of weights is
	// preferred.
	PreferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm `json:"preferredDuringSchedulingIgnoredDuringExecution,omitempty" protobuf:"2" listType:"atomic"`
}

// PodAffinityTerm means a set of pods, and how near counts as near.
type PodAffinityTerm struct {
	// The labels of the pods.
	LabelSelector *meta.LabelSelector `json:"labelSelector,omitempty" protobuf:"1"`
	// Their namespaces. Default: that of the pod itself.
	Namespaces []string `json:"namespaces,omitempty" protobuf:"2" listType:"atomic"`
	// The label of nodes whose equal values make two pods near:
	// kubernetes.io/hostname is the same node.
	TopologyKey string `json:"topologyKey" protobuf:"3" required:"true"`
	// Their namespaces, by label, beside those in namespaces.
	NamespaceSelector *meta.LabelSelector `json:"namespaceSelector,omitempty" protobuf:"4"`
	// Labels whose values must be those of the pod itself.
	MatchLabelKeys []string `json:"matchLabelKeys,omitempty" protobuf:"5" listType:"atomic"`
	// Labels whose values must not be those of the pod itself.
	MismatchLabelKeys []string `json:"mismatchLabelKeys,omitempty" protobuf:"6" listType:"atomic"`
}

// WeightedPodAffinityTerm is a wish about other pods.
type WeightedPodAffinityTerm struct {
	// How much it counts: 1 to 100.
	Weight int32 `json:"weight" protobuf:"1" required:"true"`
	// The pods.
	PodAffinityTerm PodAffinityTerm `json:"podAffinityTerm" protobuf:"2" required:"true"`
}

// PodAntiAffinity wants to be away from other pods.
type PodAntiAffinity struct {
	// Pods that must not be near when the pod is placed; no term may hold.
	RequiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm `json:"requiredDuringSchedulingIgnoredDuringExecution,omitempty" protobuf:"1" listType:"atomic"`
	// Pods that should not be near; the node with the smallest sum of weights
	// is preferred.
	PreferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm `json:"preferredDuringSchedulingIgnoredDuringExecution,omitempty" protobuf:"2" listType:"atomic"`
}

// Toleration lets a pod run on nodes that have a taint.
type Toleration struct {
	// The taint's key. Empty, with operator Exists, means all taints.
	Key string `json:"key,omitempty" protobuf:"1"`
	// Equal (the default) compares the value, Exists does not.
	Operator TolerationOperator `json:"operator,omitempty" protobuf:"2"`
	// The taint's value. Empty with Exists.
	Value string `json:"value,omitempty" protobuf:"3"`
	// The effect that is tolerated. Empty means all.
	Effect TaintEffect `json:"effect,omitempty" protobuf:"4"`
	// For NoExecute: after how many seconds the pod has to go all the same.
	// Unset means never, 0 or less at once.
	TolerationSeconds *int64 `json:"tolerationSeconds,omitempty" protobuf:"5"`
}

// TolerationOperator compares a toleration with a taint.
//
// +enum
type TolerationOperator string

// The values of TolerationOperator.
const (
	TolerationOpExists TolerationOperator = "Exists"
	TolerationOpEqual  TolerationOperator = "Equal"
	TolerationOpLt     TolerationOperator = "Lt"
	TolerationOpGt     TolerationOperator = "Gt"
)

// TaintEffect is what a taint does to pods that do not tolerate it:
// NoSchedule keeps new ones away, PreferNoSchedule if it can be helped,
// NoExecute also sends away those that run.
//
// +enum
type TaintEffect string

// The values of TaintEffect.
const (
	TaintEffectNoSchedule       TaintEffect = "NoSchedule"
	TaintEffectPreferNoSchedule TaintEffect = "PreferNoSchedule"
	TaintEffectNoExecute        TaintEffect = "NoExecute"
)

// TopologySpreadConstraint says how evenly pods are to be spread.
type TopologySpreadConstraint struct {
	// By how many pods the fullest place may exceed the emptiest. At least 1.
	MaxSkew int32 `json:"maxSkew" protobuf:"1" required:"true"`
	// The label of nodes whose values are the places.
	TopologyKey string `json:"topologyKey" protobuf:"2" required:"true"`
	// What to do if it cannot be met: DoNotSchedule, or ScheduleAnyway as
	// evenly as can be.
	WhenUnsatisfiable UnsatisfiableConstraintAction `json:"whenUnsatisfiable" protobuf:"3" required:"true"`
	// The pods that count.
	LabelSelector *meta.LabelSelector `json:"labelSelector,omitempty" protobuf:"4"`
	// How many places there should be at least; with fewer, the emptiest
	// counts as empty. Only with DoNotSchedule.
	MinDomains *int32 `json:"minDomains,omitempty" protobuf:"5"`
	// Whether only nodes count that the pod's node affinity and selector
	// allow: Honor (the default) or Ignore.
	NodeAffinityPolicy *NodeInclusionPolicy `json:"nodeAffinityPolicy,omitempty" protobuf:"6"`
	// Whether only nodes count whose taints the pod tolerates: Honor or
	// Ignore (the default).
	NodeTaintsPolicy *NodeInclusionPolicy `json:"nodeTaintsPolicy,omitempty" protobuf:"7"`
	// Labels whose values must be those of the pod itself for another to
	// count.
	MatchLabelKeys []string `json:"matchLabelKeys,omitempty" protobuf:"8" listType:"atomic"`
}

// UnsatisfiableConstraintAction says what to do when pods cannot be spread as
// wanted.
//
// +enum
type UnsatisfiableConstraintAction string

// The values of UnsatisfiableConstraintAction.
const (
	DoNotSchedule  UnsatisfiableConstraintAction = "DoNotSchedule"
	ScheduleAnyway UnsatisfiableConstraintAction = "ScheduleAnyway"
)

// NodeInclusionPolicy says whether nodes that the pod cannot run on count.
//
// +enum
type NodeInclusionPolicy string

// The values of NodeInclusionPolicy.
const (
	NodeInclusionPolicyIgnore NodeInclusionPolicy = "Ignore"
	NodeInclusionPolicyHonor  NodeInclusionPolicy = "Honor"
)

// Taint keeps pods away from a node that do not tolerate it.
type Taint struct {
	// The key.
	Key string `json:"key" protobuf:"1" required:"true"`
	// The value.
	Value string `json:"value,omitempty" protobuf:"2"`
	// What it does: NoSchedule, PreferNoSchedule or NoExecute.
	Effect TaintEffect `json:"effect" protobuf:"3" required:"true"`
	// When it was put on.
	TimeAdded *meta.Time `json:"timeAdded,omitempty" protobuf:"4"`
}

// TopologySelectorTerm is met by a node whose labels meet all of its
// expressions.
//
// +mapType=atomic
type TopologySelectorTerm struct {
	// What is asked of the labels.
	MatchLabelExpressions []TopologySelectorLabelRequirement `json:"matchLabelExpressions,omitempty" protobuf:"1" listType:"atomic"`
}

// TopologySelectorLabelRequirement asks for a label with one of the values.
type TopologySelectorLabelRequirement struct {
	// The label.
	Key string `json:"key" protobuf:"1" required:"true"`
	// The values allowed; at least one.
	Values []string `json:"values" protobuf:"2" listType:"atomic" required:"true"`
}
