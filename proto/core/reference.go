package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// LocalObjectReference names an object of a known kind in the same namespace.
//
// +mapType=atomic
type LocalObjectReference struct {
	// The object's name.
	Name string `json:"name,omitempty" protobuf:"1"`
}

// ObjectReference points to any object, or to a part of one.
//
// +mapType=atomic
type ObjectReference struct {
	// The kind.
	Kind string `json:"kind,omitempty" protobuf:"1"`
	// The namespace.
	Namespace string `json:"namespace,omitempty" protobuf:"2"`
	// The name.
	Name string `json:"name,omitempty" protobuf:"3"`
	// The uid.
	UID meta.UID `json:"uid,omitempty" protobuf:"4"`
	// The group and version of the kind.
	APIVersion string `json:"apiVersion,omitempty" protobuf:"5"`
	// The version of the object that was meant.
	ResourceVersion string `json:"resourceVersion,omitempty" protobuf:"6"`
	// The part that was meant, such as spec.containers{name}.
	FieldPath string `json:"fieldPath,omitempty" protobuf:"7"`
}
