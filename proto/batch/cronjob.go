package batch

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// CronJob is TODO.
type CronJob struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            CronJobSpec   `json:"spec,omitempty" protobuf:"2" required:"true"`
	Status          CronJobStatus `json:"status,omitempty" protobuf:"3"`
}

// CronJobSpec is TODO.
type CronJobSpec struct {
	Schedule                   string            `json:"schedule" protobuf:"1" required:"true"`
	TimeZone                   *string           `json:"timeZone,omitempty" protobuf:"8"`
	StartingDeadlineSeconds    *int64            `json:"startingDeadlineSeconds,omitempty" protobuf:"2"`
	ConcurrencyPolicy          ConcurrencyPolicy `json:"concurrencyPolicy,omitempty" protobuf:"3"`
	Suspend                    *bool             `json:"suspend,omitempty" protobuf:"4"`
	JobTemplate                JobTemplateSpec   `json:"jobTemplate" protobuf:"5" required:"true"`
	SuccessfulJobsHistoryLimit *int32            `json:"successfulJobsHistoryLimit,omitempty" protobuf:"6"`
	FailedJobsHistoryLimit     *int32            `json:"failedJobsHistoryLimit,omitempty" protobuf:"7"`
}

// ConcurrencyPolicy is TODO.
type ConcurrencyPolicy string

const (
	AllowConcurrent   ConcurrencyPolicy = "Allow"
	ForbidConcurrent  ConcurrencyPolicy = "Forbid"
	ReplaceConcurrent ConcurrencyPolicy = "Replace"
)

// JobTemplateSpec is TODO.
type JobTemplateSpec struct {
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            JobSpec `json:"spec,omitempty" protobuf:"2"`
}

// CronJobStatus is TODO.
type CronJobStatus struct {
	Active             []core.ObjectReference `json:"active,omitempty" protobuf:"1" listType:"atomic"`
	LastScheduleTime   *meta.Time             `json:"lastScheduleTime,omitempty" protobuf:"4"`
	LastSuccessfulTime *meta.Time             `json:"lastSuccessfulTime,omitempty" protobuf:"5"`
}

// CronJobList is what a list of CronJob objects is answered with.
type CronJobList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []CronJob `json:"items" protobuf:"2" required:"true"`
}
