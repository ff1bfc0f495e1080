package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ServiceAccount is who a pod is to the API server.
type ServiceAccount struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// Secrets that pods of the account may use. Not needed any more.
	Secrets []ObjectReference `json:"secrets,omitempty" protobuf:"2" patchStrategy:"merge" patchMergeKey:"name" listType:"map" listMapKey:"name"`
	// Secrets with the passwords of registries, for pods that name none.
	ImagePullSecrets []LocalObjectReference `json:"imagePullSecrets,omitempty" protobuf:"3" listType:"atomic"`
	// Whether the token is mounted into containers. Pods can say otherwise.
	AutomountServiceAccountToken *bool `json:"automountServiceAccountToken,omitempty" protobuf:"4"`
}

// ServiceAccountList is what a list of ServiceAccount objects is answered
// with.
type ServiceAccountList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []ServiceAccount `json:"items" protobuf:"2" required:"true"`
}
