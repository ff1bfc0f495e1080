package meta

// GroupVersionKind names a kind exactly.
type GroupVersionKind struct {
	// The API group; empty for the core group.
	Group string `json:"group" protobuf:"1"`
	// The version within the group.
	Version string `json:"version" protobuf:"2"`
	// The kind, such as Pod.
	Kind string `json:"kind" protobuf:"3"`
}

// GroupVersionResource names a resource exactly.
type GroupVersionResource struct {
	// The API group; empty for the core group.
	Group string `json:"group" protobuf:"1"`
	// The version within the group.
	Version string `json:"version" protobuf:"2"`
	// The plural name in paths, such as pods.
	Resource string `json:"resource" protobuf:"3"`
}

// GroupKind names a kind of any version.
type GroupKind struct {
	// The API group; empty for the core group.
	Group string `json:"group" protobuf:"1"`
	// The kind, such as Pod.
	Kind string `json:"kind" protobuf:"2"`
}

// GroupResource names a resource of any version.
type GroupResource struct {
	// The API group; empty for the core group.
	Group string `json:"group" protobuf:"1" required:"true"`
	// The plural name in paths, such as pods.
	Resource string `json:"resource" protobuf:"2" required:"true"`
}
