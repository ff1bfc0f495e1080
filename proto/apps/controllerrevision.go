package apps

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ControllerRevision is TODO.
type ControllerRevision struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Data            meta.RawExtension `json:"data" protobuf:"2"`
	Revision        int64             `json:"revision" protobuf:"3" required:"true"`
}

// ControllerRevisionList is what a list of ControllerRevision objects is answered with.
type ControllerRevisionList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []ControllerRevision `json:"items" protobuf:"2" required:"true"`
}
