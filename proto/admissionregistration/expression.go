package admissionregistration

import "github.com/pilothouse/pilothouse/proto/field"

// Use says what an expression is for; it decides its type and what it may
// refer to.
type Use string

// The uses of expressions.
const (
	// UseMatchCondition picks requests.
	UseMatchCondition Use = "MatchCondition"
	// UseValidation judges a request.
	UseValidation Use = "Validation"
	// UseMessage words a refusal.
	UseMessage Use = "Message"
	// UseAuditAnnotation makes a note in the audit log.
	UseAuditAnnotation Use = "AuditAnnotation"
	// UseVariable is referred to by other expressions.
	UseVariable Use = "Variable"
	// UseApplyConfiguration makes fields to set.
	UseApplyConfiguration Use = "ApplyConfiguration"
	// UseJSONPatch makes the operations of a patch.
	UseJSONPatch Use = "JSONPatch"
)

// Expression is a CEL expression in its place.
type Expression struct {
	// Text is the expression.
	Text string
	// Use is what it is for.
	Use Use
	// Params says that it may refer to params.
	Params bool
	// Variables are those that it may refer to.
	Variables []Variable
	// Stored says that the same expression is part of the stored object, so
	// that it is not refused by rules that came later.
	Stored bool
}

// Compile says what is wrong with an expression, in the words of the error's
// detail; empty when it is sound. CEL is no part of this module, so whoever has
// a compiler sets it, before anything is validated. Without one, every
// expression is taken for sound.
var Compile func(e Expression) string

// checkExpression compiles e; the error shows shown.
func checkExpression(r *field.Report, p *field.Path, e Expression, shown string) {
	if Compile == nil {
		return
	}
	if detail := Compile(e); detail != "" {
		r.Invalid(p, shown, detail)
	}
}
