package authorization

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// SelfSubjectAccessReview is TODO.
type SelfSubjectAccessReview struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            SelfSubjectAccessReviewSpec `json:"spec" protobuf:"2" required:"true"`
	Status          SubjectAccessReviewStatus   `json:"status,omitempty" protobuf:"3"`
}

// SelfSubjectAccessReviewSpec is TODO.
type SelfSubjectAccessReviewSpec struct {
	ResourceAttributes    *ResourceAttributes    `json:"resourceAttributes,omitempty" protobuf:"1"`
	NonResourceAttributes *NonResourceAttributes `json:"nonResourceAttributes,omitempty" protobuf:"2"`
}
