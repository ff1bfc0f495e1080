package policy

import (
	"log/slog"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission/match"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/apiserver/internal/cel"
	"github.com/pilothouse/pilothouse/proto/admissionregistration"
	"github.com/pilothouse/pilothouse/proto/codec"
)

// The tables that mutating policies lie in.
const (
	mutatorTable        = "mutatingadmissionpolicies.admissionregistration.k8s.io"
	mutatorBindingTable = "mutatingadmissionpolicybindings.admissionregistration.k8s.io"
)

// Mutators are the policies that change objects, as far as they are bound.
type Mutators struct {
	view    *match.View
	serving <-chan struct{}
	log     *slog.Logger
	index   *match.Index[[]*mutator]
}

// NewMutators reads the policies from the view's cache. Nothing is changed
// before serving is closed.
func NewMutators(view *match.View, serving <-chan struct{}, log *slog.Logger) *Mutators {
	m := &Mutators{view: view, serving: serving, log: log}
	m.index = match.NewIndex(view.Cache, m.compile, mutatorTable, mutatorBindingTable)
	return m
}

// mutator is a policy with its bindings, compiled.
type mutator struct {
	name     string
	params   *admissionregistration.ParamKind
	where    where
	bindings []*mutatorBinding
	// ignore says that faults are passed over, again that the policy may be run
	// in a second round.
	ignore, again bool
	conditions    match.Conditions
	variables     map[string]match.Expression
	changes       []change
}

// change is one mutation; apply says that it is a configuration and no patch.
type change struct {
	apply bool
	match.Expression
}

// mutatorBinding is one binding.
type mutatorBinding struct {
	name  string
	ref   *admissionregistration.ParamRef
	where where
}

// compile makes the policies that have bindings, in the order of their names.
func (m *Mutators) compile(objects []*cache.Object) []*mutator {
	bindings := map[string][]*mutatorBinding{}
	var stored []*admissionregistration.MutatingAdmissionPolicy
	for _, o := range objects {
		var err error
		if o.Kind() == "MutatingAdmissionPolicy" {
			d := &admissionregistration.MutatingAdmissionPolicy{}
			err = codec.DecodeJSON(o.JSON(), d)
			stored = append(stored, d)
		} else {
			b := &admissionregistration.MutatingAdmissionPolicyBinding{}
			err = codec.DecodeJSON(o.JSON(), b)
			bindings[b.Spec.PolicyName] = append(bindings[b.Spec.PolicyName],
				&mutatorBinding{b.Name, b.Spec.ParamRef, newWhere(b.Spec.MatchResources)})
		}
		if err != nil {
			m.log.Error("a stored policy cannot be read", "name", o.Name, "error", err)
		}
	}
	var out []*mutator
	for _, d := range stored {
		if bound := bindings[d.Name]; len(bound) > 0 {
			out = append(out, newMutator(d, bound))
		}
	}
	return out
}

func newMutator(d *admissionregistration.MutatingAdmissionPolicy, bound []*mutatorBinding) *mutator {
	s := &d.Spec
	m := &mutator{name: d.Name, params: s.ParamKind, where: newWhere(s.MatchConstraints), bindings: bound,
		ignore:     s.FailurePolicy != nil && *s.FailurePolicy == admissionregistration.Ignore,
		again:      s.ReinvocationPolicy == admissionregistration.IfNeededReinvocationPolicy,
		conditions: match.NewConditions(s.MatchConditions, s.ParamKind != nil)}
	env, vars, err := environment(s.ParamKind != nil, s.Variables, nil)
	m.variables = vars
	if err == nil {
		env, err = env.Making()
	}
	compile := func(text string, want *cel.Type) match.Expression {
		if err != nil {
			return match.Expression{Text: text, Err: err}
		}
		return match.Compile(env, text, want)
	}
	for i := range s.Mutations {
		switch x := &s.Mutations[i]; {
		case x.ApplyConfiguration != nil:
			m.changes = append(m.changes, change{true, compile(x.ApplyConfiguration.Expression, cel.MadeObject)})
		case x.JSONPatch != nil:
			m.changes = append(m.changes, change{false, compile(x.JSONPatch.Expression, cel.Patches)})
		}
	}
	return m
}
