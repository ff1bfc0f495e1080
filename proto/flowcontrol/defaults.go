package flowcontrol

// What is meant when a schema or a level says nothing.
const (
	defaultPrecedence  = 1000
	defaultShares      = 30
	defaultHandSize    = 8
	defaultQueues      = 64
	defaultQueueLength = 50
)

// or sets what is not set.
func or[T any](field **T, value T) {
	if *field == nil {
		*field = &value
	}
}

// orNumber sets what is 0.
func orNumber(field *int32, value int32) {
	if *field == 0 {
		*field = value
	}
}

// SetFlowSchemaDefaults fills in the precedence, and makes empty lists of
// namespaces absent ones.
func SetFlowSchemaDefaults(f *FlowSchema) {
	for i := range f.Spec.Rules {
		rules := f.Spec.Rules[i].ResourceRules
		for j := range rules {
			if len(rules[j].Namespaces) == 0 {
				rules[j].Namespaces = nil
			}
		}
	}
	orNumber(&f.Spec.MatchingPrecedence, defaultPrecedence)
}

// SetPriorityLevelConfigurationDefaults fills in shares and queues.
func SetPriorityLevelConfigurationDefaults(l *PriorityLevelConfiguration) {
	if e := l.Spec.Exempt; e != nil {
		or(&e.NominalConcurrencyShares, 0)
		or(&e.LendablePercent, 0)
	}
	limited := l.Spec.Limited
	if limited == nil {
		return
	}
	or(&limited.NominalConcurrencyShares, defaultShares)
	or(&limited.LendablePercent, 0)
	if q := limited.LimitResponse.Queuing; q != nil {
		orNumber(&q.HandSize, defaultHandSize)
		orNumber(&q.Queues, defaultQueues)
		orNumber(&q.QueueLengthLimit, defaultQueueLength)
	}
}
