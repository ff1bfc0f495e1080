package table

import (
	"time"

	"github.com/pilothouse/pilothouse/proto/admissionregistration"
	"github.com/pilothouse/pilothouse/proto/apiregistration"
	"github.com/pilothouse/pilothouse/proto/flowcontrol"
	"github.com/pilothouse/pilothouse/proto/selector"
)

func mutatingWebhooksCells(c *admissionregistration.MutatingWebhookConfiguration, now time.Time) []any {
	return []any{c.Name, int64(len(c.Webhooks)), age(c.CreationTimestamp, now)}
}

func validatingWebhooksCells(c *admissionregistration.ValidatingWebhookConfiguration, now time.Time) []any {
	return []any{c.Name, int64(len(c.Webhooks)), age(c.CreationTimestamp, now)}
}

func policyCells(p *admissionregistration.ValidatingAdmissionPolicy, now time.Time) []any {
	return []any{p.Name, int64(len(p.Spec.Validations)), paramKind(p.Spec.ParamKind), age(p.CreationTimestamp, now)}
}

func mutatingPolicyCells(p *admissionregistration.MutatingAdmissionPolicy, now time.Time) []any {
	return []any{p.Name, int64(len(p.Spec.Mutations)), paramKind(p.Spec.ParamKind), age(p.CreationTimestamp, now)}
}

func policyBindingCells(b *admissionregistration.ValidatingAdmissionPolicyBinding, now time.Time) []any {
	return []any{b.Name, b.Spec.PolicyName, params(b.Spec.ParamRef), age(b.CreationTimestamp, now)}
}

func mutatingPolicyBindingCells(b *admissionregistration.MutatingAdmissionPolicyBinding, now time.Time) []any {
	return []any{b.Name, b.Spec.PolicyName, params(b.Spec.ParamRef), age(b.CreationTimestamp, now)}
}

func paramKind(k *admissionregistration.ParamKind) string {
	if k == nil {
		return "<unset>"
	}
	return k.APIVersion + "/" + k.Kind
}

// params names a policy's parameters. Whether their kind lives in namespaces is
// not known here, so a name without one gets a star.
func params(p *admissionregistration.ParamRef) string {
	switch {
	case p == nil || p.Name == "" && p.Selector == nil:
		return "<unset>"
	case p.Name == "":
		return selector.Describe(p.Selector)
	case p.Namespace == "":
		return "*/" + p.Name
	}
	return p.Namespace + "/" + p.Name
}

func apiServiceCells(s *apiregistration.APIService, now time.Time) []any {
	service, state := "Local", "Unknown"
	if ref := s.Spec.Service; ref != nil {
		service = ref.Namespace + "/" + ref.Name
	}
	for _, c := range s.Status.Conditions {
		if c.Type != apiregistration.Available {
			continue
		}
		state = string(c.Status)
		if c.Status != apiregistration.ConditionTrue && c.Reason != "" {
			state += " (" + c.Reason + ")"
		}
		break
	}
	return []any{s.Name, service, state, age(s.CreationTimestamp, now)}
}

func flowCells(f *flowcontrol.FlowSchema, now time.Time) []any {
	method, missing := "<none>", "?"
	if m := f.Spec.DistinguisherMethod; m != nil {
		method = string(m.Type)
	}
	for _, c := range f.Status.Conditions {
		if c.Type == flowcontrol.FlowSchemaConditionDangling {
			missing = string(c.Status)
			break
		}
	}
	return []any{f.Name, f.Spec.PriorityLevelConfiguration.Name, int64(f.Spec.MatchingPrecedence), method, age(f.CreationTimestamp, now), missing}
}

func levelCells(l *flowcontrol.PriorityLevelConfiguration, now time.Time) []any {
	var shares, queues, hand, length any = "<none>", "<none>", "<none>", "<none>"
	if limited := l.Spec.Limited; limited != nil {
		shares = int64(valueOr(limited.NominalConcurrencyShares, 0))
		if q := limited.LimitResponse.Queuing; q != nil {
			queues, hand, length = int64(q.Queues), int64(q.HandSize), int64(q.QueueLengthLimit)
		}
	}
	return []any{l.Name, string(l.Spec.Type), shares, queues, hand, length, age(l.CreationTimestamp, now)}
}
