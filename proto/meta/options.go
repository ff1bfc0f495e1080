package meta

// DeleteOptions says how to delete.
type DeleteOptions struct {
	TypeMeta `json:",inline"`
	// How many seconds the object may take to end; 0 is at once. Unset is the
	// kind's own default.
	GracePeriodSeconds *int64 `json:"gracePeriodSeconds,omitempty" protobuf:"1"`
	// What must hold for the object, or the request is refused with a
	// conflict.
	Preconditions *Preconditions `json:"preconditions,omitempty" protobuf:"2"`
	// Whether dependents stay. PropagationPolicy has taken its place.
	OrphanDependents *bool `json:"orphanDependents,omitempty" protobuf:"3"`
	// What becomes of dependents: Orphan leaves them, Background deletes them
	// afterwards, Foreground before the object itself goes.
	PropagationPolicy *DeletionPropagation `json:"propagationPolicy,omitempty" protobuf:"4"`
	// All asks for every step but the deletion itself.
	DryRun []string `json:"dryRun,omitempty" protobuf:"5" listType:"atomic"`
	// Whether an object that cannot be decoded any more may be removed
	// without its finalizers. Dangerous.
	IgnoreStoreReadErrorWithClusterBreakingPotential *bool `json:"ignoreStoreReadErrorWithClusterBreakingPotential,omitempty" protobuf:"6"`
}

// Preconditions must hold for the object that a request is about.
type Preconditions struct {
	// The uid that it must have.
	UID *UID `json:"uid,omitempty" protobuf:"1"`
	// The resource version that it must have.
	ResourceVersion *string `json:"resourceVersion,omitempty" protobuf:"2"`
}

// DeletionPropagation says what becomes of the objects that have the deleted
// one as owner.
type DeletionPropagation string

// The values of DeletionPropagation.
const (
	// DeletePropagationOrphan leaves dependents, without their owner.
	DeletePropagationOrphan DeletionPropagation = "Orphan"
	// DeletePropagationBackground deletes dependents after the object is
	// gone.
	DeletePropagationBackground DeletionPropagation = "Background"
	// DeletePropagationForeground deletes dependents first.
	DeletePropagationForeground DeletionPropagation = "Foreground"
)

// ListOptions are the query parameters of lists and watches.
type ListOptions struct {
	TypeMeta `json:",inline"`
	// Restricts to objects whose labels match.
	LabelSelector string `json:"labelSelector,omitempty" protobuf:"1"`
	// Restricts to objects whose fields match.
	FieldSelector string `json:"fieldSelector,omitempty" protobuf:"2"`
	// Asks for changes as they happen instead of a list.
	Watch bool `json:"watch,omitempty" protobuf:"3"`
	// Whether the watch may send BOOKMARK events, which carry only a resource
	// version.
	AllowWatchBookmarks bool `json:"allowWatchBookmarks,omitempty" protobuf:"9"`
	// For a list, how recent it must be at least, or exactly; for a watch,
	// from where on. Empty asks for the most recent state, 0 for any.
	ResourceVersion string `json:"resourceVersion,omitempty" protobuf:"4"`
	// How resourceVersion is meant in a list: NotOlderThan or Exact.
	ResourceVersionMatch ResourceVersionMatch `json:"resourceVersionMatch,omitempty" protobuf:"10"`
	// After how many seconds the server ends the list or watch.
	TimeoutSeconds *int64 `json:"timeoutSeconds,omitempty" protobuf:"5"`
	// How many items a page has at most; the rest is fetched with continue.
	Limit int64 `json:"limit,omitempty" protobuf:"7"`
	// Where the page begins: what the page before it said.
	Continue string `json:"continue,omitempty" protobuf:"8"`
	// Whether a watch begins with all objects as ADDED events and a bookmark
	// behind them.
	SendInitialEvents *bool `json:"sendInitialEvents,omitempty" protobuf:"11"`
	// Restricts to one shard of all objects.
	ShardSelector string `json:"shardSelector,omitempty" protobuf:"15"`
}

// ResourceVersionMatch says how a resource version is meant.
type ResourceVersionMatch string

// The values of ResourceVersionMatch.
const (
	// ResourceVersionMatchNotOlderThan allows any state from that revision
	// on.
	ResourceVersionMatchNotOlderThan ResourceVersionMatch = "NotOlderThan"
	// ResourceVersionMatchExact wants the state at that revision.
	ResourceVersionMatchExact ResourceVersionMatch = "Exact"
)

// GetOptions are the query parameters of a GET of one object.
type GetOptions struct {
	TypeMeta `json:",inline"`
	// How recent the object must be at least. Empty asks for the most recent
	// state, 0 for any.
	ResourceVersion string `json:"resourceVersion,omitempty" protobuf:"1"`
}

// CreateOptions are the query parameters of a POST.
type CreateOptions struct {
	TypeMeta `json:",inline"`
	// All asks for every step but storing.
	DryRun []string `json:"dryRun,omitempty" protobuf:"1"`
	// The name under which the fields are recorded.
	FieldManager string `json:"fieldManager,omitempty" protobuf:"3"`
	// What is done about unknown and duplicate fields: Ignore, Warn (the
	// default) or Strict.
	FieldValidation string `json:"fieldValidation,omitempty" protobuf:"4"`
}

// UpdateOptions are the query parameters of a PUT.
type UpdateOptions struct {
	TypeMeta `json:",inline"`
	// All asks for every step but storing.
	DryRun []string `json:"dryRun,omitempty" protobuf:"1"`
	// The name under which the changed fields are recorded.
	FieldManager string `json:"fieldManager,omitempty" protobuf:"2"`
	// What is done about unknown and duplicate fields: Ignore, Warn (the
	// default) or Strict.
	FieldValidation string `json:"fieldValidation,omitempty" protobuf:"3"`
}

// PatchOptions are the query parameters of a PATCH.
type PatchOptions struct {
	TypeMeta `json:",inline"`
	// All asks for every step but storing.
	DryRun []string `json:"dryRun,omitempty" protobuf:"1"`
	// For server-side apply: whether to take fields over from other managers.
	Force *bool `json:"force,omitempty" protobuf:"2"`
	// The name under which the fields are recorded; server-side apply needs
	// it.
	FieldManager string `json:"fieldManager,omitempty" protobuf:"3"`
	// What is done about unknown and duplicate fields: Ignore, Warn (the
	// default) or Strict.
	FieldValidation string `json:"fieldValidation,omitempty" protobuf:"4"`
}
