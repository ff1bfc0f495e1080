package authentication

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// SelfSubjectReview is TODO.
type SelfSubjectReview struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Status          SelfSubjectReviewStatus `json:"status,omitempty" protobuf:"2"`
}

// SelfSubjectReviewStatus is TODO.
type SelfSubjectReviewStatus struct {
	UserInfo UserInfo `json:"userInfo,omitempty" protobuf:"1"`
}
