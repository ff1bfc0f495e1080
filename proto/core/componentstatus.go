package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type ComponentStatus struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Conditions      []ComponentCondition `json:"conditions,omitempty" protobuf:"2" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

type ComponentCondition struct {
	Type    ComponentConditionType `json:"type" protobuf:"1" required:"true"`
	Status  ConditionStatus        `json:"status" protobuf:"2" required:"true"`
	Message string                 `json:"message,omitempty" protobuf:"3"`
	Error   string                 `json:"error,omitempty" protobuf:"4"`
}

type ComponentConditionType string

const (
	ComponentHealthy ComponentConditionType = "Healthy"
)

type ComponentStatusList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []ComponentStatus `json:"items" protobuf:"2" required:"true"`
}
