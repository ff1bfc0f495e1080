package policy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	jsonpatch "gopkg.in/evanphx/json-patch.v4"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/admission/match"
	"github.com/pilothouse/pilothouse/apiserver/internal/cel"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// Mutate lets all policies change what is written, each seeing what those before
// it have done. The error is the Status to answer.
func (m *Mutators) Mutate(ctx context.Context, r *admission.Request) error {
	mutators := *m.index.Now()
	if len(mutators) == 0 || r.Object == nil || r.Call == nil || match.Exempt(r) {
		return nil
	}
	select {
	case <-m.serving:
	default:
		return nil
	}
	rounds, _ := r.Rounds.Policies.(*match.Rounds)
	if rounds == nil {
		rounds = match.NewRounds()
		r.Rounds.Policies = rounds
	}
	if r.Rounds.Second {
		now, err := codec.EncodeJSON(r.Object)
		if err != nil {
			return err
		}
		rounds.Found(now)
	}
	x := &mutation{judgement: judgement{view: m.view, ctx: ctx, r: r}, rounds: rounds}
	for _, d := range mutators {
		if err := x.policy(d); err != nil {
			return err
		}
	}
	if x.refusal != nil || r.Rounds.Second {
		return x.refusal
	}
	left, err := codec.EncodeJSON(r.Object)
	if err != nil {
		return err
	}
	rounds.Left(left)
	return nil
}

// mutation is one request before the policies that may change it.
type mutation struct {
	judgement
	rounds *match.Rounds
}

// fault is what becomes of a policy that cannot be run: refused, unless it says
// that faults are to be passed over.
func (x *mutation) fault(d *mutator, b *mutatorBinding, err error) {
	if d.ignore || x.refusal != nil {
		return
	}
	message := fmt.Sprintf("policy '%s' denied request: %v", d.name, err)
	if b != nil {
		message = fmt.Sprintf("policy '%s' with binding '%s' denied request: %v", d.name, b.name, err)
	}
	e := admission.Forbidden(x.r, message)
	e.Status.Reason, e.Status.Code = meta.StatusReasonInvalid, http.StatusUnprocessableEntity
	e.Status.Details.Causes = append(e.Status.Details.Causes, meta.StatusCause{Message: message})
	x.refusal = e
}

// policy runs one policy with all its bindings. The error ends the request.
func (x *mutation) policy(d *mutator) error {
	f, err := d.where.finds(x.ctx, x.r, x.view)
	if f == nil && err == nil {
		return nil
	}
	var kind *match.Stored
	if err == nil {
		kind, err = x.paramKind(d.params)
	}
	if err != nil {
		x.fault(d, nil, fmt.Errorf("failed to configure policy: %w", err))
		return nil
	}
	for _, b := range d.bindings {
		at, err := b.where.finds(x.ctx, x.r, x.view)
		if at == nil && err == nil {
			continue
		}
		var params []any
		if err == nil {
			params, err = x.params(kind, b.ref)
		}
		if err != nil {
			x.fault(d, b, fmt.Errorf("failed to configure binding: %w", err))
			continue
		}
		for i, param := range params {
			if err := x.invoke(d, b, fmt.Sprint(d.name, "/", b.name, "/", i), *f, param); err != nil {
				return err
			}
		}
	}
	return nil
}

// invoke makes a policy's changes with one parameter. The error ends the
// request.
func (x *mutation) invoke(d *mutator, b *mutatorBinding, id string, f match.Form, param any) error {
	if x.r.Rounds.Second && !x.rounds.Again(id) {
		return nil
	}
	s := match.Show(x.r, f)
	budget := cel.NewBudget(budget)
	changed := false
	for i := range d.changes {
		values, err := x.judgement.variables(f, param)
		if err != nil {
			return err
		}
		if i == 0 && !d.conditions.Empty() {
			ok, err := d.conditions.Hold(x.ctx, withoutNamespace(values))
			if err != nil {
				x.fault(d, b, err)
			}
			if !ok || err != nil {
				return nil
			}
		}
		values["variables"] = &variables{ctx: x.ctx, compiled: d.variables, values: values, budget: budget, known: map[string]ref.Val{}}
		did, err := d.changes[i].make(x.ctx, s, values, budget)
		if err != nil {
			x.fault(d, b, err)
			continue
		}
		if did {
			changed = true
			x.shown, x.values = nil, nil // the object is another one
		}
	}
	if changed {
		x.rounds.Changed()
		x.r.Rounds.Changed = true
	}
	if d.again {
		x.rounds.Asked(id)
	}
	return nil
}

// make evaluates the expression and makes the change that comes out.
func (c *change) make(ctx context.Context, s *match.Shown, values cel.Values, b *cel.Budget) (changed bool, err error) {
	got, err := c.Eval(ctx, values, b)
	if err != nil {
		return false, err
	}
	before, err := s.Object()
	if err != nil {
		return false, err
	}
	var after []byte
	if c.apply {
		after, err = applied(s, before, got)
	} else {
		after, err = patched(before, got)
	}
	if err != nil || bytes.Equal(before, after) {
		return false, err
	}
	return s.Replace(after)
}

// applied is the object with the fields that an expression has made.
func applied(s *match.Shown, before []byte, got any) ([]byte, error) {
	o, ok := got.(*cel.Made)
	if !ok {
		return nil, fmt.Errorf("unsupported return type from ApplyConfiguration expression: %T", got)
	}
	if err := o.CheckNames(); err != nil {
		return nil, fmt.Errorf("type mismatch: %w", err)
	}
	fields, err := o.JSON()
	if err != nil {
		return nil, err
	}
	fields["apiVersion"], fields["kind"] = s.As.Kind.APIVersion(), s.As.Kind.Kind
	config, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	out, err := s.Call.Merge(before, config, s.As.Kind)
	if err != nil {
		return nil, fmt.Errorf("error applying patch: %w", err)
	}
	return out, nil
}

// patched is the object after the operations that an expression has made. One
// of them that tests and fails leaves it as it is.
func patched(before []byte, got any) ([]byte, error) {
	list, ok := got.(traits.Lister)
	if !ok {
		return nil, errors.New("type mismatch: JSONPatchType.expression should evaluate to array")
	}
	operations := []map[string]any{}
	for i := list.Iterator(); i.HasNext() == types.True; {
		o, ok := i.Next().(*cel.Made)
		if !ok {
			return nil, errors.New("type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch")
		}
		fields, err := o.JSON()
		if err != nil {
			return nil, err
		}
		operations = append(operations, fields)
	}
	if len(operations) == 0 {
		return before, nil
	}
	text, err := json.Marshal(operations)
	if err != nil {
		return nil, err
	}
	p, err := jsonpatch.DecodePatch(text)
	if err != nil {
		return nil, fmt.Errorf("JSON Patch: %w", err)
	}
	out, err := p.Apply(before)
	if errors.Is(err, jsonpatch.ErrTestFailed) {
		return before, nil
	}
	if err != nil {
		return nil, fmt.Errorf("JSON Patch: %w", err)
	}
	return out, nil
}
