package storage

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// TokenRequest is TODO.
type TokenRequest struct {
	Audience          string `json:"audience" protobuf:"1" required:"true"`
	ExpirationSeconds *int64 `json:"expirationSeconds,omitempty" protobuf:"2"`
}

// CSIDriverList is what a list of CSIDriver objects is answered with.
type CSIDriverList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []CSIDriver `json:"items" protobuf:"2" required:"true"`
}
