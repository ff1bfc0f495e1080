package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ResourceQuota bounds what all objects of a namespace use together.
type ResourceQuota struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec ResourceQuotaSpec `json:"spec,omitempty" protobuf:"2"`
	// What is the case, as the system saw it last. Read only; the system
	// fills it in.
	Status ResourceQuotaStatus `json:"status,omitempty" protobuf:"3"`
}

// ResourceQuotaSpec says what is bounded.
type ResourceQuotaSpec struct {
	// The most there may be of each resource: cpu, memory, requests.cpu,
	// limits.memory, pods, services.nodeports, count/RESOURCE.GROUP ...
	Hard ResourceList `json:"hard,omitempty" protobuf:"1"`
	// Which pods count; all of the scopes must fit. They cannot be changed.
	Scopes []ResourceQuotaScope `json:"scopes,omitempty" protobuf:"2" listType:"atomic"`
	// Which pods count, by scopes with values.
	ScopeSelector *ScopeSelector `json:"scopeSelector,omitempty" protobuf:"3"`
}

// ResourceQuotaScope tells pods that count from others: Terminating have a
// deadline, BestEffort ask for nothing, PriorityClass are of a class.
//
// +enum
type ResourceQuotaScope string

// The values of ResourceQuotaScope.
const (
	ResourceQuotaScopeTerminating               ResourceQuotaScope = "Terminating"
	ResourceQuotaScopeNotTerminating            ResourceQuotaScope = "NotTerminating"
	ResourceQuotaScopeBestEffort                ResourceQuotaScope = "BestEffort"
	ResourceQuotaScopeNotBestEffort             ResourceQuotaScope = "NotBestEffort"
	ResourceQuotaScopePriorityClass             ResourceQuotaScope = "PriorityClass"
	ResourceQuotaScopeCrossNamespacePodAffinity ResourceQuotaScope = "CrossNamespacePodAffinity"
	ResourceQuotaScopeVolumeAttributesClass     ResourceQuotaScope = "VolumeAttributesClass"
)

// ScopeSelector selects what a quota counts; all conditions must hold.
//
// +mapType=atomic
type ScopeSelector struct {
	// The conditions.
	MatchExpressions []ScopedResourceSelectorRequirement `json:"matchExpressions,omitempty" protobuf:"1" listType:"atomic"`
}

// ScopedResourceSelectorRequirement is one condition on a scope.
type ScopedResourceSelectorRequirement struct {
	// The scope.
	ScopeName ResourceQuotaScope `json:"scopeName" protobuf:"1" required:"true"`
	// How it is compared: In, NotIn, Exists or DoesNotExist.
	Operator ScopeSelectorOperator `json:"operator" protobuf:"2" required:"true"`
	// What it is compared with: at least one for In and NotIn, none for the
	// others.
	Values []string `json:"values,omitempty" protobuf:"3" listType:"atomic"`
}

// ScopeSelectorOperator relates a scope to values.
//
// +enum
type ScopeSelectorOperator string

// The values of ScopeSelectorOperator.
const (
	ScopeSelectorOpIn           ScopeSelectorOperator = "In"
	ScopeSelectorOpNotIn        ScopeSelectorOperator = "NotIn"
	ScopeSelectorOpExists       ScopeSelectorOperator = "Exists"
	ScopeSelectorOpDoesNotExist ScopeSelectorOperator = "DoesNotExist"
)

// ResourceQuotaStatus says what is in use.
type ResourceQuotaStatus struct {
	// The bounds in force.
	Hard ResourceList `json:"hard,omitempty" protobuf:"1"`
	// What is in use.
	Used ResourceList `json:"used,omitempty" protobuf:"2"`
}

// ResourceQuotaList is what a list of ResourceQuota objects is answered with.
type ResourceQuotaList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []ResourceQuota `json:"items" protobuf:"2" required:"true"`
}
