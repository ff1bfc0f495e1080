package admissionregistration

import (
	"slices"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateValidatingAdmissionPolicyBinding checks a binding that is created.
func ValidateValidatingAdmissionPolicyBinding(o *ValidatingAdmissionPolicyBinding) field.ErrorList {
	var r field.Report
	meta.ValidatePlainMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkValidatingBinding(&r, &o.Spec, field.New("spec"))
	return r.Errors
}

// ValidateValidatingAdmissionPolicyBindingUpdate checks a change.
func ValidateValidatingAdmissionPolicyBindingUpdate(o, old *ValidatingAdmissionPolicyBinding) field.ErrorList {
	var r field.Report
	checkValidatingBinding(&r, &o.Spec, field.New("spec"))
	meta.ValidatePlainMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

// ValidateMutatingAdmissionPolicyBinding checks a binding that is created.
func ValidateMutatingAdmissionPolicyBinding(o *MutatingAdmissionPolicyBinding) field.ErrorList {
	var r field.Report
	meta.ValidatePlainMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkMutatingBinding(&r, &o.Spec, field.New("spec"))
	return r.Errors
}

// ValidateMutatingAdmissionPolicyBindingUpdate checks a change.
func ValidateMutatingAdmissionPolicyBindingUpdate(o, old *MutatingAdmissionPolicyBinding) field.ErrorList {
	var r field.Report
	checkMutatingBinding(&r, &o.Spec, field.New("spec"))
	meta.ValidatePlainMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

func checkValidatingBinding(r *field.Report, s *ValidatingAdmissionPolicyBindingSpec, p *field.Path) {
	checkBinding(r, s.PolicyName, s.ParamRef, s.MatchResources, p)
	p = p.Child("validationActions")
	again := field.Repeats(s.ValidationActions)
	for i := range s.ValidationActions {
		oneOf(r, p.Index(i), &s.ValidationActions[i], Audit, Deny, Warn)
		if again(i) {
			r.Duplicate(p.Index(i), s.ValidationActions[i])
		}
	}
	if slices.Contains(s.ValidationActions, Deny) && slices.Contains(s.ValidationActions, Warn) {
		r.Invalid(p, s.ValidationActions, "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)")
	}
	if len(s.ValidationActions) == 0 {
		r.Required(p, "at least one validation action is required")
	}
}

func checkMutatingBinding(r *field.Report, s *MutatingAdmissionPolicyBindingSpec, p *field.Path) {
	checkBinding(r, s.PolicyName, s.ParamRef, s.MatchResources, p)
	if s.MatchResources != nil {
		checkMutable(r, s.MatchResources.ResourceRules, p.Child("matchResources"))
	}
}

func checkBinding(r *field.Report, policy string, params *ParamRef, m *MatchResources, p *field.Path) {
	if policy == "" {
		r.Required(p.Child("policyName"), "")
	} else {
		r.Each(p.Child("policyName"), policy, meta.IsDNS1123Subdomain(policy))
	}
	if params != nil {
		checkParamRef(r, params, p.Child("paramRef"))
	}
	if m != nil {
		checkMatchResources(r, m, p.Child("matchResources"))
	}
}

func checkParamRef(r *field.Report, params *ParamRef, p *field.Path) {
	both := params.Name != "" && params.Selector != nil
	if params.Name != "" {
		r.Each(p.Child("name"), params.Name, meta.IsPathSegment(params.Name))
	}
	if both {
		r.Forbidden(p.Child("name"), "name and selector are mutually exclusive")
	}
	meta.ValidateLabelSelector(r, params.Selector, p.Child("selector"))
	if both {
		r.Forbidden(p.Child("selector"), "name and selector are mutually exclusive")
	}
	if params.Name == "" && params.Selector == nil {
		r.Required(p, "one of name or selector must be specified")
	}
	if a := params.ParameterNotFoundAction; a == nil || *a == "" {
		r.Required(p.Child("parameterNotFoundAction"), "")
	} else {
		oneOf(r, p.Child("parameterNotFoundAction"), a, DenyAction, AllowAction)
	}
}
