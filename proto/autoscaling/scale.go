package autoscaling

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type Scale struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            ScaleSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          ScaleStatus `json:"status,omitempty" protobuf:"3"`
}

type ScaleSpec struct {
	Replicas int32 `json:"replicas,omitempty" protobuf:"1"`
}

type ScaleStatus struct {
	Replicas int32  `json:"replicas" protobuf:"1" required:"true"`
	Selector string `json:"selector,omitempty" protobuf:"2"`
}
