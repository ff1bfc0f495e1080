package metrics

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// NodeMetrics is how much a node uses.
type NodeMetrics struct {
	meta.TypeMeta `json:",inline"`
	// The name and labels of the node.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// When it was measured: the end of the time that window is the length of.
	Timestamp meta.Time `json:"timestamp" protobuf:"2" required:"true"`
	// How long it was measured. The use of CPU is the average of that time.
	Window meta.Duration `json:"window" protobuf:"3" required:"true"`
	// What is used: cpu, and memory that cannot be taken back.
	Usage core.ResourceList `json:"usage" protobuf:"4" required:"true"`
}

// NodeMetricsList is what a list of NodeMetrics objects is answered with.
type NodeMetricsList struct {
	meta.TypeMeta `json:",inline"`
	// Nothing: what is measured has no revision.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The nodes, in the order of their names.
	Items []NodeMetrics `json:"items" protobuf:"2" required:"true"`
}

// PodMetrics is how much the containers of a pod use.
type PodMetrics struct {
	meta.TypeMeta `json:",inline"`
	// The namespace, name and labels of the pod.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// When it was measured: the end of the time that window is the length of.
	Timestamp meta.Time `json:"timestamp" protobuf:"2" required:"true"`
	// How long it was measured. The use of CPU is the average of that time.
	Window meta.Duration `json:"window" protobuf:"3" required:"true"`
	// The containers, all of the same time.
	Containers []ContainerMetrics `json:"containers" protobuf:"4" required:"true" listType:"atomic"`
}

// PodMetricsList is what a list of PodMetrics objects is answered with.
type PodMetricsList struct {
	meta.TypeMeta `json:",inline"`
	// Nothing: what is measured has no revision.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The pods, in the order of their namespaces and names.
	Items []PodMetrics `json:"items" protobuf:"2" required:"true"`
}

// ContainerMetrics is how much a container uses.
type ContainerMetrics struct {
	// The name of the container.
	Name string `json:"name" protobuf:"1" required:"true"`
	// What is used: cpu, and memory that cannot be taken back.
	Usage core.ResourceList `json:"usage" protobuf:"2" required:"true"`
}
