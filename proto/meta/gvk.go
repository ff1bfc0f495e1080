package meta

type GroupVersionKind struct {
	Group   string `json:"group" protobuf:"1"`
	Version string `json:"version" protobuf:"2"`
	Kind    string `json:"kind" protobuf:"3"`
}

type GroupVersionResource struct {
	Group    string `json:"group" protobuf:"1"`
	Version  string `json:"version" protobuf:"2"`
	Resource string `json:"resource" protobuf:"3"`
}

type GroupKind struct {
	Group string `json:"group" protobuf:"1"`
	Kind  string `json:"kind" protobuf:"2"`
}

type GroupResource struct {
	Group    string `json:"group" protobuf:"1" required:"true"`
	Resource string `json:"resource" protobuf:"2" required:"true"`
}
