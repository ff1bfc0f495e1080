package batch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// checkFailurePolicy checks the rules about failed pods.
func checkFailurePolicy(r *field.Report, s *JobSpec, p *field.Path) {
	p = p.Child("rules")
	rules := s.PodFailurePolicy.Rules
	if len(rules) > maxRules {
		r.Add(field.TooMany(p, len(rules), maxRules))
	}
	var names []string
	for _, list := range [][]core.Container{s.Template.Spec.Containers, s.Template.Spec.InitContainers} {
		for i := range list {
			names = append(names, list[i].Name)
		}
	}
	for i := range rules {
		checkFailureRule(r, s, &rules[i], p.Index(i), names)
	}
}

func checkFailureRule(r *field.Report, s *JobSpec, rule *PodFailurePolicyRule, p *field.Path, names []string) {
	action := p.Child("action")
	if rule.Action == PodFailurePolicyActionFailIndex {
		if s.BackoffLimitPerIndex == nil {
			r.Invalid(action, rule.Action, "requires the backoffLimitPerIndex to be set")
		}
	} else {
		oneOf(r, action, rule.Action, []PodFailurePolicyAction{PodFailurePolicyActionCount, PodFailurePolicyActionFailIndex,
			PodFailurePolicyActionFailJob, PodFailurePolicyActionIgnore})
	}
	if rule.OnExitCodes != nil {
		checkExitCodes(r, rule.OnExitCodes, p.Child("onExitCodes"), names)
	}
	checkConditionPatterns(r, rule.OnPodConditions, p.Child("onPodConditions"))
	switch codes, conditions := rule.OnExitCodes != nil, len(rule.OnPodConditions) > 0; {
	case codes && conditions:
		r.Invalid(p, field.Omitted{}, "specifying both OnExitCodes and OnPodConditions is not supported")
	case !codes && !conditions:
		r.Invalid(p, field.Omitted{}, "specifying one of OnExitCodes and OnPodConditions is required")
	}
}

func checkExitCodes(r *field.Report, c *PodFailurePolicyOnExitCodesRequirement, p *field.Path, names []string) {
	oneOf(r, p.Child("operator"), c.Operator, []PodFailurePolicyOnExitCodesOperator{PodFailurePolicyOnExitCodesOpIn, PodFailurePolicyOnExitCodesOpNotIn})
	if c.ContainerName != nil && !slices.Contains(names, *c.ContainerName) {
		r.Invalid(p.Child("containerName"), *c.ContainerName, "must be one of the container or initContainer names in the pod template")
	}
	p = p.Child("values")
	if len(c.Values) == 0 {
		r.Invalid(p, c.Values, "at least one value is required")
	} else if len(c.Values) > maxExitCodes {
		r.Add(field.TooMany(p, len(c.Values), maxExitCodes))
	}
	seen := map[int32]bool{}
	for i, v := range c.Values {
		if c.Operator == PodFailurePolicyOnExitCodesOpIn && v == 0 {
			r.Invalid(p.Index(i), v, "must not be 0 for the In operator")
		}
		if seen[v] {
			r.Duplicate(p.Index(i), v)
		}
		seen[v] = true
	}
	if !slices.IsSorted(c.Values) {
		r.Invalid(p, c.Values, "must be ordered")
	}
}

func checkConditionPatterns(r *field.Report, patterns []PodFailurePolicyOnPodConditionsPattern, p *field.Path) {
	if len(patterns) > maxRules {
		r.Add(field.TooMany(p, len(patterns), maxRules))
	}
	for i, c := range patterns {
		r.Each(p.Index(i).Child("type"), string(c.Type), meta.IsQualifiedName(string(c.Type)))
		oneOf(r, p.Index(i).Child("status"), c.Status, []core.ConditionStatus{core.ConditionFalse, core.ConditionTrue, core.ConditionUnknown})
	}
}

// checkSuccessPolicy checks the rules by which a job has succeeded before all
// its indexes have.
func checkSuccessPolicy(r *field.Report, s *JobSpec, p *field.Path) {
	p = p.Child("rules")
	rules := s.SuccessPolicy.Rules
	if len(rules) == 0 {
		r.Required(p, "at least one rules must be specified when the successPolicy is specified")
	}
	if len(rules) > maxRules {
		r.Add(field.TooMany(p, len(rules), maxRules))
	}
	completions := int32(0)
	if s.Completions != nil {
		completions = *s.Completions
	}
	for i := range rules {
		checkSuccessRule(r, &rules[i], completions, p.Index(i))
	}
}

func checkSuccessRule(r *field.Report, rule *SuccessPolicyRule, completions int32, p *field.Path) {
	if rule.SucceededCount == nil && rule.SucceededIndexes == nil {
		r.Required(p, "at least one of succeededCount or succeededIndexes must be specified")
	}
	total := int32(0)
	if text := rule.SucceededIndexes; text != nil {
		p := p.Child("succeededIndexes")
		if len(*text) > maxSucceededIndexesBytes {
			r.Add(field.TooLong(p, maxSucceededIndexesBytes))
		}
		var err error
		if total, err = CountIndexes(*text, completions); err != nil {
			r.Invalid(p, *text, "error parsing succeededIndexes: "+err.Error())
		}
	}
	if n := rule.SucceededCount; n != nil {
		p := p.Child("succeededCount")
		r.NonNegative(p, int64(*n))
		if *n > completions {
			r.Invalid(p, *n, fmt.Sprintf("must be less than or equal to %d (the number of specified completions)", completions))
		}
		if rule.SucceededIndexes != nil && *n > total {
			r.Invalid(p, *n, fmt.Sprintf("must be less than or equal to %d (the number of indexes in the specified succeededIndexes field)", total))
		}
	}
}

// CountIndexes counts the indexes of a list such as 1,3-5,7. They must grow,
// and stay below completions.
func CountIndexes(text string, completions int32) (int32, error) {
	if text == "" {
		return 0, nil
	}
	total, last := int32(0), int32(-1)
	for part := range strings.SplitSeq(text, ",") {
		limits := strings.Split(part, "-")
		if len(limits) > 2 {
			return 0, fmt.Errorf("the fragment %q violates the requirement that an index interval can have at most two parts separated by '-'", part)
		}
		first, err := parseIndex(limits[0], last, completions)
		if err != nil {
			return 0, err
		}
		last = first
		if len(limits) == 2 {
			if last, err = parseIndex(limits[1], first, completions); err != nil {
				return 0, err
			}
		}
		total += last - first + 1
	}
	return total, nil
}

// parseIndex reads one index, which must be more than the last one.
func parseIndex(text string, last, completions int32) (int32, error) {
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return 0, fmt.Errorf("cannot convert string to integer for index: %q", text)
	case n >= int(completions):
		return 0, fmt.Errorf("too large index: %q", text)
	case n <= int(last):
		return 0, fmt.Errorf("non-increasing order, previous: %d, current: %d", last, n)
	}
	return int32(n), nil
}
