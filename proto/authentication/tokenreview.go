package authentication

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// TokenReview is TODO.
type TokenReview struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            TokenReviewSpec   `json:"spec" protobuf:"2" required:"true"`
	Status          TokenReviewStatus `json:"status,omitempty" protobuf:"3"`
}

// TokenReviewSpec is TODO.
type TokenReviewSpec struct {
	Token     string   `json:"token,omitempty" protobuf:"1" required:"true"`
	Audiences []string `json:"audiences,omitempty" protobuf:"2" listType:"atomic"`
}

// TokenReviewStatus is TODO.
type TokenReviewStatus struct {
	Authenticated bool     `json:"authenticated,omitempty" protobuf:"1"`
	User          UserInfo `json:"user,omitempty" protobuf:"2"`
	Audiences     []string `json:"audiences,omitempty" protobuf:"4" listType:"atomic"`
	Error         string   `json:"error,omitempty" protobuf:"3"`
}
