package rules

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/cel-go/common/types"

	"github.com/pilothouse/pilothouse/apiserver/internal/cel"
	"github.com/pilothouse/pilothouse/apiserver/internal/crd/structural"
	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/jsonwire"
)

// maxMessage bounds what a message expression may say.
const maxMessage = 5120

// Validate runs the rules on v, and on what was there before where that is
// known: old is only looked at when it says so. Rules of values that did not
// change are left out, unless they compare.
func (n *Node) Validate(ctx context.Context, v, old any, hasOld bool) field.ErrorList {
	if n == nil {
		return nil
	}
	w := &walk{ctx: ctx, budget: cel.NewBudget(cel.PerObject)}
	w.node(n, nil, v, old, hasOld)
	return w.errs
}

// walk goes over an object.
type walk struct {
	ctx    context.Context
	budget *cel.Budget
	errs   field.ErrorList
	over   bool // the budget is used up
}

func (w *walk) node(n *Node, p *field.Path, v, old any, hasOld bool) {
	if n == nil || w.over || v == nil {
		return
	}
	same := hasOld && len(n.rules) > 0 && structural.Equal(v, old)
	for _, r := range n.rules {
		if w.over {
			return
		}
		if r.transition && !hasOld || same && !r.program.Uses("oldSelf") {
			continue
		}
		w.rule(n, r, p, v, old, hasOld)
	}
	switch v := v.(type) {
	case map[string]any:
		w.fields(n, p, v, old, hasOld)
	case []any:
		w.items(n, p, v, old, hasOld)
	}
}

func (w *walk) fields(n *Node, p *field.Path, v map[string]any, old any, hasOld bool) {
	if n.properties == nil && n.additional == nil {
		return
	}
	before, _ := old.(map[string]any)
	var room [16]string
	for _, name := range jsonwire.SortedKeys(v, room[:0]) {
		o, has := before[name]
		if c := n.properties[name]; c != nil {
			w.node(c, p.Child(name), v[name], o, has)
		} else if n.additional != nil && n.schema.Properties[name] == nil {
			w.node(n.additional, p.Key(name), v[name], o, has)
		}
	}
}

// items finds for each item of a map list the one that it was; items of other
// lists have no past.
func (w *walk) items(n *Node, p *field.Path, v []any, old any, hasOld bool) {
	if n.items == nil {
		return
	}
	var before []any
	if hasOld && n.schema.ListType == "map" {
		before, _ = old.([]any)
	}
	l := &listVal{nil, n.schema}
	for i, x := range v {
		var was any
		found := false
		for _, b := range before {
			if structural.Equal(l.key(b), l.key(x)) {
				was, found = b, true
				break
			}
		}
		w.node(n.items, p.Index(i), x, was, found)
	}
}

func (w *walk) rule(n *Node, r *rule, p *field.Path, v, old any, hasOld bool) {
	values := cel.Values{"self": val(v, n.schema)}
	if r.OptionalOldSelf != nil && *r.OptionalOldSelf {
		values["oldSelf"] = types.OptionalNone
		if hasOld {
			values["oldSelf"] = types.OptionalOf(val(old, n.schema))
		}
	} else if hasOld {
		values["oldSelf"] = val(old, n.schema)
	}
	out, err := r.program.Eval(w.ctx, values, w.budget)
	typ := n.schema.Type
	switch {
	case errors.Is(err, cel.ErrBudget):
		w.over = true
		w.errs = append(w.errs, field.Invalid(p, typ, err.Error()))
		return
	case errors.Is(err, cel.ErrCost):
		w.over = true
		w.errs = append(w.errs, field.Invalid(p, typ, fmt.Sprintf("'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: %s", r.name())))
		return
	case err != nil && strings.HasPrefix(err.Error(), "no such overload"):
		w.errs = append(w.errs, field.Invalid(p, typ, fmt.Sprintf("'%v': call arguments did not match a supported operator, function or macro signature for rule: %s", err, r.name())))
		return
	case err != nil:
		w.errs = append(w.errs, field.Invalid(p, typ, fmt.Sprintf("%v evaluating rule: %s", err, r.name())))
		return
	}
	if out == types.True {
		return
	}
	w.errs = append(w.errs, r.broken(below(p, r.path), typ, w.words(r, values)))
}

// name is how a rule is spoken of when it cannot be run.
func (r *rule) name() string {
	if r.Message != "" {
		return strings.TrimSpace(r.Message)
	}
	return strings.TrimSpace(r.Rule)
}

// words are what is told when a rule is broken.
func (w *walk) words(r *rule, values cel.Values) string {
	if r.message != nil {
		out, err := r.message.Eval(w.ctx, values, w.budget)
		if s, ok := out.(types.String); err == nil && ok {
			if t := strings.TrimSpace(string(s)); t != "" && len(t) <= maxMessage && !strings.ContainsAny(t, "\r\n") {
				return t
			}
		}
		w.over = w.over || errors.Is(err, cel.ErrBudget)
	}
	if r.Message != "" {
		return strings.TrimSpace(r.Message)
	}
	return "failed rule: " + strings.TrimSpace(r.Rule)
}

// broken is the error of the kind that the rule asks for.
func (r *rule) broken(p *field.Path, typ, words string) *field.Error {
	if r.Reason != nil {
		switch *r.Reason {
		case apiextensions.FieldValueForbidden:
			return field.Forbidden(p, words)
		case apiextensions.FieldValueRequired:
			return field.Required(p, words)
		case apiextensions.FieldValueDuplicate:
			return field.Duplicate(p, typ)
		}
	}
	return field.Invalid(p, typ, words)
}
