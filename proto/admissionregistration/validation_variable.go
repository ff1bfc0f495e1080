package admissionregistration

import (
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
)

// checkVariables checks the variables of a policy, each of which may refer to
// those before it. What it returns are those that other expressions may refer
// to.
func checkVariables(r *field.Report, list []Variable, e Expression, stored map[string]bool, p *field.Path) []Variable {
	if len(list) == 0 {
		return nil
	}
	known := make([]Variable, 0, len(list)) // even empty it says that there are variables
	for i, v := range list {
		p := p.Index(i)
		if strings.TrimSpace(v.Name) == "" {
			r.Required(p.Child("name"), "name is not specified")
		} else if !isIdentifier(v.Name) {
			r.Invalid(p.Child("name"), v.Name, "name is not a valid CEL identifier")
		}
		if strings.TrimSpace(v.Expression) == "" {
			r.Required(p.Child("expression"), "expression is not specified")
			continue
		}
		e.Text, e.Use, e.Stored, e.Variables = v.Expression, UseVariable, stored[v.Expression], known
		checkExpression(r, p.Child("expression"), e, v.Expression)
		known = append(known, v)
	}
	return known
}

// reserved are words that CEL keeps for itself.
var reserved = []string{"true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import",
	"let", "loop", "package", "namespace", "return", "var", "void", "while"}

// isIdentifier says whether a name can be used as one in CEL.
func isIdentifier(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && !slices.Contains(reserved, s)
}
