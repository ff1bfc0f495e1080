package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// LimitRange bounds and fills in what the pods, containers and claims of a
// namespace may ask for.
type LimitRange struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec LimitRangeSpec `json:"spec,omitempty" protobuf:"2"`
}

// LimitRangeSpec is a set of limits.
type LimitRangeSpec struct {
	// One item for each type.
	Limits []LimitRangeItem `json:"limits" protobuf:"1" listType:"atomic" required:"true"`
}

// LimitRangeItem bounds one type of thing.
type LimitRangeItem struct {
	// What is bounded: Pod, Container or PersistentVolumeClaim.
	Type LimitType `json:"type" protobuf:"1" required:"true"`
	// The most that may be asked for.
	Max ResourceList `json:"max,omitempty" protobuf:"2"`
	// The least that may be asked for.
	Min ResourceList `json:"min,omitempty" protobuf:"3"`
	// The limit of containers that name none.
	Default ResourceList `json:"default,omitempty" protobuf:"4"`
	// The request of containers that name none.
	DefaultRequest ResourceList `json:"defaultRequest,omitempty" protobuf:"5"`
	// How many times its request a limit may be.
	MaxLimitRequestRatio ResourceList `json:"maxLimitRequestRatio,omitempty" protobuf:"6"`
}

// LimitType is what a limit is for.
type LimitType string

// The values of LimitType.
const (
	LimitTypePod                   LimitType = "Pod"
	LimitTypeContainer             LimitType = "Container"
	LimitTypePersistentVolumeClaim LimitType = "PersistentVolumeClaim"
)

// LimitRangeList is what a list of LimitRange objects is answered with.
type LimitRangeList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []LimitRange `json:"items" protobuf:"2" required:"true"`
}
