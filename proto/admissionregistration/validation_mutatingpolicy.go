package admissionregistration

import (
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateMutatingAdmissionPolicy checks a policy that is created.
func ValidateMutatingAdmissionPolicy(o *MutatingAdmissionPolicy) field.ErrorList {
	var r field.Report
	meta.ValidatePlainMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkMutatingPolicy(&r, &o.Spec, nil, field.New("spec"))
	return r.Errors
}

// ValidateMutatingAdmissionPolicyUpdate checks a change.
func ValidateMutatingAdmissionPolicyUpdate(o, old *MutatingAdmissionPolicy) field.ErrorList {
	var r field.Report
	checkMutatingPolicy(&r, &o.Spec, &old.Spec, field.New("spec"))
	meta.ValidatePlainMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

func checkMutatingPolicy(r *field.Report, s, old *MutatingAdmissionPolicySpec, p *field.Path) {
	checkFailurePolicy(r, s.FailurePolicy, p)
	checkParamKind(r, s.ParamKind, p.Child("paramKind"))
	checkConstraints(r, s.MatchConstraints, p.Child("matchConstraints"))
	if s.MatchConstraints != nil {
		checkMutable(r, s.MatchConstraints.ResourceRules, p.Child("matchConstraints"))
	}
	stored := storedMutations(old)
	if old == nil || !meta.Equal(s.ParamKind, old.ParamKind) || !meta.Equal(s.MatchConditions, old.MatchConditions) {
		checkConditions(r, s.MatchConditions, s.ParamKind != nil, stored, p.Child("matchConditions"))
	}
	e := Expression{Params: s.ParamKind != nil}
	e.Variables = checkVariables(r, s.Variables, e, stored, p.Child("variables"))
	if len(s.Mutations) == 0 {
		r.Required(p.Child("mutations"), "mutations must contain at least one item")
	}
	for i := range s.Mutations {
		checkMutation(r, &s.Mutations[i], e, stored, p.Child("mutations").Index(i))
	}
	field.OneOf(r, p.Child("reinvocationPolicy"), s.ReinvocationPolicy, IfNeededReinvocationPolicy, NeverReinvocationPolicy)
}

// storedMutations are the expressions of the policy as it is stored.
func storedMutations(s *MutatingAdmissionPolicySpec) map[string]bool {
	texts := map[string]bool{}
	if s == nil {
		return texts
	}
	for _, c := range s.MatchConditions {
		texts[c.Expression] = true
	}
	for _, m := range s.Mutations {
		if m.ApplyConfiguration != nil {
			texts[m.ApplyConfiguration.Expression] = true
		}
		if m.JSONPatch != nil {
			texts[m.JSONPatch.Expression] = true
		}
	}
	return texts
}

// checkMutable wants operations that have an object to change.
func checkMutable(r *field.Report, rules []NamedRuleWithOperations, p *field.Path) {
	for i := range rules {
		for j := range rules[i].Operations {
			oneOf(r, p.Child("resourceRules", "operations"), &rules[i].Operations[j], OperationAll, Connect, Create, Update)
		}
	}
}

func checkMutation(r *field.Report, m *Mutation, e Expression, stored map[string]bool, p *field.Path) {
	apply, patch := p.Child("applyConfiguration"), p.Child("jsonPatch")
	switch m.PatchType {
	case PatchTypeJSONPatch:
		if m.JSONPatch == nil {
			r.Required(patch, "must be specified when patchType is JSONPatch")
		} else {
			e.Use = UseJSONPatch
			checkChange(r, m.JSONPatch.Expression, e, stored, patch.Child("expression"))
		}
		if m.ApplyConfiguration != nil {
			r.Invalid(apply, "{applyConfiguration}", "must not be specified when patchType is JSONPatch")
		}
	case PatchTypeApplyConfiguration:
		if m.ApplyConfiguration == nil {
			r.Required(apply, "must be specified when patchType is ApplyConfiguration")
		} else {
			e.Use = UseApplyConfiguration
			checkChange(r, m.ApplyConfiguration.Expression, e, stored, apply.Child("expression"))
		}
		if m.JSONPatch != nil {
			r.Invalid(patch, "{jsonPatch}", "must not be specified when patchType is ApplyConfiguration")
		}
	default:
		field.OneOf(r, p.Child("patchType"), m.PatchType, PatchTypeApplyConfiguration, PatchTypeJSONPatch)
	}
}

func checkChange(r *field.Report, text string, e Expression, stored map[string]bool, p *field.Path) {
	e.Text, e.Stored = strings.TrimSpace(text), stored[text]
	if e.Text == "" {
		r.Required(p, "")
		return
	}
	checkExpression(r, p, e, e.Text)
}
