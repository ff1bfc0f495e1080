package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ComponentStatus tells how one of the cluster's own daemons is. Deprecated:
// ask the daemons' health endpoints.
type ComponentStatus struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What was found when the daemon was asked.
	Conditions []ComponentCondition `json:"conditions,omitempty" protobuf:"2" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// ComponentCondition is the answer of one daemon.
type ComponentCondition struct {
	// What was asked; always Healthy.
	Type ComponentConditionType `json:"type" protobuf:"1" required:"true"`
	// True when it is well, False when not, Unknown when it did not answer.
	Status ConditionStatus `json:"status" protobuf:"2" required:"true"`
	// What it said.
	Message string `json:"message,omitempty" protobuf:"3"`
	// What went wrong when it was asked.
	Error string `json:"error,omitempty" protobuf:"4"`
}

// ComponentConditionType is what a daemon is asked.
type ComponentConditionType string

// The values of ComponentConditionType.
const (
	ComponentHealthy ComponentConditionType = "Healthy"
)

// ComponentStatusList is what a list of ComponentStatus objects is answered
// with.
type ComponentStatusList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []ComponentStatus `json:"items" protobuf:"2" required:"true"`
}
