package batch

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Job is TODO.
type Job struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            JobSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          JobStatus `json:"status,omitempty" protobuf:"3"`
}

// JobSpec is TODO.
type JobSpec struct {
	Parallelism             *int32                `json:"parallelism,omitempty" protobuf:"1"`
	Completions             *int32                `json:"completions,omitempty" protobuf:"2"`
	ActiveDeadlineSeconds   *int64                `json:"activeDeadlineSeconds,omitempty" protobuf:"3"`
	PodFailurePolicy        *PodFailurePolicy     `json:"podFailurePolicy,omitempty" protobuf:"11"`
	SuccessPolicy           *SuccessPolicy        `json:"successPolicy,omitempty" protobuf:"16"`
	BackoffLimit            *int32                `json:"backoffLimit,omitempty" protobuf:"7"`
	BackoffLimitPerIndex    *int32                `json:"backoffLimitPerIndex,omitempty" protobuf:"12"`
	MaxFailedIndexes        *int32                `json:"maxFailedIndexes,omitempty" protobuf:"13"`
	Selector                *meta.LabelSelector   `json:"selector,omitempty" protobuf:"4"`
	ManualSelector          *bool                 `json:"manualSelector,omitempty" protobuf:"5"`
	Template                core.PodTemplateSpec  `json:"template" protobuf:"6" required:"true"`
	TTLSecondsAfterFinished *int32                `json:"ttlSecondsAfterFinished,omitempty" protobuf:"8"`
	CompletionMode          *CompletionMode       `json:"completionMode,omitempty" protobuf:"9"`
	Suspend                 *bool                 `json:"suspend,omitempty" protobuf:"10"`
	PodReplacementPolicy    *PodReplacementPolicy `json:"podReplacementPolicy,omitempty" protobuf:"14"`
	ManagedBy               *string               `json:"managedBy,omitempty" protobuf:"15"`
}

// PodFailurePolicy is TODO.
type PodFailurePolicy struct {
	Rules []PodFailurePolicyRule `json:"rules" protobuf:"1" listType:"atomic" required:"true"`
}

// PodFailurePolicyRule is TODO.
type PodFailurePolicyRule struct {
	Action          PodFailurePolicyAction                   `json:"action" protobuf:"1" required:"true"`
	OnExitCodes     *PodFailurePolicyOnExitCodesRequirement  `json:"onExitCodes,omitempty" protobuf:"2"`
	OnPodConditions []PodFailurePolicyOnPodConditionsPattern `json:"onPodConditions,omitempty" protobuf:"3" listType:"atomic"`
}

// PodFailurePolicyAction is TODO.
type PodFailurePolicyAction string

const (
	PodFailurePolicyActionFailJob   PodFailurePolicyAction = "FailJob"
	PodFailurePolicyActionFailIndex PodFailurePolicyAction = "FailIndex"
	PodFailurePolicyActionIgnore    PodFailurePolicyAction = "Ignore"
	PodFailurePolicyActionCount     PodFailurePolicyAction = "Count"
)

// PodFailurePolicyOnExitCodesRequirement is TODO.
type PodFailurePolicyOnExitCodesRequirement struct {
	ContainerName *string                             `json:"containerName,omitempty" protobuf:"1"`
	Operator      PodFailurePolicyOnExitCodesOperator `json:"operator" protobuf:"2" required:"true"`
	Values        []int32                             `json:"values" protobuf:"3" listType:"set" required:"true"`
}

// PodFailurePolicyOnExitCodesOperator is TODO.
type PodFailurePolicyOnExitCodesOperator string

const (
	PodFailurePolicyOnExitCodesOpIn    PodFailurePolicyOnExitCodesOperator = "In"
	PodFailurePolicyOnExitCodesOpNotIn PodFailurePolicyOnExitCodesOperator = "NotIn"
)

// PodFailurePolicyOnPodConditionsPattern is TODO.
type PodFailurePolicyOnPodConditionsPattern struct {
	Type   core.PodConditionType `json:"type" protobuf:"1" required:"true"`
	Status core.ConditionStatus  `json:"status" protobuf:"2"`
}

// SuccessPolicy is TODO.
type SuccessPolicy struct {
	Rules []SuccessPolicyRule `json:"rules" protobuf:"1" listType:"atomic" required:"true"`
}

// SuccessPolicyRule is TODO.
type SuccessPolicyRule struct {
	SucceededIndexes *string `json:"succeededIndexes,omitempty" protobuf:"1"`
	SucceededCount   *int32  `json:"succeededCount,omitempty" protobuf:"2"`
}

// CompletionMode is TODO.
type CompletionMode string

const (
	NonIndexedCompletion CompletionMode = "NonIndexed"
	IndexedCompletion    CompletionMode = "Indexed"
)

// PodReplacementPolicy is TODO.
type PodReplacementPolicy string

const (
	TerminatingOrFailed PodReplacementPolicy = "TerminatingOrFailed"
	Failed              PodReplacementPolicy = "Failed"
)

// JobStatus is TODO.
type JobStatus struct {
	Conditions              []JobCondition           `json:"conditions,omitempty" protobuf:"1" patchStrategy:"merge" patchMergeKey:"type" listType:"atomic"`
	StartTime               *meta.Time               `json:"startTime,omitempty" protobuf:"2"`
	CompletionTime          *meta.Time               `json:"completionTime,omitempty" protobuf:"3"`
	Active                  int32                    `json:"active,omitempty" protobuf:"4"`
	Succeeded               int32                    `json:"succeeded,omitempty" protobuf:"5"`
	Failed                  int32                    `json:"failed,omitempty" protobuf:"6"`
	Terminating             *int32                   `json:"terminating,omitempty" protobuf:"11"`
	CompletedIndexes        string                   `json:"completedIndexes,omitempty" protobuf:"7"`
	FailedIndexes           *string                  `json:"failedIndexes,omitempty" protobuf:"10"`
	UncountedTerminatedPods *UncountedTerminatedPods `json:"uncountedTerminatedPods,omitempty" protobuf:"8"`
	Ready                   *int32                   `json:"ready,omitempty" protobuf:"9"`
}

// JobCondition is TODO.
type JobCondition struct {
	Type               JobConditionType     `json:"type" protobuf:"1" required:"true"`
	Status             core.ConditionStatus `json:"status" protobuf:"2" required:"true"`
	LastProbeTime      meta.Time            `json:"lastProbeTime,omitempty" protobuf:"3"`
	LastTransitionTime meta.Time            `json:"lastTransitionTime,omitempty" protobuf:"4"`
	Reason             string               `json:"reason,omitempty" protobuf:"5"`
	Message            string               `json:"message,omitempty" protobuf:"6"`
}

// JobConditionType is TODO.
type JobConditionType string

const (
	JobSuspended          JobConditionType = "Suspended"
	JobComplete           JobConditionType = "Complete"
	JobFailed             JobConditionType = "Failed"
	JobFailureTarget      JobConditionType = "FailureTarget"
	JobSuccessCriteriaMet JobConditionType = "SuccessCriteriaMet"
)

// UncountedTerminatedPods is TODO.
type UncountedTerminatedPods struct {
	Succeeded []meta.UID `json:"succeeded,omitempty" protobuf:"1" listType:"set"`
	Failed    []meta.UID `json:"failed,omitempty" protobuf:"2" listType:"set"`
}

// JobList is what a list of Job objects is answered with.
type JobList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []Job `json:"items" protobuf:"2" required:"true"`
}
