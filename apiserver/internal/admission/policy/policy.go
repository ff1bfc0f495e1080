// Package policy judges writes by the policies that users have bound, rules in
// CEL that are checked after validation, and before that lets others of them
// change what is written. A policy says what is to hold and where,
// its bindings say with which parameters and what happens when it does not.
//
// mutators.go keeps the policies that change objects and mutate.go runs them;
// policy.go keeps those that judge, decide.go goes through it for one request,
// evaluate.go runs the expressions of one policy, params.go finds parameters,
// compile.go and variables.go are about the expressions themselves, and
// typecheck.go tells authors of mistakes that only some objects would show.
package policy

import (
	"log/slog"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission/match"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/cel"
	"github.com/pilothouse/pilothouse/proto/admissionregistration"
	"github.com/pilothouse/pilothouse/proto/codec"
)

// The tables that policies lie in.
const (
	policyTable  = "validatingadmissionpolicies.admissionregistration.k8s.io"
	bindingTable = "validatingadmissionpolicybindings.admissionregistration.k8s.io"
)

// Policies are those that are bound.
type Policies struct {
	view    *match.View
	serving <-chan struct{}
	log     *slog.Logger
	index   *match.Index[[]*policy]
}

// New reads the policies from the view's cache. Nothing is judged before serving
// is closed: what the server writes until then is its own.
func New(view *match.View, serving <-chan struct{}, log *slog.Logger) *Policies {
	p := &Policies{view: view, serving: serving, log: log}
	p.index = match.NewIndex(view.Cache, p.compile, policyTable, bindingTable)
	return p
}

// policy is a policy with its bindings, compiled.
type policy struct {
	name     string
	spec     *admissionregistration.ValidatingAdmissionPolicySpec
	where    where
	bindings []*binding
	// ignore says that expressions that fail are passed over.
	ignore      bool
	conditions  match.Conditions
	variables   map[string]match.Expression
	validations []validation
	annotations []match.Expression
}

// validation is one rule with its message.
type validation struct {
	*admissionregistration.Validation
	rule    match.Expression
	message *match.Expression
}

// binding is one binding.
type binding struct {
	name  string
	spec  *admissionregistration.ValidatingAdmissionPolicyBindingSpec
	where where
}

// compile makes the policies that have bindings, in the order of their names;
// the others judge nothing.
func (p *Policies) compile(objects []*cache.Object) []*policy {
	bindings := map[string][]*binding{}
	var stored []*admissionregistration.ValidatingAdmissionPolicy
	for _, o := range objects {
		var err error
		if o.Kind() == "ValidatingAdmissionPolicy" {
			d := &admissionregistration.ValidatingAdmissionPolicy{}
			err = codec.DecodeJSON(o.JSON(), d)
			stored = append(stored, d)
		} else {
			b := &admissionregistration.ValidatingAdmissionPolicyBinding{}
			err = codec.DecodeJSON(o.JSON(), b)
			bindings[b.Spec.PolicyName] = append(bindings[b.Spec.PolicyName],
				&binding{b.Name, &b.Spec, newWhere(b.Spec.MatchResources)})
		}
		if err != nil {
			p.log.Error("a stored policy cannot be read", "name", o.Name, "error", err)
		}
	}
	var out []*policy
	for _, d := range stored {
		if bound := bindings[d.Name]; len(bound) > 0 {
			out = append(out, newPolicy(d, bound))
		}
	}
	return out
}

func newPolicy(d *admissionregistration.ValidatingAdmissionPolicy, bound []*binding) *policy {
	s := &d.Spec
	p := &policy{name: d.Name, spec: s, where: newWhere(s.MatchConstraints), bindings: bound,
		ignore:     s.FailurePolicy != nil && *s.FailurePolicy == admissionregistration.Ignore,
		conditions: match.NewConditions(s.MatchConditions, s.ParamKind != nil)}
	env, vars, err := environment(s.ParamKind != nil, s.Variables, nil)
	p.variables = vars
	compile := func(text string, u admissionregistration.Use) match.Expression {
		if err != nil {
			return match.Expression{Text: text, Err: err}
		}
		return match.Compile(env, text, wanted(u)...)
	}
	for i := range s.Validations {
		v := validation{Validation: &s.Validations[i]}
		v.rule = compile(v.Expression, admissionregistration.UseValidation)
		if v.MessageExpression != "" {
			m := compile(v.MessageExpression, admissionregistration.UseMessage)
			v.message = &m
		}
		p.validations = append(p.validations, v)
	}
	for i := range s.AuditAnnotations {
		p.annotations = append(p.annotations, compile(s.AuditAnnotations[i].ValueExpression, admissionregistration.UseAuditAnnotation))
	}
	return p
}

// budget is what one policy may cost with one set of parameters.
const budget = cel.PerObject
