package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

type ServiceAccount struct {
	meta.TypeMeta                `json:",inline"`
	meta.ObjectMeta              `json:"metadata,omitempty" protobuf:"1"`
	Secrets                      []ObjectReference      `json:"secrets,omitempty" protobuf:"2" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	ImagePullSecrets             []LocalObjectReference `json:"imagePullSecrets,omitempty" protobuf:"3" listType:"atomic"`
	AutomountServiceAccountToken *bool                  `json:"automountServiceAccountToken,omitempty" protobuf:"4"`
}

type ServiceAccountList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []ServiceAccount `json:"items" protobuf:"2" required:"true"`
}
