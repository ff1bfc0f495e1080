package flowcontrol

import (
	"github.com/pilothouse/pilothouse/proto/meta"
)

// PriorityLevelConfiguration says how many requests of a priority level are
// served at once, and what happens to more.
type PriorityLevelConfiguration struct {
	meta.TypeMeta `json:",inline"`
	// The object's name, labels and other metadata.
	meta.ObjectMeta `json:"metadata,omitempty" protobuf:"1"`
	// What is wanted.
	Spec PriorityLevelConfigurationSpec `json:"spec,omitempty" protobuf:"2"`
	// Whether the level is in use.
	Status PriorityLevelConfigurationStatus `json:"status,omitempty" protobuf:"3"`
}

// PriorityLevelConfigurationSpec says what a level gets.
type PriorityLevelConfigurationSpec struct {
	// Limited or Exempt: requests of an exempt level never wait. Only the
	// level named exempt is. Required.
	Type PriorityLevelEnablement `json:"type" protobuf:"1" required:"true"`
	// The limits of a Limited level; required for one.
	Limited *LimitedPriorityLevelConfiguration `json:"limited,omitempty" protobuf:"2"`
	// What an Exempt level counts for.
	Exempt *ExemptPriorityLevelConfiguration `json:"exempt,omitempty" protobuf:"3"`
}

// PriorityLevelEnablement says whether a level is limited.
type PriorityLevelEnablement string

// The values of PriorityLevelEnablement.
const (
	// PriorityLevelEnablementExempt never makes requests wait.
	PriorityLevelEnablementExempt PriorityLevelEnablement = "Exempt"
	// PriorityLevelEnablementLimited serves only so many requests at once.
	PriorityLevelEnablementLimited PriorityLevelEnablement = "Limited"
)

// LimitedPriorityLevelConfiguration says how many requests of a level are
// served at once.
type LimitedPriorityLevelConfiguration struct {
	// The level's share of the requests that the server serves at once, in
	// relation to those of the other levels. 30 by default; with 0 nothing
	// is served but with what others lend.
	NominalConcurrencyShares *int32 `json:"nominalConcurrencyShares" protobuf:"1"`
	// What happens to requests that cannot be served at once.
	LimitResponse LimitResponse `json:"limitResponse,omitempty" protobuf:"2"`
	// How much of the share other levels may borrow while it is not needed,
	// 0 to 100 percent. 0 by default.
	LendablePercent *int32 `json:"lendablePercent,omitempty" protobuf:"3"`
	// How much may be borrowed from other levels, in percent of the share.
	// Nothing means no limit.
	BorrowingLimitPercent *int32 `json:"borrowingLimitPercent,omitempty" protobuf:"4"`
}

// LimitResponse says what happens to requests that cannot be served at once.
type LimitResponse struct {
	// Queue or Reject. Required.
	Type LimitResponseType `json:"type" protobuf:"1" required:"true"`
	// How requests wait; for Queue only, and required then.
	Queuing *QueuingConfiguration `json:"queuing,omitempty" protobuf:"2"`
}

// LimitResponseType is what happens to requests that cannot be served at
// once.
type LimitResponseType string

// The values of LimitResponseType.
const (
	// LimitResponseTypeQueue makes them wait, while there is room.
	LimitResponseTypeQueue LimitResponseType = "Queue"
	// LimitResponseTypeReject refuses them.
	LimitResponseTypeReject LimitResponseType = "Reject"
)

// QueuingConfiguration says how requests wait.
type QueuingConfiguration struct {
	// How many queues there are, at most 10000000. 1 makes all flows wait in
	// one. 64 by default.
	Queues int32 `json:"queues" protobuf:"1"`
	// How many queues a flow may use, chosen by its name; the request goes
	// to the shortest. Small next to queues, so that a heavy flow does not
	// get in the way of others. 8 by default.
	HandSize int32 `json:"handSize" protobuf:"2"`
	// How many requests a queue holds; more are refused. 50 by default.
	QueueLengthLimit int32 `json:"queueLengthLimit" protobuf:"3"`
}

// ExemptPriorityLevelConfiguration says what an exempt level counts for. Its
// requests are served in any case.
type ExemptPriorityLevelConfiguration struct {
	// The level's share, as for limited levels. 0 by default.
	NominalConcurrencyShares *int32 `json:"nominalConcurrencyShares,omitempty" protobuf:"1"`
	// How much of the share other levels may borrow while it is not needed,
	// 0 to 100 percent. 0 by default.
	LendablePercent *int32 `json:"lendablePercent,omitempty" protobuf:"2"`
}

// PriorityLevelConfigurationStatus says whether a level is in use.
type PriorityLevelConfigurationStatus struct {
	// Where the level stands.
	Conditions []PriorityLevelConfigurationCondition `json:"conditions,omitempty" protobuf:"1" patchStrategy:"merge" patchMergeKey:"type" listType:"map" listMapKey:"type"`
}

// PriorityLevelConfigurationCondition is one aspect of the state of a level.
type PriorityLevelConfigurationCondition struct {
	// What the condition is about. Required.
	Type PriorityLevelConfigurationConditionType `json:"type,omitempty" protobuf:"1"`
	// Whether it holds: True, False or Unknown. Required.
	Status ConditionStatus `json:"status,omitempty" protobuf:"2"`
	// When the status last changed from one value to another.
	LastTransitionTime meta.Time `json:"lastTransitionTime,omitempty" protobuf:"3"`
	// Why, one word in CamelCase for programs.
	Reason string `json:"reason,omitempty" protobuf:"4"`
	// Why, in words for people.
	Message string `json:"message,omitempty" protobuf:"5"`
}

// PriorityLevelConfigurationConditionType is what a condition is about.
type PriorityLevelConfigurationConditionType string

// PriorityLevelConfigurationList is what a list of PriorityLevelConfiguration objects is answered with.
type PriorityLevelConfigurationList struct {
	meta.TypeMeta `json:",inline"`
	// The revision of the list and, when it is a page of a longer one, where
	// the next page begins.
	meta.ListMeta `json:"metadata,omitempty" protobuf:"1"`
	// The objects, in the order of their namespaces and names.
	Items []PriorityLevelConfiguration `json:"items" protobuf:"2" required:"true"`
}
