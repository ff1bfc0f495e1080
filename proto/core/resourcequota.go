package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type ResourceQuota struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            ResourceQuotaSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          ResourceQuotaStatus `json:"status,omitempty" protobuf:"3"`
}

type ResourceQuotaSpec struct {
	Hard          ResourceList         `json:"hard,omitempty" protobuf:"1"`
	Scopes        []ResourceQuotaScope `json:"scopes,omitempty" protobuf:"2" listType:"atomic"`
	ScopeSelector *ScopeSelector       `json:"scopeSelector,omitempty" protobuf:"3"`
}

type ResourceQuotaScope string

const (
	ResourceQuotaScopeTerminating               ResourceQuotaScope = "Terminating"
	ResourceQuotaScopeNotTerminating            ResourceQuotaScope = "NotTerminating"
	ResourceQuotaScopeBestEffort                ResourceQuotaScope = "BestEffort"
	ResourceQuotaScopeNotBestEffort             ResourceQuotaScope = "NotBestEffort"
	ResourceQuotaScopePriorityClass             ResourceQuotaScope = "PriorityClass"
	ResourceQuotaScopeCrossNamespacePodAffinity ResourceQuotaScope = "CrossNamespacePodAffinity"
	ResourceQuotaScopeVolumeAttributesClass     ResourceQuotaScope = "VolumeAttributesClass"
)

// +mapType=atomic
type ScopeSelector struct {
	MatchExpressions []ScopedResourceSelectorRequirement `json:"matchExpressions,omitempty" protobuf:"1" listType:"atomic"`
}

type ScopedResourceSelectorRequirement struct {
	ScopeName ResourceQuotaScope    `json:"scopeName" protobuf:"1" required:"true"`
	Operator  ScopeSelectorOperator `json:"operator" protobuf:"2" required:"true"`
	Values    []string              `json:"values,omitempty" protobuf:"3" listType:"atomic"`
}

type ScopeSelectorOperator string

const (
	ScopeSelectorOpIn           ScopeSelectorOperator = "In"
	ScopeSelectorOpNotIn        ScopeSelectorOperator = "NotIn"
	ScopeSelectorOpExists       ScopeSelectorOperator = "Exists"
	ScopeSelectorOpDoesNotExist ScopeSelectorOperator = "DoesNotExist"
)

type ResourceQuotaStatus struct {
	Hard ResourceList `json:"hard,omitempty" protobuf:"1"`
	Used ResourceList `json:"used,omitempty" protobuf:"2"`
}

type ResourceQuotaList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []ResourceQuota `json:"items" protobuf:"2" required:"true"`
}
