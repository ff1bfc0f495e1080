package authorization

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// LocalSubjectAccessReview is TODO.
type LocalSubjectAccessReview struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            SubjectAccessReviewSpec   `json:"spec" protobuf:"2" required:"true"`
	Status          SubjectAccessReviewStatus `json:"status,omitempty" protobuf:"3"`
}
