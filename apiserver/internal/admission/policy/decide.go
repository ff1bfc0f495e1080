package policy

import (
	"context"
	"fmt"
	"net/http"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/admission/match"
	"github.com/pilothouse/pilothouse/apiserver/internal/cel"
	"github.com/pilothouse/pilothouse/proto/admissionregistration"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// denial is a no: from a rule, or because a policy cannot be asked.
type denial struct {
	binding string
	message string
	reason  meta.StatusReason
}

// Validate judges a request by all policies. The error is the Status to answer.
func (p *Policies) Validate(ctx context.Context, r *admission.Request) error {
	policies := *p.index.Now()
	if len(policies) == 0 || match.Exempt(r) {
		return nil
	}
	select {
	case <-p.serving:
	default:
		return nil
	}
	j := &judgement{view: p.view, ctx: ctx, r: r}
	for _, d := range policies {
		if err := j.policy(d); err != nil {
			return err
		}
	}
	return j.refusal
}

// judgement is one request before the policies.
type judgement struct {
	view    *match.View
	ctx     context.Context
	r       *admission.Request
	shown   []*match.Shown
	values  []cel.Values
	space   any // the namespace as expressions see it
	looked  bool
	refusal error // the first no
}

// deny notes a no. All policies are asked, for their warnings, and the first
// that says no has the word.
func (j *judgement) deny(d *policy, n denial) {
	if j.refusal != nil {
		return
	}
	message := fmt.Sprintf("ValidatingAdmissionPolicy '%s' denied request: %s", d.name, n.message)
	if n.binding != "" {
		message = fmt.Sprintf("ValidatingAdmissionPolicy '%s' with binding '%s' denied request: %s", d.name, n.binding, n.message)
	}
	e := admission.Forbidden(j.r, message)
	e.Status.Reason = n.reason
	if n.reason == "" {
		e.Status.Reason = meta.StatusReasonInvalid
	}
	e.Status.Code = int32(code(e.Status.Reason))
	e.Status.Details.Causes = append(e.Status.Details.Causes, meta.StatusCause{Message: message})
	j.refusal = e
}

func code(r meta.StatusReason) int {
	switch r {
	case meta.StatusReasonForbidden:
		return http.StatusForbidden
	case meta.StatusReasonUnauthorized:
		return http.StatusUnauthorized
	case meta.StatusReasonRequestEntityTooLarge:
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusUnprocessableEntity
}

// misconfigured is what becomes of a policy that cannot be asked.
func (j *judgement) misconfigured(d *policy, b *binding, err error) {
	switch {
	case d.ignore:
	case b == nil:
		j.deny(d, denial{message: "failed to configure policy: " + err.Error()})
	default:
		j.deny(d, denial{binding: b.name, message: "failed to configure binding: " + err.Error()})
	}
}

// policy asks one policy. The error ends the request.
func (j *judgement) policy(d *policy) error {
	f, err := d.where.finds(j.ctx, j.r, j.view)
	if err != nil {
		j.misconfigured(d, nil, err)
		return nil
	}
	if f == nil {
		return nil
	}
	kind, err := j.paramKind(d.spec.ParamKind)
	if err != nil {
		j.misconfigured(d, nil, err)
		return nil
	}
	for _, b := range d.bindings {
		at, err := b.where.finds(j.ctx, j.r, j.view)
		if err != nil {
			j.misconfigured(d, b, err)
			continue
		}
		if at == nil {
			continue
		}
		params, err := j.params(kind, b.spec.ParamRef)
		if err != nil {
			j.misconfigured(d, b, err)
			continue
		}
		for _, param := range params {
			values, err := j.variables(*f, param)
			if err != nil {
				return err
			}
			j.act(d, b, d.evaluate(j.ctx, values))
		}
	}
	return nil
}

// act does what the binding says about what the policy found.
func (j *judgement) act(d *policy, b *binding, found []finding) {
	for _, f := range found {
		if f.always { // An audit annotation that failed.
			j.deny(d, denial{binding: b.name, message: f.message})
			continue
		}
		for _, a := range b.spec.ValidationActions {
			switch a {
			case admissionregistration.Deny:
				j.deny(d, denial{b.name, f.message, f.reason})
			case admissionregistration.Warn:
				if j.r.Call != nil {
					j.r.Call.Warn(fmt.Sprintf("Validation failed for ValidatingAdmissionPolicy '%s' with binding '%s': %s", d.name, b.name, f.message))
				}
			}
		}
	}
}

// variables are the values for the request in a form with one parameter.
func (j *judgement) variables(f match.Form, param any) (cel.Values, error) {
	if !j.looked {
		j.looked = true
		if j.r.Namespace != "" && !(j.r.Resource.Name == "namespaces" && j.r.Resource.Group == "") {
			ns, err := j.view.Namespace(j.ctx, j.r.Namespace)
			if err != nil {
				return nil, err
			}
			j.space = match.NamespaceValue(ns)
		}
	}
	var base cel.Values
	for i, s := range j.shown {
		if s.As.Target == f.Target {
			base = j.values[i]
		}
	}
	if base == nil {
		s := match.Show(j.r, f)
		base = j.view.Values(j.ctx, s)
		j.shown, j.values = append(j.shown, s), append(j.values, base)
	}
	// What is lazy is made in the base, once for all policies.
	out := make(cel.Values, len(base)+2)
	for k := range base {
		out[k] = func() any {
			v, _ := base.ResolveName(k)
			return v
		}
	}
	out["namespaceObject"], out["params"] = j.space, param
	return out, nil
}
