package policy

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/pilothouse/pilothouse/apiserver/internal/cel"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// finding is something that does not hold.
type finding struct {
	message string
	reason  meta.StatusReason
	// always says that the request is denied whatever the binding says.
	always bool
}

// maxMessage bounds what a message expression may make, in bytes.
const maxMessage = 5 << 10

// evaluate runs a policy's expressions on one request with one parameter.
func (p *policy) evaluate(ctx context.Context, values cel.Values) []finding {
	if !p.conditions.Empty() {
		ok, err := p.conditions.Hold(ctx, withoutNamespace(values))
		if err != nil {
			return p.failing(err)
		}
		if !ok {
			return nil
		}
	}
	b := cel.NewBudget(budget)
	values["variables"] = &variables{ctx: ctx, compiled: p.variables, values: values, budget: b, known: map[string]ref.Val{}}
	var out []finding
	for i := range p.validations {
		v := &p.validations[i]
		got, err := v.rule.Eval(ctx, values, b)
		switch {
		case err != nil:
			out = append(out, p.failing(err)...)
		case got != types.True:
			out = append(out, v.finding(ctx, values, b))
		}
	}
	for i := range p.annotations {
		a := &p.annotations[i]
		got, err := a.Eval(ctx, values, b)
		if err == nil {
			v, _ := got.(ref.Val)
			if t := v.Type(); t != types.StringType && t != types.NullType {
				err = fmt.Errorf("valueExpression '%v' resulted in unsupported return type: %v. Return type must be either string or null.", a.Text, t)
			}
		}
		if err != nil && !p.ignore {
			out = append(out, finding{message: err.Error(), always: true})
		}
	}
	return out
}

// failing is what an expression that cannot be evaluated comes to.
func (p *policy) failing(err error) []finding {
	if p.ignore {
		return nil
	}
	return []finding{{message: err.Error()}}
}

// withoutNamespace are the values that match conditions see.
func withoutNamespace(values cel.Values) cel.Values {
	out := cel.Values{}
	for k, v := range values {
		out[k] = v
	}
	out["namespaceObject"] = nil
	return out
}

// finding is what is told of a rule that does not hold: what its message
// expression makes, or else its message, or else the rule itself.
func (v *validation) finding(ctx context.Context, values cel.Values, b *cel.Budget) finding {
	f := finding{reason: meta.StatusReasonInvalid}
	if v.Reason != nil {
		f.reason = *v.Reason
	}
	if v.message != nil {
		if got, err := v.message.Eval(ctx, withoutAuthorizer(values), b); err == nil {
			if s, ok := got.(types.String); ok {
				f.message = strings.TrimSpace(string(s))
			}
		}
		if len(f.message) > maxMessage || strings.Contains(f.message, "\n") {
			f.message = ""
		}
	}
	if f.message == "" {
		f.message = strings.TrimSpace(v.Message)
	}
	if f.message == "" {
		f.message = "failed expression: " + strings.TrimSpace(v.Expression)
	}
	return f
}

// withoutAuthorizer are the values that messages are made of: wording a refusal
// asks nobody for permission.
func withoutAuthorizer(values cel.Values) cel.Values {
	out := cel.Values{}
	for k, v := range values {
		out[k] = v
	}
	delete(out, "authorizer")
	delete(out, "authorizer.requestResource")
	return out
}
