package node

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// RuntimeClass is a way to run pods that nodes know, such as in a virtual
// machine. Pods name it in runtimeClassName.
type RuntimeClass struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// The name of that way in the configuration of the nodes' container
	// runtime. It never changes.
	Handler string `json:"handler" protobuf:"2" required:"true"`
	// What a pod costs beside its containers.
	Overhead *Overhead `json:"overhead,omitempty" protobuf:"3"`
	// Which nodes know the class. Default: all of them.
	Scheduling *Scheduling `json:"scheduling,omitempty" protobuf:"4"`
}

// Overhead is what a pod costs beside its containers.
type Overhead struct {
	// The amounts, added to what each pod asks for.
	PodFixed core.ResourceList `json:"podFixed,omitempty" protobuf:"1"`
}

// Scheduling says which nodes know a class.
type Scheduling struct {
	// The labels of those nodes; pods of the class get them in their node
	// selector.
	NodeSelector map[string]string `json:"nodeSelector,omitempty" protobuf:"1" mapType:"atomic"`
	// Taints of those nodes that pods of the class tolerate; pods get them
	// too.
	Tolerations []core.Toleration `json:"tolerations,omitempty" protobuf:"2" listType:"atomic"`
}

// RuntimeClassList is what a list of RuntimeClass objects is answered with.
type RuntimeClassList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []RuntimeClass `json:"items" protobuf:"2" required:"true"`
}
