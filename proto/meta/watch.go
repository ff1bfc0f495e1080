package meta

type WatchEvent struct {
	Type   string       `json:"type" protobuf:"1" required:"true"`
	Object RawExtension `json:"object" protobuf:"2" required:"true"`
}
