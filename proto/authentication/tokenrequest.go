// Package authentication holds the kinds of authentication.k8s.io/v1 that are
// served: who somebody is, and requests for service account tokens.
package authentication

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// TokenRequest asks for a token of the service account that it is sent to.
type TokenRequest struct {
	meta.TypeMeta `json:",inline"`
	// Standard object's metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What token is asked for.
	Spec TokenRequestSpec `json:"spec" protobuf:"2"`
	// The token; set by the server.
	Status TokenRequestStatus `json:"status,omitempty" protobuf:"3"`
}

// TokenRequestSpec says what token is asked for.
type TokenRequestSpec struct {
	// Those who are to accept the token; empty stands for the API server.
	Audiences []string `json:"audiences" protobuf:"1" listType:"atomic"`
	// How long the token is to be good; the server may choose another span.
	ExpirationSeconds *int64 `json:"expirationSeconds,omitempty" protobuf:"4"`
	// An object with whose deletion the token becomes void.
	BoundObjectRef *BoundObjectReference `json:"boundObjectRef,omitempty" protobuf:"3"`
}

// TokenRequestStatus holds the token.
type TokenRequestStatus struct {
	// The token itself.
	Token string `json:"token" protobuf:"1"`
	// When the token ends.
	ExpirationTimestamp meta.Time `json:"expirationTimestamp" protobuf:"2"`
}

// BoundObjectReference names the object that a token is bound to.
type BoundObjectReference struct {
	// Pod, Secret or Node.
	Kind string `json:"kind,omitempty" protobuf:"1"`
	// The API version of that object.
	APIVersion string `json:"apiVersion,omitempty" protobuf:"2"`
	// The object's name.
	Name string `json:"name,omitempty" protobuf:"3"`
	// The object's uid.
	UID meta.UID `json:"uid,omitempty" protobuf:"4"`
}
