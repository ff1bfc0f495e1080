package meta

import "github.com/pilothouse/pilothouse/proto/field"

// ValidateLabelSelector checks the labels and expressions of a selector; nil
// is sound.
func ValidateLabelSelector(r *field.Report, s *LabelSelector, p *field.Path) {
	if s == nil {
		return
	}
	ValidateLabels(r, s.MatchLabels, p.Child("matchLabels"))
	for i := range s.MatchExpressions {
		validateExpression(r, &s.MatchExpressions[i], p.Child("matchExpressions").Index(i))
	}
}

func validateExpression(r *field.Report, e *LabelSelectorRequirement, p *field.Path) {
	switch e.Operator {
	case LabelSelectorOpIn, LabelSelectorOpNotIn:
		if len(e.Values) == 0 {
			r.Required(p.Child("values"), "must be specified when `operator` is 'In' or 'NotIn'")
		}
	case LabelSelectorOpExists, LabelSelectorOpDoesNotExist:
		if len(e.Values) > 0 {
			r.Forbidden(p.Child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
		}
	default:
		r.Invalid(p.Child("operator"), e.Operator, "not a valid selector operator")
	}
	ValidateLabelKey(r, e.Key, p.Child("key"))
	for i, v := range e.Values {
		r.Each(p.Child("values").Index(i), v, IsLabelValue(v))
	}
}
