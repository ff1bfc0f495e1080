package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type Affinity struct {
	NodeAffinity    *NodeAffinity    `json:"nodeAffinity,omitempty" protobuf:"1"`
	PodAffinity     *PodAffinity     `json:"podAffinity,omitempty" protobuf:"2"`
	PodAntiAffinity *PodAntiAffinity `json:"podAntiAffinity,omitempty" protobuf:"3"`
}

type NodeAffinity struct {
	RequiredDuringSchedulingIgnoredDuringExecution  *NodeSelector             `json:"requiredDuringSchedulingIgnoredDuringExecution,omitempty" protobuf:"1"`
	PreferredDuringSchedulingIgnoredDuringExecution []PreferredSchedulingTerm `json:"preferredDuringSchedulingIgnoredDuringExecution,omitempty" protobuf:"2" listType:"atomic"`
}

// +mapType=atomic
type NodeSelector struct {
	NodeSelectorTerms []NodeSelectorTerm `json:"nodeSelectorTerms" protobuf:"1" listType:"atomic" required:"true"`
}

// +mapType=atomic
type NodeSelectorTerm struct {
	MatchExpressions []NodeSelectorRequirement `json:"matchExpressions,omitempty" protobuf:"1" listType:"atomic"`
	MatchFields      []NodeSelectorRequirement `json:"matchFields,omitempty" protobuf:"2" listType:"atomic"`
}

type NodeSelectorRequirement struct {
	Key      string               `json:"key" protobuf:"1" required:"true"`
	Operator NodeSelectorOperator `json:"operator" protobuf:"2" required:"true"`
	Values   []string             `json:"values,omitempty" protobuf:"3" listType:"atomic"`
}

type NodeSelectorOperator string

const (
	NodeSelectorOpIn           NodeSelectorOperator = "In"
	NodeSelectorOpNotIn        NodeSelectorOperator = "NotIn"
	NodeSelectorOpExists       NodeSelectorOperator = "Exists"
	NodeSelectorOpDoesNotExist NodeSelectorOperator = "DoesNotExist"
	NodeSelectorOpGt           NodeSelectorOperator = "Gt"
	NodeSelectorOpLt           NodeSelectorOperator = "Lt"
)

type PreferredSchedulingTerm struct {
	Weight     int32            `json:"weight" protobuf:"1" required:"true"`
	Preference NodeSelectorTerm `json:"preference" protobuf:"2" required:"true"`
}

type PodAffinity struct {
	RequiredDuringSchedulingIgnoredDuringExecution  []PodAffinityTerm         `json:"requiredDuringSchedulingIgnoredDuringExecution,omitempty" protobuf:"1" listType:"atomic"`
	PreferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm `json:"preferredDuringSchedulingIgnoredDuringExecution,omitempty" protobuf:"2" listType:"atomic"`
}

type PodAffinityTerm struct {
	LabelSelector     *meta.LabelSelector `json:"labelSelector,omitempty" protobuf:"1"`
	Namespaces        []string            `json:"namespaces,omitempty" protobuf:"2" listType:"atomic"`
	TopologyKey       string              `json:"topologyKey" protobuf:"3" required:"true"`
	NamespaceSelector *meta.LabelSelector `json:"namespaceSelector,omitempty" protobuf:"4"`
	MatchLabelKeys    []string            `json:"matchLabelKeys,omitempty" protobuf:"5" listType:"atomic"`
	MismatchLabelKeys []string            `json:"mismatchLabelKeys,omitempty" protobuf:"6" listType:"atomic"`
}

type WeightedPodAffinityTerm struct {
	Weight          int32           `json:"weight" protobuf:"1" required:"true"`
	PodAffinityTerm PodAffinityTerm `json:"podAffinityTerm" protobuf:"2" required:"true"`
}

type PodAntiAffinity struct {
	RequiredDuringSchedulingIgnoredDuringExecution  []PodAffinityTerm         `json:"requiredDuringSchedulingIgnoredDuringExecution,omitempty" protobuf:"1" listType:"atomic"`
	PreferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm `json:"preferredDuringSchedulingIgnoredDuringExecution,omitempty" protobuf:"2" listType:"atomic"`
}

type Toleration struct {
	Key               string             `json:"key,omitempty" protobuf:"1"`
	Operator          TolerationOperator `json:"operator,omitempty" protobuf:"2"`
	Value             string             `json:"value,omitempty" protobuf:"3"`
	Effect            TaintEffect        `json:"effect,omitempty" protobuf:"4"`
	TolerationSeconds *int64             `json:"tolerationSeconds,omitempty" protobuf:"5"`
}

type TolerationOperator string

const (
	TolerationOpExists TolerationOperator = "Exists"
	TolerationOpEqual  TolerationOperator = "Equal"
	TolerationOpLt     TolerationOperator = "Lt"
	TolerationOpGt     TolerationOperator = "Gt"
)

type TaintEffect string

const (
	TaintEffectNoSchedule       TaintEffect = "NoSchedule"
	TaintEffectPreferNoSchedule TaintEffect = "PreferNoSchedule"
	TaintEffectNoExecute        TaintEffect = "NoExecute"
)

type TopologySpreadConstraint struct {
	MaxSkew            int32                         `json:"maxSkew" protobuf:"1" required:"true"`
	TopologyKey        string                        `json:"topologyKey" protobuf:"2" required:"true"`
	WhenUnsatisfiable  UnsatisfiableConstraintAction `json:"whenUnsatisfiable" protobuf:"3" required:"true"`
	LabelSelector      *meta.LabelSelector           `json:"labelSelector,omitempty" protobuf:"4"`
	MinDomains         *int32                        `json:"minDomains,omitempty" protobuf:"5"`
	NodeAffinityPolicy *NodeInclusionPolicy          `json:"nodeAffinityPolicy,omitempty" protobuf:"6"`
	NodeTaintsPolicy   *NodeInclusionPolicy          `json:"nodeTaintsPolicy,omitempty" protobuf:"7"`
	MatchLabelKeys     []string                      `json:"matchLabelKeys,omitempty" protobuf:"8" listType:"atomic"`
}

type UnsatisfiableConstraintAction string

const (
	DoNotSchedule  UnsatisfiableConstraintAction = "DoNotSchedule"
	ScheduleAnyway UnsatisfiableConstraintAction = "ScheduleAnyway"
)

type NodeInclusionPolicy string

const (
	NodeInclusionPolicyIgnore NodeInclusionPolicy = "Ignore"
	NodeInclusionPolicyHonor  NodeInclusionPolicy = "Honor"
)

type Taint struct {
	Key       string      `json:"key" protobuf:"1" required:"true"`
	Value     string      `json:"value,omitempty" protobuf:"2"`
	Effect    TaintEffect `json:"effect" protobuf:"3" required:"true"`
	TimeAdded *meta.Time  `json:"timeAdded,omitempty" protobuf:"4"`
}
