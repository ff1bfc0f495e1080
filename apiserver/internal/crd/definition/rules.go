package definition

import (
	"github.com/pilothouse/pilothouse/apiserver/internal/crd/rules"
	"github.com/pilothouse/pilothouse/apiserver/internal/crd/structural"
	"github.com/pilothouse/pilothouse/proto/field"
)

// validateRules checks that the rules of a schema, which has the faults wrong
// besides, compile and are cheap enough.
func validateRules(r *field.Report, s *structural.Schema, p *field.Path, wrong field.ErrorList) {
	for _, e := range rules.Check(s, p, wrong) {
		r.Add(e)
	}
}
