package node

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// RuntimeClass is TODO.
type RuntimeClass struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Handler         string      `json:"handler" protobuf:"2" required:"true"`
	Overhead        *Overhead   `json:"overhead,omitempty" protobuf:"3"`
	Scheduling      *Scheduling `json:"scheduling,omitempty" protobuf:"4"`
}

// Overhead is TODO.
type Overhead struct {
	PodFixed core.ResourceList `json:"podFixed,omitempty" protobuf:"1"`
}

// Scheduling is TODO.
type Scheduling struct {
	NodeSelector map[string]string `json:"nodeSelector,omitempty" protobuf:"1" mapType:"atomic"`
	Tolerations  []core.Toleration `json:"tolerations,omitempty" protobuf:"2" listType:"atomic"`
}

// RuntimeClassList is what a list of RuntimeClass objects is answered with.
type RuntimeClassList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []RuntimeClass `json:"items" protobuf:"2" required:"true"`
}
