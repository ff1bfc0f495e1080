package policy

import "github.com/pilothouse/pilothouse/proto/meta"

// DisruptionBudgetCause is the cause in the Status of an eviction that a budget
// refuses.
const DisruptionBudgetCause meta.CauseType = "DisruptionBudget"

// DisruptionAllowedCondition is the condition of a budget that says whether
// pods may be evicted.
const DisruptionAllowedCondition = "DisruptionAllowed"

// Reasons of DisruptionAllowedCondition.
const (
	// SufficientPodsReason says that there are more healthy pods than needed.
	SufficientPodsReason = "SufficientPods"
	// InsufficientPodsReason says that every healthy pod is needed.
	InsufficientPodsReason = "InsufficientPods"
	// SyncFailedReason says that the pods could not be counted.
	SyncFailedReason = "SyncFailed"
)
