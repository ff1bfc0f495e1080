package flowcontrol

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// PriorityLevelConfiguration is TODO.
type PriorityLevelConfiguration struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	Spec            PriorityLevelConfigurationSpec   `json:"spec,omitempty" protobuf:"2"`
	Status          PriorityLevelConfigurationStatus `json:"status,omitempty" protobuf:"3"`
}

// PriorityLevelConfigurationSpec is TODO.
type PriorityLevelConfigurationSpec struct {
	Type    PriorityLevelEnablement            `json:"type" protobuf:"1" required:"true"`
	Limited *LimitedPriorityLevelConfiguration `json:"limited,omitempty" protobuf:"2"`
	Exempt  *ExemptPriorityLevelConfiguration  `json:"exempt,omitempty" protobuf:"3"`
}

// PriorityLevelEnablement is TODO.
type PriorityLevelEnablement string

const (
	PriorityLevelEnablementExempt  PriorityLevelEnablement = "Exempt"
	PriorityLevelEnablementLimited PriorityLevelEnablement = "Limited"
)

// LimitedPriorityLevelConfiguration is TODO.
type LimitedPriorityLevelConfiguration struct {
	NominalConcurrencyShares *int32        `json:"nominalConcurrencyShares" protobuf:"1"`
	LimitResponse            LimitResponse `json:"limitResponse,omitempty" protobuf:"2"`
	LendablePercent          *int32        `json:"lendablePercent,omitempty" protobuf:"3"`
	BorrowingLimitPercent    *int32        `json:"borrowingLimitPercent,omitempty" protobuf:"4"`
}

// LimitResponse is TODO.
type LimitResponse struct {
	Type    LimitResponseType     `json:"type" protobuf:"1" required:"true"`
	Queuing *QueuingConfiguration `json:"queuing,omitempty" protobuf:"2"`
}

// LimitResponseType is TODO.
type LimitResponseType string

const (
	LimitResponseTypeQueue  LimitResponseType = "Queue"
	LimitResponseTypeReject LimitResponseType = "Reject"
)

// QueuingConfiguration is TODO.
type QueuingConfiguration struct {
	Queues           int32 `json:"queues" protobuf:"1"`
	HandSize         int32 `json:"handSize" protobuf:"2"`
	QueueLengthLimit int32 `json:"queueLengthLimit" protobuf:"3"`
}

// ExemptPriorityLevelConfiguration is TODO.
type ExemptPriorityLevelConfiguration struct {
	NominalConcurrencyShares *int32 `json:"nominalConcurrencyShares,omitempty" protobuf:"1"`
	LendablePercent          *int32 `json:"lendablePercent,omitempty" protobuf:"2"`
}

// PriorityLevelConfigurationStatus is TODO.
type PriorityLevelConfigurationStatus struct {
	Conditions []PriorityLevelConfigurationCondition `json:"conditions,omitempty" protobuf:"1" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// PriorityLevelConfigurationCondition is TODO.
type PriorityLevelConfigurationCondition struct {
	Type               PriorityLevelConfigurationConditionType `json:"type,omitempty" protobuf:"1"`
	Status             ConditionStatus                         `json:"status,omitempty" protobuf:"2"`
	LastTransitionTime meta.Time                               `json:"lastTransitionTime,omitempty" protobuf:"3"`
	Reason             string                                  `json:"reason,omitempty" protobuf:"4"`
	Message            string                                  `json:"message,omitempty" protobuf:"5"`
}

// PriorityLevelConfigurationConditionType is TODO.
type PriorityLevelConfigurationConditionType string

// PriorityLevelConfigurationList is what a list of PriorityLevelConfiguration objects is answered with.
type PriorityLevelConfigurationList struct {
	meta.TypeMeta `json:",inline"`
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	Items         []PriorityLevelConfiguration `json:"items" protobuf:"2" required:"true"`
}
