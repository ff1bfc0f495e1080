package authorization

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// SelfSubjectAccessReview asks whether who sends it may do something. It is
// answered and not kept; everybody may ask.
type SelfSubjectAccessReview struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What.
	Spec SelfSubjectAccessReviewSpec `json:"spec" protobuf:"2" required:"true"`
	// The answer; set by the server.
	Status SubjectAccessReviewStatus `json:"status,omitempty" protobuf:"3"`
}

// SelfSubjectAccessReviewSpec is something that one may want to do: one of
// its fields.
type SelfSubjectAccessReviewSpec struct {
	// A request about a resource.
	ResourceAttributes *ResourceAttributes `json:"resourceAttributes,omitempty" protobuf:"1"`
	// A request about another path.
	NonResourceAttributes *NonResourceAttributes `json:"nonResourceAttributes,omitempty" protobuf:"2"`
}
