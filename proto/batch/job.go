package batch

import (
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Job runs pods until enough of them have succeeded.
type Job struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec JobSpec `json:"spec,omitempty" protobuf:"2"`
	// What is the case, as the system saw it last. Read only; the system
	// fills it in.
	Status JobStatus `json:"status,omitempty" protobuf:"3"`
}

// JobSpec says which pods run, how many must succeed, and when to give up.
type JobSpec struct {
	// How many pods run at once at most. Default: 1.
	Parallelism *int32 `json:"parallelism,omitempty" protobuf:"1"`
	// How many pods must succeed. Unset means that all are done once one has
	// succeeded; default: 1 when parallelism is unset too.
	Completions *int32 `json:"completions,omitempty" protobuf:"2"`
	// After how many seconds the job is ended and has failed, whatever is
	// running. A suspended job starts anew.
	ActiveDeadlineSeconds *int64 `json:"activeDeadlineSeconds,omitempty" protobuf:"3"`
	// What to do about a failed pod, by its exit code or its conditions.
	// Without it every failure counts against backoffLimit. Only with
	// restartPolicy Never.
	PodFailurePolicy *PodFailurePolicy `json:"podFailurePolicy,omitempty" protobuf:"11"`
	// When the job has succeeded before all its indexes have. Only for
	// Indexed.
	SuccessPolicy *SuccessPolicy `json:"successPolicy,omitempty" protobuf:"16"`
	// How many pods may fail before the job has failed. Default: 6, or no
	// limit where backoffLimitPerIndex is set.
	BackoffLimit *int32 `json:"backoffLimit,omitempty" protobuf:"7"`
	// How many pods of one index may fail before that index has failed. Only
	// for Indexed, and with restartPolicy Never.
	BackoffLimitPerIndex *int32 `json:"backoffLimitPerIndex,omitempty" protobuf:"12"`
	// How many indexes may fail before the job has failed and all else is
	// ended. Only with backoffLimitPerIndex.
	MaxFailedIndexes *int32 `json:"maxFailedIndexes,omitempty" protobuf:"13"`
	// Which pods count, by their labels. The system sets it; leave it out
	// unless manualSelector is set.
	Selector *meta.LabelSelector `json:"selector,omitempty" protobuf:"4"`
	// Whether selector and the matching labels of the template are yours.
	// With false the system chooses labels that no other job has. Default:
	// false.
	ManualSelector *bool `json:"manualSelector,omitempty" protobuf:"5"`
	// What pods are made from. Only restartPolicy Never and OnFailure are
	// allowed.
	Template core.PodTemplateSpec `json:"template" protobuf:"6" required:"true"`
	// How many seconds after its end the job is deleted with its pods. Unset
	// keeps it, 0 deletes it at once.
	TTLSecondsAfterFinished *int32 `json:"ttlSecondsAfterFinished,omitempty" protobuf:"8"`
	// NonIndexed, where all pods are alike, or Indexed, where each has a
	// number from 0 on and one pod of each number must succeed. Default:
	// NonIndexed.
	CompletionMode *CompletionMode `json:"completionMode,omitempty" protobuf:"9"`
	// Whether no pods run for now: those that do are deleted. Default: false.
	Suspend *bool `json:"suspend,omitempty" protobuf:"10"`
	// When a pod is replaced: TerminatingOrFailed, as soon as it is being
	// deleted or has failed, or Failed, when it has ended. Default:
	// TerminatingOrFailed, or Failed, the only choice, with podFailurePolicy.
	PodReplacementPolicy *PodReplacementPolicy `json:"podReplacementPolicy,omitempty" protobuf:"14"`
	// Who looks after the job, as a name with a domain. The system's own
	// controller leaves jobs of others alone. Default: the system. It never
	// changes.
	ManagedBy *string `json:"managedBy,omitempty" protobuf:"15"`
}

// PodFailurePolicy says what to do about failed pods.
type PodFailurePolicy struct {
	// The rules, in order; the first that fits a failure counts. Up to 20.
	Rules []PodFailurePolicyRule `json:"rules" protobuf:"1" listType:"atomic" required:"true"`
}

// PodFailurePolicyRule says what to do about one kind of failure. It has
// onExitCodes or onPodConditions.
type PodFailurePolicyRule struct {
	// FailJob ends the job, FailIndex ends the pod's index, Ignore does not
	// count the failure, Count counts it.
	Action PodFailurePolicyAction `json:"action" protobuf:"1" required:"true"`
	// The exit codes that the rule is about.
	OnExitCodes *PodFailurePolicyOnExitCodesRequirement `json:"onExitCodes,omitempty" protobuf:"2"`
	// The conditions of the pod that the rule is about; one of them is
	// enough. Up to 20.
	OnPodConditions []PodFailurePolicyOnPodConditionsPattern `json:"onPodConditions,omitempty" protobuf:"3" listType:"atomic"`
}

// PodFailurePolicyAction is what to do about a failure.
//
// +enum
type PodFailurePolicyAction string

// The values of PodFailurePolicyAction.
const (
	// PodFailurePolicyActionFailJob ends the job.
	PodFailurePolicyActionFailJob PodFailurePolicyAction = "FailJob"
	// PodFailurePolicyActionFailIndex ends the pod's index.
	PodFailurePolicyActionFailIndex PodFailurePolicyAction = "FailIndex"
	// PodFailurePolicyActionIgnore does not count the failure.
	PodFailurePolicyActionIgnore PodFailurePolicyAction = "Ignore"
	// PodFailurePolicyActionCount counts the failure.
	PodFailurePolicyActionCount PodFailurePolicyAction = "Count"
)

// PodFailurePolicyOnExitCodesRequirement says which exit codes a rule is
// about.
type PodFailurePolicyOnExitCodesRequirement struct {
	// The container that counts. Default: any of them.
	ContainerName *string `json:"containerName,omitempty" protobuf:"1"`
	// In, the exit code is one of values, or NotIn, it is none of them and
	// not 0.
	Operator PodFailurePolicyOnExitCodesOperator `json:"operator" protobuf:"2" required:"true"`
	// The exit codes, in growing order. Up to 255; no 0 for In.
	Values []int32 `json:"values" protobuf:"3" listType:"set" required:"true"`
}

// PodFailurePolicyOnExitCodesOperator relates an exit code to a list.
//
// +enum
type PodFailurePolicyOnExitCodesOperator string

// The values of PodFailurePolicyOnExitCodesOperator.
const (
	// PodFailurePolicyOnExitCodesOpIn wants it to be in the list.
	PodFailurePolicyOnExitCodesOpIn PodFailurePolicyOnExitCodesOperator = "In"
	// PodFailurePolicyOnExitCodesOpNotIn wants it not to be in the list.
	PodFailurePolicyOnExitCodesOpNotIn PodFailurePolicyOnExitCodesOperator = "NotIn"
)

// PodFailurePolicyOnPodConditionsPattern is a condition of a pod that a rule
// is about.
type PodFailurePolicyOnPodConditionsPattern struct {
	// The type of the condition.
	Type core.PodConditionType `json:"type" protobuf:"1" required:"true"`
	// Its status. Default: True.
	Status core.ConditionStatus `json:"status" protobuf:"2"`
}

// SuccessPolicy says when a job has succeeded before all its indexes have.
type SuccessPolicy struct {
	// The rules; one that holds is enough. Up to 20.
	Rules []SuccessPolicyRule `json:"rules" protobuf:"1" listType:"atomic" required:"true"`
}

// SuccessPolicyRule is one way to have succeeded.
type SuccessPolicyRule struct {
	// The indexes that count, such as 1,3-5,7. Default: all. Without
	// succeededCount every one of them must succeed.
	SucceededIndexes *string `json:"succeededIndexes,omitempty" protobuf:"1"`
	// How many of the indexes must succeed.
	SucceededCount *int32 `json:"succeededCount,omitempty" protobuf:"2"`
}

// CompletionMode says whether pods are alike or numbered.
//
// +enum
type CompletionMode string

// The values of CompletionMode.
const (
	// NonIndexedCompletion has pods that are all alike.
	NonIndexedCompletion CompletionMode = "NonIndexed"
	// IndexedCompletion has a number for each pod.
	IndexedCompletion CompletionMode = "Indexed"
)

// PodReplacementPolicy says when a pod is replaced.
//
// +enum
type PodReplacementPolicy string

// The values of PodReplacementPolicy.
const (
	// TerminatingOrFailed replaces a pod that is being deleted or has failed.
	TerminatingOrFailed PodReplacementPolicy = "TerminatingOrFailed"
	// Failed replaces a pod when it has failed for good.
	Failed PodReplacementPolicy = "Failed"
)

// JobStatus says how far a job has come.
type JobStatus struct {
	// What is known of the job: whether it is suspended, has succeeded or
	// failed, or is about to.
	Conditions []JobCondition `json:"conditions,omitempty" protobuf:"1" patchStrategy:"merge" patchMergeKey:"type" listType:"atomic"`
	// When the job was started, or resumed.
	StartTime *meta.Time `json:"startTime,omitempty" protobuf:"2"`
	// When the job succeeded. Unset for one that failed.
	CompletionTime *meta.Time `json:"completionTime,omitempty" protobuf:"3"`
	// How many pods run or wait to run, and are not being deleted.
	Active int32 `json:"active,omitempty" protobuf:"4"`
	// How many pods have succeeded.
	Succeeded int32 `json:"succeeded,omitempty" protobuf:"5"`
	// How many pods have failed.
	Failed int32 `json:"failed,omitempty" protobuf:"6"`
	// How many pods are being deleted and not yet gone.
	Terminating *int32 `json:"terminating,omitempty" protobuf:"11"`
	// The indexes that have succeeded, such as 1,3-5,7.
	CompletedIndexes string `json:"completedIndexes,omitempty" protobuf:"7"`
	// The indexes that have failed, such as 1,3-5,7. Only with
	// backoffLimitPerIndex.
	FailedIndexes *string `json:"failedIndexes,omitempty" protobuf:"10"`
	// Pods that have ended and are not yet in the numbers above.
	UncountedTerminatedPods *UncountedTerminatedPods `json:"uncountedTerminatedPods,omitempty" protobuf:"8"`
	// How many of the active pods are ready.
	Ready *int32 `json:"ready,omitempty" protobuf:"9"`
}

// JobCondition is one thing that is known of a job.
type JobCondition struct {
	// What the condition is about, one word in CamelCase.
	Type JobConditionType `json:"type" protobuf:"1" required:"true"`
	// Whether it holds: True, False or Unknown.
	Status core.ConditionStatus `json:"status" protobuf:"2" required:"true"`
	// When it was last looked at.
	LastProbeTime meta.Time `json:"lastProbeTime,omitempty" protobuf:"3"`
	// When the status last changed from one value to another.
	LastTransitionTime meta.Time `json:"lastTransitionTime,omitempty" protobuf:"4"`
	// Why it holds or not, one word in CamelCase for programs.
	Reason string `json:"reason,omitempty" protobuf:"5"`
	// Why it holds or not, in words for people.
	Message string `json:"message,omitempty" protobuf:"6"`
}

// JobConditionType is what a job's condition is about.
type JobConditionType string

// The values of JobConditionType.
const (
	// JobSuspended says that no pods run for now.
	JobSuspended JobConditionType = "Suspended"
	// JobComplete says that the job has succeeded.
	JobComplete JobConditionType = "Complete"
	// JobFailed says that the job has failed.
	JobFailed JobConditionType = "Failed"
	// JobFailureTarget says that the job will have failed once its pods are
	// gone.
	JobFailureTarget JobConditionType = "FailureTarget"
	// JobSuccessCriteriaMet says that the job will have succeeded once its
	// pods are gone.
	JobSuccessCriteriaMet JobConditionType = "SuccessCriteriaMet"
)

// UncountedTerminatedPods are pods that have ended and are not yet counted.
type UncountedTerminatedPods struct {
	// The uids of those that succeeded.
	Succeeded []meta.UID `json:"succeeded,omitempty" protobuf:"1" listType:"set"`
	// The uids of those that failed.
	Failed []meta.UID `json:"failed,omitempty" protobuf:"2" listType:"set"`
}

// JobList is what a list of Job objects is answered with.
type JobList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []Job `json:"items" protobuf:"2" required:"true"`
}
