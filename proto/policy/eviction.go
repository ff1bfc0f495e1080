package policy

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type Eviction struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	DeleteOptions   *meta.DeleteOptions `json:"deleteOptions,omitempty" protobuf:"2"`
}
