package authorization

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// LocalSubjectAccessReview asks whether a user may do something in one
// namespace. It is answered and not kept, and may be asked by people with
// rights in that namespace only.
type LocalSubjectAccessReview struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// Who, and what. Its namespace must be the one that the review is sent
	// to.
	Spec SubjectAccessReviewSpec `json:"spec" protobuf:"2" required:"true"`
	// The answer; set by the server.
	Status SubjectAccessReviewStatus `json:"status,omitempty" protobuf:"3"`
}
