package autoscaling

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Scale is the number of replicas of any object that has one, seen through
// its scale subresource.
type Scale struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec ScaleSpec `json:"spec,omitempty" protobuf:"2"`
	// What is the case, as the system saw it last. Read only; the system
	// fills it in.
	Status ScaleStatus `json:"status,omitempty" protobuf:"3"`
}

// ScaleSpec is the wanted number.
type ScaleSpec struct {
	// How many replicas are wanted. Not negative.
	Replicas int32 `json:"replicas,omitempty" protobuf:"1"`
}

// ScaleStatus is the number that there is.
type ScaleStatus struct {
	// How many replicas there are.
	Replicas int32 `json:"replicas" protobuf:"1" required:"true"`
	// Which pods count, as a label selector in text form.
	Selector string `json:"selector,omitempty" protobuf:"2"`
}
