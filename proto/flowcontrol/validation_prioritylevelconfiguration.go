package flowcontrol

import (
	"fmt"
	"math"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

const (
	maxQueues = 10 * 1000 * 1000
	// hashBits are what a flow's name has to choose its queues with.
	hashBits = 60
	// zeroShares was an annotation of older versions.
	zeroShares = "flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares"
)

// ValidatePriorityLevelConfiguration checks a level that is created.
func ValidatePriorityLevelConfiguration(o *PriorityLevelConfiguration) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkLevel(&r, o)
	return r.Errors
}

// ValidatePriorityLevelConfigurationUpdate checks a change.
func ValidatePriorityLevelConfigurationUpdate(o, old *PriorityLevelConfiguration) field.ErrorList {
	var r field.Report
	checkLevel(&r, o)
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

// ValidatePriorityLevelConfigurationStatusUpdate checks a change of the status.
func ValidatePriorityLevelConfigurationStatusUpdate(o, old *PriorityLevelConfiguration) field.ErrorList {
	var r field.Report
	var types []string
	for _, c := range o.Status.Conditions {
		types = append(types, string(c.Type))
	}
	checkConditionTypes(&r, types)
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

func checkLevel(r *field.Report, o *PriorityLevelConfiguration) {
	if _, old := o.Annotations[zeroShares]; old {
		r.Forbidden(field.New("metadata", "annotations"), fmt.Sprintf("annotation '%s' is forbidden", zeroShares))
	}
	s, p := &o.Spec, field.New("spec")
	if (o.Name == exempt) != (s.Type == PriorityLevelEnablementExempt) {
		r.Invalid(p.Child("type"), s.Type, "type must be 'Exempt' if and only if name is 'exempt'")
	}
	switch s.Type {
	case PriorityLevelEnablementExempt:
		if s.Limited != nil {
			r.Forbidden(p.Child("limited"), "must be nil if the type is not Limited")
		}
		if s.Exempt != nil {
			checkShares(r, s.Exempt.NominalConcurrencyShares, p.Child("exempt"))
			checkLendable(r, s.Exempt.LendablePercent, p.Child("exempt"))
		}
	case PriorityLevelEnablementLimited:
		if s.Exempt != nil {
			r.Forbidden(p.Child("exempt"), "must be nil if the type is Limited")
		}
		if s.Limited == nil {
			r.Required(p.Child("limited"), "must not be empty when type is Limited")
		} else {
			checkLimited(r, s.Limited, p.Child("limited"))
		}
	default:
		r.Add(field.NotSupported(p.Child("type"), s.Type, []PriorityLevelEnablement{PriorityLevelEnablementExempt, PriorityLevelEnablementLimited}))
	}
	if o.Name == exempt && (s.Type != PriorityLevelEnablementExempt || s.Limited != nil) {
		r.Invalid(p, *s, "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value")
	}
}

func checkLimited(r *field.Report, l *LimitedPriorityLevelConfiguration, p *field.Path) {
	checkShares(r, l.NominalConcurrencyShares, p)
	checkResponse(r, &l.LimitResponse, p.Child("limitResponse"))
	checkLendable(r, l.LendablePercent, p)
	if b := l.BorrowingLimitPercent; b != nil && *b < 0 {
		r.Invalid(p.Child("borrowingLimitPercent"), *b, "if specified, must be a non-negative integer")
	}
}

func checkShares(r *field.Report, shares *int32, p *field.Path) {
	if shares != nil && *shares < 0 {
		r.Invalid(p.Child("nominalConcurrencyShares"), *shares, "must be a non-negative integer")
	}
}

func checkLendable(r *field.Report, percent *int32, p *field.Path) {
	if percent != nil && (*percent < 0 || *percent > 100) {
		r.Invalid(p.Child("lendablePercent"), *percent, "must be between 0 and 100, inclusive")
	}
}

func checkResponse(r *field.Report, l *LimitResponse, p *field.Path) {
	switch l.Type {
	case LimitResponseTypeReject:
		if l.Queuing != nil {
			r.Forbidden(p.Child("queuing"), "must be nil if limited.limitResponse.type is not Limited")
		}
	case LimitResponseTypeQueue:
		if l.Queuing == nil {
			r.Required(p.Child("queuing"), "must not be empty if limited.limitResponse.type is Limited")
		} else {
			checkQueuing(r, l.Queuing, p.Child("queuing"))
		}
	default:
		r.Add(field.NotSupported(p.Child("type"), l.Type, []LimitResponseType{LimitResponseTypeQueue, LimitResponseTypeReject}))
	}
}

func checkQueuing(r *field.Report, q *QueuingConfiguration, p *field.Path) {
	if q.QueueLengthLimit <= 0 {
		r.Invalid(p.Child("queueLengthLimit"), q.QueueLengthLimit, "must be positive")
	}
	if q.Queues <= 0 {
		r.Invalid(p.Child("queues"), q.Queues, "must be positive")
	} else if q.Queues > maxQueues {
		r.Invalid(p.Child("queues"), q.Queues, fmt.Sprintf("must not be greater than %d", maxQueues))
	}
	hand := p.Child("handSize")
	switch {
	case q.HandSize <= 0:
		r.Invalid(hand, q.HandSize, "must be positive")
	case q.HandSize > q.Queues:
		r.Invalid(hand, q.HandSize, fmt.Sprintf("should not be greater than queues (%d)", q.Queues))
	case handBits(q.Queues, q.HandSize) > hashBits:
		r.Invalid(hand, q.HandSize, fmt.Sprintf("required entropy bits of deckSize %d and handSize %d should not be greater than %d", q.Queues, q.HandSize, hashBits))
	}
}

// handBits is how many bits it takes to deal a hand of queues.
func handBits(queues, hand int32) int {
	return int(math.Ceil(math.Log2(float64(queues)) * float64(hand)))
}
