package meta

// Values of Status.status.
const (
	// StatusSuccess says that the request was done.
	StatusSuccess = "Success"
	// StatusFailure says that it was not; reason and message say why.
	StatusFailure = "Failure"
)

// Finalizers that the garbage collector owns.
const (
	// FinalizerOrphanDependents: dependents are to lose their owner reference
	// before the owner goes.
	FinalizerOrphanDependents = "orphan"
	// FinalizerDeleteDependents: dependents are to be deleted before the owner
	// goes (foreground deletion).
	FinalizerDeleteDependents = "foregroundDeletion"
)

// Values of the dryRun and fieldValidation parameters.
const (
	// DryRunAll asks for every step but storing.
	DryRunAll = "All"
	// FieldValidationIgnore drops unknown and duplicate fields silently.
	FieldValidationIgnore = "Ignore"
	// FieldValidationWarn drops them with a Warning header.
	FieldValidationWarn = "Warn"
	// FieldValidationStrict refuses the request.
	FieldValidationStrict = "Strict"
)

// Types of watch events.
const (
	// WatchAdded: the object is new, or newly matches the selector.
	WatchAdded = "ADDED"
	// WatchModified: the object changed.
	WatchModified = "MODIFIED"
	// WatchDeleted: the object is gone, or no longer matches.
	WatchDeleted = "DELETED"
	// WatchBookmark carries only a resource version to resume from.
	WatchBookmark = "BOOKMARK"
	// WatchError carries a Status; the watch ends with it.
	WatchError = "ERROR"
)

// InitialEventsAnnotation on a bookmark says that the initial state has been
// sent in full.
const InitialEventsAnnotation = "k8s.io/initial-events-end"
