package definition

import (
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd/rules"
	"github.com/pilothouse/pilothouse/apiserver/internal/crd/structural"
	"github.com/pilothouse/pilothouse/proto/field"
)

// validateRules checks that the rules of a schema compile and are cheap enough.
// Rules about a value in whose schema something else is wrong are left out: what
// they would be told of could only follow from it.
func validateRules(r *field.Report, s *structural.Schema, p *field.Path, wrong field.ErrorList) {
	for _, e := range rules.Check(s, p) {
		at, _, _ := strings.Cut(e.Field, ".x-kubernetes-validations")
		if !slices.ContainsFunc(wrong, func(w *field.Error) bool { return strings.HasPrefix(w.Field, at) }) {
			r.Add(e)
		}
	}
}
