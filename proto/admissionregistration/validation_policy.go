package admissionregistration

import (
	"fmt"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Limits of a policy.
const (
	maxAuditAnnotations     = 20
	maxAuditExpressionBytes = 5 << 10
)

// ValidateValidatingAdmissionPolicy checks a policy that is created.
func ValidateValidatingAdmissionPolicy(o *ValidatingAdmissionPolicy) field.ErrorList {
	var r field.Report
	meta.ValidatePlainMeta(&r, &o.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkPolicy(&r, o, nil, field.New("spec"))
	return r.Errors
}

// ValidateValidatingAdmissionPolicyUpdate checks a change.
func ValidateValidatingAdmissionPolicyUpdate(o, old *ValidatingAdmissionPolicy) field.ErrorList {
	var r field.Report
	checkPolicy(&r, o, &old.Spec, field.New("spec"))
	meta.ValidatePlainMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

// ValidateValidatingAdmissionPolicyStatusUpdate checks what the cluster found
// out about a policy.
func ValidateValidatingAdmissionPolicyStatusUpdate(o, old *ValidatingAdmissionPolicy) field.ErrorList {
	var r field.Report
	p := field.New("status")
	if t := o.Status.TypeChecking; t != nil {
		for i := range t.ExpressionWarnings {
			w, p := &t.ExpressionWarnings[i], p.Child("typeChecking", "expressionWarnings").Index(i)
			if w.Warning == "" {
				r.Required(p.Child("warning"), "")
			}
			if strings.TrimSpace(w.FieldRef) == "" {
				r.Required(p.Child("fieldRef"), "")
			}
		}
	}
	meta.ValidateConditions(&r, o.Status.Conditions, p.Child("conditions"))
	meta.ValidatePlainMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	return r.Errors
}

func checkPolicy(r *field.Report, o *ValidatingAdmissionPolicy, old *ValidatingAdmissionPolicySpec, p *field.Path) {
	s := &o.Spec
	checkFailurePolicy(r, s.FailurePolicy, p)
	checkParamKind(r, s.ParamKind, p.Child("paramKind"))
	checkConstraints(r, s.MatchConstraints, p.Child("matchConstraints"))
	stored := storedTexts(old)
	if old == nil || !meta.Equal(s.ParamKind, old.ParamKind) || !meta.Equal(s.MatchConditions, old.MatchConditions) {
		checkConditions(r, s.MatchConditions, s.ParamKind != nil, stored, p.Child("matchConditions"))
	}
	e := Expression{Params: s.ParamKind != nil}
	e.Variables = checkVariables(r, s.Variables, e, stored, p.Child("variables"))
	if len(s.Validations) == 0 && len(s.AuditAnnotations) == 0 {
		r.Required(p.Child("validations"), "validations or auditAnnotations must contain at least one item")
		r.Required(p.Child("auditAnnotations"), "validations or auditAnnotations must contain at least one item")
		return
	}
	for i := range s.Validations {
		checkValidation(r, &s.Validations[i], e, stored, p.Child("validations").Index(i))
	}
	notes := p.Child("auditAnnotations")
	if len(s.AuditAnnotations) > maxAuditAnnotations {
		r.Invalid(notes, s.AuditAnnotations, fmt.Sprintf("must not have more than %d auditAnnotations", maxAuditAnnotations))
	}
	keys := map[string]bool{}
	for i := range s.AuditAnnotations {
		a := &s.AuditAnnotations[i]
		checkAuditAnnotation(r, o.Name, a, e, stored, notes.Index(i))
		if keys[a.Key] {
			r.Duplicate(notes.Index(i).Child("key"), a.Key)
		}
		keys[a.Key] = true
	}
}

// storedTexts are the expressions of the policy as it is stored.
func storedTexts(s *ValidatingAdmissionPolicySpec) map[string]bool {
	texts := map[string]bool{}
	if s == nil {
		return texts
	}
	for _, c := range s.MatchConditions {
		texts[c.Expression] = true
	}
	for _, v := range s.Validations {
		texts[v.Expression], texts[v.MessageExpression] = true, true
	}
	for _, a := range s.AuditAnnotations {
		texts[a.ValueExpression] = true
	}
	for _, v := range s.Variables {
		texts[v.Expression] = true
	}
	return texts
}

func checkFailurePolicy(r *field.Report, f *FailurePolicyType, p *field.Path) {
	if f == nil {
		r.Required(p.Child("failurePolicy"), "")
	}
	oneOf(r, p.Child("failurePolicy"), f, Fail, Ignore)
}

// checkConstraints wants a policy to say what it is about.
func checkConstraints(r *field.Report, m *MatchResources, p *field.Path) {
	if m == nil {
		r.Required(p, "")
		return
	}
	checkMatchResources(r, m, p)
	if len(m.ResourceRules) == 0 {
		r.Required(p.Child("resourceRules"), "")
	}
}

func checkParamKind(r *field.Report, k *ParamKind, p *field.Path) {
	if k == nil {
		return
	}
	version := p.Child("apiVersion")
	switch strings.Count(k.APIVersion, "/") {
	case 0:
		if k.APIVersion == "" {
			r.Required(version, "")
		} else if errs := meta.IsDNS1035Label(k.APIVersion); len(errs) > 0 {
			r.Invalid(version, k.APIVersion, strings.Join(errs, ","))
		}
	case 1:
		group, v, _ := strings.Cut(k.APIVersion, "/")
		if errs := meta.IsDNS1123Subdomain(group); group != "" && len(errs) > 0 {
			r.Invalid(version, group, strings.Join(errs, ","))
		}
		if v == "" {
			r.Invalid(version, k.APIVersion, "version must be specified")
		} else if errs := meta.IsDNS1035Label(v); len(errs) > 0 {
			r.Invalid(version, v, strings.Join(errs, ","))
		}
	default:
		r.Invalid(version, k.APIVersion, "unexpected GroupVersion string: "+k.APIVersion)
	}
	if k.Kind == "" {
		r.Required(p.Child("kind"), "")
	} else if errs := meta.IsDNS1035Label(strings.ToLower(k.Kind)); len(errs) > 0 {
		r.Invalid(p.Child("kind"), k.Kind, "may have mixed case, but should otherwise match: "+strings.Join(errs, ","))
	}
}

func checkValidation(r *field.Report, v *Validation, e Expression, stored map[string]bool, p *field.Path) {
	if strings.TrimSpace(v.Expression) == "" {
		r.Required(p.Child("expression"), "expression is not specified")
	} else {
		e.Text, e.Use, e.Stored = v.Expression, UseValidation, stored[v.Expression]
		checkExpression(r, p.Child("expression"), e, e.Text)
	}
	if v.MessageExpression != "" && strings.TrimSpace(v.MessageExpression) == "" {
		r.Invalid(p.Child("messageExpression"), v.MessageExpression, "must be non-empty if specified")
	} else if v.MessageExpression != "" {
		e.Text, e.Use, e.Stored = v.MessageExpression, UseMessage, stored[v.MessageExpression]
		checkExpression(r, p.Child("messageExpression"), e, e.Text)
	}
	if message := strings.TrimSpace(v.Message); v.Message != "" && message == "" {
		r.Invalid(p.Child("message"), v.Message, "message must be non-empty if specified")
	} else if strings.ContainsAny(message, "\n\r") {
		r.Invalid(p.Child("message"), v.Message, "message must not contain line breaks")
	}
	oneOf(r, p.Child("reason"), v.Reason, meta.StatusReasonForbidden, meta.StatusReasonInvalid, meta.StatusReasonRequestEntityTooLarge)
}

func checkAuditAnnotation(r *field.Report, policy string, a *AuditAnnotation, e Expression, stored map[string]bool, p *field.Path) {
	if policy == "" {
		r.Invalid(p.Child("key"), a.Key, "requires metadata.name be non-empty")
	} else {
		r.Each(p.Child("key"), policy+"/"+a.Key, meta.IsQualifiedName(policy+"/"+a.Key))
	}
	p = p.Child("valueExpression")
	switch text := strings.TrimSpace(a.ValueExpression); {
	case text == "":
		r.Required(p, "valueExpression is not specified")
	case len(text) > maxAuditExpressionBytes:
		r.Required(p, fmt.Sprintf("must not exceed %d bytes in length", maxAuditExpressionBytes))
	default:
		e.Text, e.Use, e.Stored = text, UseAuditAnnotation, stored[a.ValueExpression]
		checkExpression(r, p, e, a.ValueExpression)
	}
}
