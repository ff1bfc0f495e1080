package definition

import (
	"github.com/pilothouse/pilothouse/apiserver/internal/crd/rules"
	"github.com/pilothouse/pilothouse/apiserver/internal/crd/structural"
	"github.com/pilothouse/pilothouse/proto/field"
)

// validateRules checks that the rules of a schema compile and are cheap enough.
func validateRules(r *field.Report, s *structural.Schema, p *field.Path) {
	r.Add(rules.Check(s, p)...)
}
