package policy

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Eviction asks for a pod to be deleted if its disruption budgets allow it.
// It is posted to the pod's eviction subresource.
type Eviction struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// How to delete the pod.
	DeleteOptions *meta.DeleteOptions `json:"deleteOptions,omitempty" protobuf:"2"`
}
