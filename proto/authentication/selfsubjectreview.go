package authentication

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// SelfSubjectReview asks who the request itself comes from. It is answered
// and not kept.
type SelfSubjectReview struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// The answer; set by the server.
	Status SelfSubjectReviewStatus `json:"status,omitempty" protobuf:"2"`
}

// SelfSubjectReviewStatus says who a request comes from.
type SelfSubjectReviewStatus struct {
	// The user.
	UserInfo UserInfo `json:"userInfo,omitempty" protobuf:"1"`
}
