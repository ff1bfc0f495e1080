package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// +mapType=atomic
type LocalObjectReference struct {
	Name string `json:"name,omitempty" protobuf:"1"`
}

// +mapType=atomic
type ObjectReference struct {
	Kind            string   `json:"kind,omitempty" protobuf:"1"`
	Namespace       string   `json:"namespace,omitempty" protobuf:"2"`
	Name            string   `json:"name,omitempty" protobuf:"3"`
	UID             meta.UID `json:"uid,omitempty" protobuf:"4"`
	APIVersion      string   `json:"apiVersion,omitempty" protobuf:"5"`
	ResourceVersion string   `json:"resourceVersion,omitempty" protobuf:"6"`
	FieldPath       string   `json:"fieldPath,omitempty" protobuf:"7"`
}
