package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type LimitRange struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            LimitRangeSpec `json:"spec,omitempty" protobuf:"2"`
}

type LimitRangeSpec struct {
	Limits []LimitRangeItem `json:"limits" protobuf:"1" listType:"atomic" required:"true"`
}

type LimitRangeItem struct {
	Type                 LimitType    `json:"type" protobuf:"1" required:"true"`
	Max                  ResourceList `json:"max,omitempty" protobuf:"2"`
	Min                  ResourceList `json:"min,omitempty" protobuf:"3"`
	Default              ResourceList `json:"default,omitempty" protobuf:"4"`
	DefaultRequest       ResourceList `json:"defaultRequest,omitempty" protobuf:"5"`
	MaxLimitRequestRatio ResourceList `json:"maxLimitRequestRatio,omitempty" protobuf:"6"`
}

type LimitType string

const (
	LimitTypePod                   LimitType = "Pod"
	LimitTypeContainer             LimitType = "Container"
	LimitTypePersistentVolumeClaim LimitType = "PersistentVolumeClaim"
)

type LimitRangeList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []LimitRange `json:"items" protobuf:"2" required:"true"`
}
