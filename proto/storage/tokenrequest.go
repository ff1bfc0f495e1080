package storage

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// TokenRequest asks for a token of a service account.
type TokenRequest struct {
	// Whom the token is for. Empty means the API server.
	Audience string `json:"audience" protobuf:"1" required:"true"`
	// How long the token lives, 600 to 4294967296 seconds. An hour by
	// default; drivers get a new one in time when requiresRepublish is set.
	ExpirationSeconds *int64 `json:"expirationSeconds,omitempty" protobuf:"2"`
}

// CSIDriverList is what a list of CSIDriver objects is answered with.
type CSIDriverList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []CSIDriver `json:"items" protobuf:"2" required:"true"`
}
