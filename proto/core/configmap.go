package core

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ConfigMap holds settings for pods to read, as files or environment
// variables. At most 1 MiB.
type ConfigMap struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// Whether the data is fixed for good. It cannot be unset again.
	Immutable *bool `json:"immutable,omitempty" protobuf:"4"`
	// Texts by key. A key has letters, digits, '-', '_' and '.'.
	Data map[string]string `json:"data,omitempty" protobuf:"2"`
	// Bytes by key, base64 in JSON. Keys must differ from those of data.
	BinaryData map[string][]byte `json:"binaryData,omitempty" protobuf:"3"`
}

// ConfigMapList is what a list of ConfigMap objects is answered with.
type ConfigMapList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []ConfigMap `json:"items" protobuf:"2" required:"true"`
}
