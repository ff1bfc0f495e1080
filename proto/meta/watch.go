package meta

// WatchEvent is one change that a watch reports.
type WatchEvent struct {
	// What happened: ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.
	Type string `json:"type" protobuf:"1" required:"true"`
	// The object after the change; before it, when it was deleted; a Status
	// for an ERROR.
	Object RawExtension `json:"object" protobuf:"2" required:"true"`
}
