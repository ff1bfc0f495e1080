package policy

import (
	"context"
	"slices"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission"
	"github.com/pilothouse/pilothouse/apiserver/internal/admission/match"
	"github.com/pilothouse/pilothouse/proto/admissionregistration"
)

// where says which requests a policy or a binding is for.
type where struct {
	*admissionregistration.MatchResources
	selectors match.Selectors
}

// newWhere compiles; nil is everywhere.
func newWhere(m *admissionregistration.MatchResources) where {
	if m == nil {
		return where{}
	}
	return where{m, match.NewSelectors(m.NamespaceSelector, m.ObjectSelector)}
}

// finds is the form in which the request is meant; nil when it is not.
func (w *where) finds(ctx context.Context, r *admission.Request, v *match.View) (*match.Form, error) {
	if w.MatchResources == nil {
		own := match.Own(r)
		return &own, nil
	}
	exact := w.MatchPolicy != nil && *w.MatchPolicy == admissionregistration.Exact
	if form(w.ExcludeResourceRules, r, exact, v) != nil {
		return nil, nil
	}
	own := match.Own(r)
	f := &own
	if len(w.ResourceRules) > 0 {
		if f = form(w.ResourceRules, r, exact, v); f == nil {
			return nil, nil
		}
	}
	ok, err := w.selectors.Match(ctx, r, v)
	if !ok || err != nil {
		return nil, err
	}
	return f, nil
}

func form(rules []admissionregistration.NamedRuleWithOperations, r *admission.Request, exact bool, v *match.View) *match.Form {
	return match.Find(len(rules), func(i int, t match.Target) bool {
		names := rules[i].ResourceNames
		return match.Rule(&rules[i].RuleWithOperations, t, r) && (len(names) == 0 || slices.Contains(names, r.Name))
	}, r, exact, v.Forms)
}
