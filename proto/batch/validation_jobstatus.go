package batch

import (
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateJobStatusUpdate checks a change of status.
func ValidateJobStatusUpdate(j, old *Job) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &j.ObjectMeta, &old.ObjectMeta, metadataPath)
	s := &j.Status
	r.NonNegative(statusPath.Child("active"), int64(s.Active))
	r.NonNegative(statusPath.Child("succeeded"), int64(s.Succeeded))
	r.NonNegative(statusPath.Child("failed"), int64(s.Failed))
	nonNegative(&r, s.Ready, statusPath.Child("ready"))
	nonNegative(&r, s.Terminating, statusPath.Child("terminating"))
	return r.Errors
}
