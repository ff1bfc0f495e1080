package authentication

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// TokenReview asks who a token belongs to. It is answered and not kept.
type TokenReview struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// The token.
	Spec TokenReviewSpec `json:"spec" protobuf:"2" required:"true"`
	// The answer; set by the server.
	Status TokenReviewStatus `json:"status,omitempty" protobuf:"3"`
}

// TokenReviewSpec is a token that somebody was shown.
type TokenReviewSpec struct {
	// The token.
	Token string `json:"token,omitempty" protobuf:"1" required:"true"`
	// Whom the token has to be for: who was shown it names himself here.
	// Empty means the API server.
	Audiences []string `json:"audiences,omitempty" protobuf:"2" listType:"atomic"`
}

// TokenReviewStatus says who a token belongs to.
type TokenReviewStatus struct {
	// Whether the token is good.
	Authenticated bool `json:"authenticated,omitempty" protobuf:"1"`
	// Who it belongs to.
	User UserInfo `json:"user,omitempty" protobuf:"2"`
	// Which of the audiences asked about the token is for. Empty in the
	// answer of a server that knows of none: the token is then for the API
	// server only.
	Audiences []string `json:"audiences,omitempty" protobuf:"4" listType:"atomic"`
	// Why the token could not be checked.
	Error string `json:"error,omitempty" protobuf:"3"`
}
