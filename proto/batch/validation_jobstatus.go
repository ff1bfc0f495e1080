package batch

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateJobStatusUpdate checks a change of status. What a job says of its end
// must fit together, and an end is for good; but what was stored before is not
// held against a change of something else.
func ValidateJobStatusUpdate(j, old *Job) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &j.ObjectMeta, &old.ObjectMeta, metadataPath)
	s := &j.Status
	r.NonNegative(statusPath.Child("active"), int64(s.Active))
	r.NonNegative(statusPath.Child("succeeded"), int64(s.Succeeded))
	r.NonNegative(statusPath.Child("failed"), int64(s.Failed))
	nonNegative(&r, s.Ready, statusPath.Child("ready"))
	nonNegative(&r, s.Terminating, statusPath.Child("terminating"))
	checkUncounted(&r, s.UncountedTerminatedPods)
	checkJobEnd(&r, j, old)
	checkFinished(&r, j, old)
	checkIndexes(&r, j, old)
	if changed(s.Ready, old.Status.Ready) || s.Active != old.Status.Active {
		if s.Ready != nil && *s.Ready > s.Active {
			r.Invalid(statusPath.Child("ready"), *s.Ready, "cannot set more ready pods than active")
		}
	}
	if (finished(j) != finished(old) || changed(s.Terminating, old.Status.Terminating)) && finished(j) && s.Terminating != nil && *s.Terminating > 0 {
		r.Invalid(statusPath.Child("terminating"), *s.Terminating, "terminating>0 is invalid for finished job")
	}
	checkJobHistory(&r, j, old)
	return r.Errors
}

func changed(v, old any) bool { return !meta.Equal(v, old) }

// has reports whether a condition holds.
func has(j *Job, t JobConditionType) bool {
	for i := range j.Status.Conditions {
		if c := &j.Status.Conditions[i]; c.Type == t {
			return c.Status == core.ConditionTrue
		}
	}
	return false
}

func finished(j *Job) bool { return has(j, JobComplete) || has(j, JobFailed) }

func checkUncounted(r *field.Report, u *UncountedTerminatedPods) {
	if u == nil {
		return
	}
	seen := map[meta.UID]bool{}
	for _, l := range []struct {
		name string
		uids []meta.UID
	}{{"succeeded", u.Succeeded}, {"failed", u.Failed}} {
		for i, uid := range l.uids {
			p := statusPath.Child("uncountedTerminatedPods", l.name).Index(i)
			if uid == "" {
				r.Invalid(p, uid, "must not be empty")
			} else if seen[uid] {
				r.Duplicate(p, uid)
			}
			seen[uid] = true
		}
	}
}

// checkJobEnd checks that the conditions about a job's end and its times fit
// together.
func checkJobEnd(r *field.Report, j, old *Job) {
	s, was := &j.Status, &old.Status
	conditions, ended := statusPath.Child("conditions"), statusPath.Child("completionTime")
	complete, failed := has(j, JobComplete), has(j, JobFailed)
	became := func(t JobConditionType) bool { return has(j, t) != has(old, t) }
	no := func(text string) { r.Invalid(conditions, field.Omitted{}, text) }
	if (became(JobComplete) || became(JobFailed)) && complete && failed {
		no("cannot set Complete=True and Failed=true conditions")
	}
	if (became(JobComplete) || became(JobFailureTarget)) && complete && has(j, JobFailureTarget) {
		no("cannot set Complete=True and FailureTarget=true conditions")
	}
	moved := changed(s.CompletionTime, was.CompletionTime)
	if became(JobComplete) || moved {
		if s.CompletionTime != nil && !complete {
			r.Invalid(ended, text(s.CompletionTime), "cannot set completionTime when there is no Complete=True condition")
		}
		if s.CompletionTime == nil && complete {
			r.Required(ended, "completionTime is required for Complete jobs")
		}
	}
	if (moved || changed(s.StartTime, was.StartTime)) && s.StartTime != nil && s.CompletionTime != nil && s.CompletionTime.Before(s.StartTime.Time) {
		r.Invalid(ended, text(s.CompletionTime), "completionTime cannot be set before startTime")
	}
	if (became(JobFailed) || became(JobFailureTarget)) && failed && !has(j, JobFailureTarget) {
		no("cannot set Failed=True condition without the FailureTarget=true condition")
	}
	if (became(JobComplete) || became(JobSuccessCriteriaMet)) && complete && !has(j, JobSuccessCriteriaMet) {
		no("cannot set Complete=True condition without the SuccessCriteriaMet=true condition")
	}
}

// text is a time as errors show it.
func text(t *meta.Time) field.Literal { return field.Literal(t.UTC().String()) }

// checkFinished checks what a finished job may still have.
func checkFinished(r *field.Report, j, old *Job) {
	s, was := &j.Status, &old.Status
	if !finished(j) {
		return
	}
	now := !finished(old)
	if (now || s.Active != was.Active) && s.Active > 0 {
		r.Invalid(statusPath.Child("active"), s.Active, "active>0 is invalid for finished job")
	}
	if (now || changed(s.StartTime, was.StartTime)) && s.StartTime == nil {
		r.Required(statusPath.Child("startTime"), "startTime is required for finished job")
	}
	if u := s.UncountedTerminatedPods; (now || changed(u, was.UncountedTerminatedPods)) && u != nil && len(u.Succeeded)+len(u.Failed) > 0 {
		r.Invalid(statusPath.Child("uncountedTerminatedPods"), u, "uncountedTerminatedPods needs to be empty for finished job")
	}
}

// checkIndexes checks the lists of indexes that have ended.
func checkIndexes(r *field.Report, j, old *Job) {
	s := &j.Status
	done, failed := statusPath.Child("completedIndexes"), statusPath.Child("failedIndexes")
	moreDone, moreFailed := s.CompletedIndexes != old.Status.CompletedIndexes, changed(s.FailedIndexes, old.Status.FailedIndexes)
	if moreDone && j.Spec.Completions != nil {
		if _, err := CountIndexes(s.CompletedIndexes, *j.Spec.Completions); err != nil {
			r.Invalid(done, s.CompletedIndexes, "error parsing completedIndexes: "+err.Error())
		}
	}
	if moreFailed && s.FailedIndexes != nil && j.Spec.Completions != nil && j.Spec.BackoffLimitPerIndex != nil {
		if _, err := CountIndexes(*s.FailedIndexes, *j.Spec.Completions); err != nil {
			r.Invalid(failed, *s.FailedIndexes, "error parsing failedIndexes: "+err.Error())
		}
	}
	if moreDone && s.CompletedIndexes != "" && !is(j.Spec.CompletionMode, IndexedCompletion) {
		r.Invalid(done, s.CompletedIndexes, "cannot set non-empty completedIndexes when non-indexed completion mode")
	}
	if moreFailed && s.FailedIndexes != nil && j.Spec.BackoffLimitPerIndex == nil {
		r.Invalid(failed, *s.FailedIndexes, "cannot set non-null failedIndexes when backoffLimitPerIndex is null")
	}
}

// checkJobHistory refuses to take back what a job has said.
func checkJobHistory(r *field.Report, j, old *Job) {
	s, was := &j.Status, &old.Status
	for _, t := range []JobConditionType{JobFailed, JobComplete, JobFailureTarget} {
		if has(old, t) && !has(j, t) {
			r.Invalid(statusPath.Child("conditions"), field.Omitted{}, "cannot disable the terminal "+string(t)+"=True condition")
		}
	}
	if s.Failed < was.Failed {
		r.Invalid(statusPath.Child("failed"), s.Failed, "cannot decrease the failed counter")
	}
	shrinks := is(j.Spec.CompletionMode, IndexedCompletion) && meta.Equal(j.Spec.Completions, j.Spec.Parallelism)
	if s.Succeeded < was.Succeeded && !shrinks {
		r.Invalid(statusPath.Child("succeeded"), s.Succeeded, "cannot decrease the succeeded counter")
	}
	if s.CompletionTime != nil && was.CompletionTime != nil && changed(s.CompletionTime, was.CompletionTime) {
		r.Invalid(statusPath.Child("completionTime"), text(s.CompletionTime), "completionTime cannot be mutated")
	}
	if was.StartTime != nil && changed(s.StartTime, was.StartTime) && !is(j.Spec.Suspend, true) {
		if s.StartTime == nil {
			r.Required(statusPath.Child("startTime"), "startTime cannot be removed for unsuspended job")
		} else {
			r.Required(statusPath.Child("startTime"), "startTime cannot be modified for unsuspended job")
		}
	}
	if has(old, JobSuccessCriteriaMet) && !has(j, JobSuccessCriteriaMet) {
		r.Invalid(statusPath.Child("conditions"), field.Omitted{}, "cannot disable the SuccessCriteriaMet=True condition")
	}
}
