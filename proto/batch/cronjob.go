package batch

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// CronJob starts jobs by the clock.
type CronJob struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec CronJobSpec `json:"spec,omitempty" protobuf:"2" required:"true"`
	// What is the case, as the system saw it last. Read only; the system
	// fills it in.
	Status CronJobStatus `json:"status,omitempty" protobuf:"3"`
}

// CronJobSpec says which jobs start when.
type CronJobSpec struct {
	// When jobs start, in the form of cron: minute, hour, day of the month,
	// month, day of the week; or @hourly and the like.
	Schedule string `json:"schedule" protobuf:"1" required:"true"`
	// The time zone of the schedule, by its name in the tz database. Default:
	// that of the controller manager.
	TimeZone *string `json:"timeZone,omitempty" protobuf:"8"`
	// How many seconds late a job may still start. One that is later is
	// skipped. Default: no limit.
	StartingDeadlineSeconds *int64 `json:"startingDeadlineSeconds,omitempty" protobuf:"2"`
	// What to do when the last job still runs: Allow starts another one,
	// Forbid skips it, Replace ends the one that runs. Default: Allow.
	ConcurrencyPolicy ConcurrencyPolicy `json:"concurrencyPolicy,omitempty" protobuf:"3"`
	// Whether no jobs start for now. Those that run are left alone. Default:
	// false.
	Suspend *bool `json:"suspend,omitempty" protobuf:"4"`
	// What jobs are made from.
	JobTemplate JobTemplateSpec `json:"jobTemplate" protobuf:"5" required:"true"`
	// How many jobs that succeeded are kept. Default: 3.
	SuccessfulJobsHistoryLimit *int32 `json:"successfulJobsHistoryLimit,omitempty" protobuf:"6"`
	// How many jobs that failed are kept. Default: 1.
	FailedJobsHistoryLimit *int32 `json:"failedJobsHistoryLimit,omitempty" protobuf:"7"`
}

// ConcurrencyPolicy says what to do when the last job still runs.
//
// +enum
type ConcurrencyPolicy string

// The values of ConcurrencyPolicy.
const (
	// AllowConcurrent starts another one.
	AllowConcurrent ConcurrencyPolicy = "Allow"
	// ForbidConcurrent skips the new one.
	ForbidConcurrent ConcurrencyPolicy = "Forbid"
	// ReplaceConcurrent ends the one that runs.
	ReplaceConcurrent ConcurrencyPolicy = "Replace"
)

// JobTemplateSpec is what a cron job makes jobs from.
type JobTemplateSpec struct {
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// The spec of the jobs.
	Spec JobSpec `json:"spec,omitempty" protobuf:"2"`
}

// CronJobStatus says which jobs run, and when the last one started.
type CronJobStatus struct {
	// The jobs that run.
	Active []core.ObjectReference `json:"active,omitempty" protobuf:"1" listType:"atomic"`
	// The time of the schedule that a job was last started for.
	LastScheduleTime *meta.Time `json:"lastScheduleTime,omitempty" protobuf:"4"`
	// When a job last succeeded.
	LastSuccessfulTime *meta.Time `json:"lastSuccessfulTime,omitempty" protobuf:"5"`
}

// CronJobList is what a list of CronJob objects is answered with.
type CronJobList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []CronJob `json:"items" protobuf:"2" required:"true"`
}
