package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type ConfigMap struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Immutable       *bool             `json:"immutable,omitempty" protobuf:"4"`
	Data            map[string]string `json:"data,omitempty" protobuf:"2"`
	BinaryData      map[string][]byte `json:"binaryData,omitempty" protobuf:"3"`
}

type ConfigMapList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []ConfigMap `json:"items" protobuf:"2" required:"true"`
}
