package scheduling

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// PriorityClass is TODO.
type PriorityClass struct {
	meta.TypeMeta    `json:",inline"`
	meta.ObjectMeta  `json:"metadata,omitempty" protobuf:"1"`
	Value            int32                  `json:"value" protobuf:"2"`
	GlobalDefault    bool                   `json:"globalDefault,omitempty" protobuf:"3"`
	Description      string                 `json:"description,omitempty" protobuf:"4"`
	PreemptionPolicy *core.PreemptionPolicy `json:"preemptionPolicy,omitempty" protobuf:"5"`
}

// PriorityClassList is what a list of PriorityClass objects is answered with.
type PriorityClassList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []PriorityClass `json:"items" protobuf:"2" required:"true"`
}
