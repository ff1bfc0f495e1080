package meta

import (
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
)

// Limits of a condition's texts, in bytes.
const (
	conditionReasonMaxLength  = 1 << 10
	conditionMessageMaxLength = 32 << 10
)

// ValidateConditions checks the conditions of a status; each type occurs once.
func ValidateConditions(r *field.Report, list []Condition, p *field.Path) {
	seen := map[string]bool{}
	for i := range list {
		if seen[list[i].Type] {
			r.Duplicate(p.Index(i).Child("type"), list[i].Type)
		}
		seen[list[i].Type] = true
		validateCondition(r, &list[i], p.Index(i))
	}
}

func validateCondition(r *field.Report, c *Condition, p *field.Path) {
	ValidateLabelKey(r, c.Type, p.Child("type"))
	if c.Status != ConditionTrue && c.Status != ConditionFalse && c.Status != ConditionUnknown {
		r.Add(field.NotSupported(p.Child("status"), c.Status, []ConditionStatus{ConditionFalse, ConditionTrue, ConditionUnknown}))
	}
	if c.ObservedGeneration < 0 {
		r.Invalid(p.Child("observedGeneration"), c.ObservedGeneration, "must be greater than or equal to zero")
	}
	if c.LastTransitionTime.IsZero() {
		r.Required(p.Child("lastTransitionTime"), "must be set")
	}
	if c.Reason == "" {
		r.Required(p.Child("reason"), "must be set")
	} else {
		r.Each(p.Child("reason"), c.Reason, isConditionReason(c.Reason))
		if len(c.Reason) > conditionReasonMaxLength {
			r.Add(field.TooLong(p.Child("reason"), conditionReasonMaxLength))
		}
	}
	if len(c.Message) > conditionMessageMaxLength {
		r.Add(field.TooLong(p.Child("message"), conditionMessageMaxLength))
	}
}

// isConditionReason wants a word: a letter, then letters, digits, _, comma or
// colon, the last two not at the end.
func isConditionReason(s string) []string {
	letter := func(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
	if letter(s[0]) && !strings.HasSuffix(s, ",") && !strings.HasSuffix(s, ":") &&
		each(s, func(c byte) bool { return alphanumeric(c) || c == '_' || c == ',' || c == ':' }) {
		return nil
	}
	return []string{PatternError("a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
		"[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?", "my_name", "MY_NAME", "MyName", "ReasonA,ReasonB", "ReasonA:ReasonB")}
}
