package scheduling

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// PriorityClass is a name for a priority of pods.
type PriorityClass struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// The priority. Pods of a greater one are scheduled first and may push
	// out others. At most 1000000000 for your own classes. It never changes.
	Value int32 `json:"value" protobuf:"2"`
	// Whether pods without a class get this one. Only one class may say so.
	GlobalDefault bool `json:"globalDefault,omitempty" protobuf:"3"`
	// What the class is for, for people.
	Description string `json:"description,omitempty" protobuf:"4"`
	// Whether pods of the class push out lesser ones: PreemptLowerPriority or
	// Never. Default: PreemptLowerPriority. It never changes.
	PreemptionPolicy *core.PreemptionPolicy `json:"preemptionPolicy,omitempty" protobuf:"5"`
}

// PriorityClassList is what a list of PriorityClass objects is answered with.
type PriorityClassList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []PriorityClass `json:"items" protobuf:"2" required:"true"`
}
