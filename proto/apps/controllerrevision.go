package apps

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ControllerRevision is one state of the template of a stateful set or a
// daemon set, kept so that one can go back to it.
type ControllerRevision struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What the template was. It never changes.
	Data meta.RawExtension `json:"data" protobuf:"2"`
	// Which state it is: the newest has the greatest number.
	Revision int64 `json:"revision" protobuf:"3" required:"true"`
}

// ControllerRevisionList is what a list of ControllerRevision objects is answered with.
type ControllerRevisionList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []ControllerRevision `json:"items" protobuf:"2" required:"true"`
}
