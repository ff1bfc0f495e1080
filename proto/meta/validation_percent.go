package meta

import (
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
)

// IsPercent says what is wrong with a percentage such as 25%.
func IsPercent(s string) []string {
	digits, ok := strings.CutSuffix(s, "%")
	if ok && digits != "" && each(digits, func(c byte) bool { return c >= '0' && c <= '9' }) {
		return nil
	}
	return []string{PatternError("a valid percent string must be a numeric string followed by an ending '%'", "[0-9]+%", "1%", "93%")}
}

// ValidateCountOrPercent wants a number that is not negative, or a percentage;
// nil is sound.
func ValidateCountOrPercent(r *field.Report, v *IntOrString, p *field.Path) {
	if v == nil {
		return
	}
	if v.Type == String {
		r.Each(p, *v, IsPercent(v.StrVal))
	} else {
		r.NonNegative(p, int64(v.IntVal))
	}
}

// ValidateAtMostAll wants a percentage, if it is one, to be no more than all.
func ValidateAtMostAll(r *field.Report, v *IntOrString, p *field.Path) {
	if v != nil && v.Type == String && len(IsPercent(v.StrVal)) == 0 && CountOrPercent(v) > 100 {
		r.Invalid(p, *v, "must not be greater than 100%")
	}
}

// CountOrPercent is the bare number of either; 0 when there is none.
func CountOrPercent(v *IntOrString) int {
	if v == nil {
		return 0
	}
	if v.Type == Int {
		return int(v.IntVal)
	}
	// So many digits that it is surely too much make the greatest number; what
	// is no number makes none.
	text := v.StrVal
	if len(IsPercent(text)) == 0 {
		text = strings.TrimSuffix(text, "%")
	}
	n, _ := strconv.Atoi(text)
	return n
}
