package rules

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/apiserver/internal/cel"
	"github.com/pilothouse/pilothouse/apiserver/internal/crd/structural"
	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/field"
)

// Check says what is wrong with the rules of a schema that lies at p: they may
// not compile, or cost too much for the objects that the schema allows.
func Check(s *structural.Schema, p *field.Path) field.ErrorList {
	if !s.HasRules() {
		return nil
	}
	c := &checker{}
	c.node(s, p, spot{root: true, count: 1})
	if c.total > cel.EstimatePerSchema {
		for _, at := range c.costly {
			c.Forbidden(at, "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema")
		}
		c.Forbidden(p, "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of "+
			factor(c.total, cel.EstimatePerSchema)+advice)
	}
	return c.Errors
}

const advice = " (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)"

func factor(cost, limit uint64) string {
	switch f := float64(cost) / float64(limit); {
	case f > 100:
		return "more than 100x"
	case f < 1.5:
		return fmt.Sprintf("%fx", f) // 1.0x would look as if it fitted
	default:
		return fmt.Sprintf("%.1fx", f)
	}
}

// checker adds up what the rules may cost.
type checker struct {
	field.Report
	total  uint64
	costly []*field.Path
}

// spot is where a node lies: how many values it may have in one object, and the
// list whose items cannot be told apart that it lies in.
type spot struct {
	root    bool
	count   uint64
	unknown *field.Path
}

func (c *checker) node(s *structural.Schema, p *field.Path, at spot) {
	if !s.HasRules() {
		return
	}
	if len(s.Rules) > 0 {
		c.rules(s, p.Child("x-kubernetes-validations"), at)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		c.node(s.Properties[name], p.Child("properties").Key(name), spot{count: at.count, unknown: at.unknown})
	}
	if s.Additional != nil {
		c.node(s.Additional, p.Child("additionalProperties"), spot{count: times(at.count, mostFields(s)), unknown: at.unknown})
	}
	if s.Items != nil {
		in := spot{count: times(at.count, mostItems(s)), unknown: at.unknown}
		if s.ListType != "map" && in.unknown == nil {
			in.unknown = p
		}
		c.node(s.Items, p.Child("items"), in)
	}
}

// times multiplies as far as numbers go.
func times(a, b uint64) uint64 {
	if a != 0 && b > math.MaxUint64/a {
		return math.MaxUint64
	}
	return a * b
}

func (c *checker) rules(s *structural.Schema, p *field.Path, at spot) {
	env, err := environment(s, at.root)
	if errors.Is(err, errUntyped) {
		c.Add(field.Internal(p, errors.New("internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations")))
		return
	}
	if err != nil {
		c.Add(field.Internal(p, err))
		return
	}
	for i := range s.Rules {
		c.rule(env, s, &s.Rules[i], p.Index(i), at)
	}
}

var reasons = []apiextensions.FieldValueErrorReason{apiextensions.FieldValueDuplicate, apiextensions.FieldValueForbidden,
	apiextensions.FieldValueInvalid, apiextensions.FieldValueRequired}

func (c *checker) rule(env *env, s *structural.Schema, v *apiextensions.ValidationRule, p *field.Path, at spot) {
	if !c.form(s, v, p) {
		return
	}
	program, err := env.of(v).Compile(v.Rule, cel.Bool)
	var wrong *cel.CompileError
	if errors.As(err, &wrong) {
		text := wrong.Text
		if wrong.WrongType {
			text = "cel expression must evaluate to a bool"
		}
		c.Invalid(p.Child("rule"), literal(v), text)
	}
	if v.MessageExpression != "" {
		_, err := env.of(v).Compile(v.MessageExpression, cel.String)
		if errors.As(err, &wrong) {
			text := "messageExpression " + wrong.Text
			if wrong.WrongType {
				text = "messageExpression must evaluate to a string"
			}
			c.Invalid(p.Child("messageExpression"), literal(v), text)
		}
	}
	uses := program != nil && program.Uses("oldSelf")
	if v.OptionalOldSelf != nil && !uses {
		c.Invalid(p.Child("optionalOldSelf"), *v.OptionalOldSelf, "may not be set if oldSelf is not used in rule")
	}
	if program == nil {
		return
	}
	cost, err := program.EstimateCost(sizes(s))
	if err != nil {
		c.Add(field.Internal(p.Child("rule"), err))
		return
	}
	most := times(cost.Max, at.count)
	if most > cel.EstimatePerRule {
		c.Forbidden(p.Child("rule"), "estimated rule cost exceeds budget by factor of "+factor(most, cel.EstimatePerRule)+advice)
	}
	if uses && at.unknown != nil {
		c.Invalid(p.Child("rule"), v.Rule, fmt.Sprintf("oldSelf cannot be used on the uncorrelatable portion of the schema within %v", at.unknown))
	}
	if c.total += most; c.total < most {
		c.total = math.MaxUint64
	}
	if most > cel.EstimatePerRule {
		c.costly = append(c.costly, p.Child("rule"))
	}
}

// form checks all but the expressions, and says whether those can be looked at.
func (c *checker) form(s *structural.Schema, v *apiextensions.ValidationRule, p *field.Path) bool {
	stated := strings.TrimSpace(v.Rule) != ""
	switch {
	case !stated:
		c.Required(p.Child("rule"), "rule is not specified")
	case v.Message != "" && strings.TrimSpace(v.Message) == "":
		c.Invalid(p.Child("message"), v.Message, "message must be non-empty if specified")
	case strings.ContainsAny(v.Message, "\n\r"):
		c.Invalid(p.Child("message"), v.Message, "message must not contain line breaks")
	case strings.ContainsAny(strings.TrimSpace(v.Rule), "\n\r") && v.Message == "":
		c.Required(p.Child("message"), "message must be specified if rule contains line breaks")
	}
	if v.MessageExpression != "" && strings.TrimSpace(v.MessageExpression) == "" {
		c.Required(p.Child("messageExpression"), "messageExpression must be non-empty if specified")
	}
	if v.Reason != nil && !slices.Contains(reasons, *v.Reason) {
		c.Add(field.NotSupported(p.Child("reason"), *v.Reason, reasons))
	}
	if v.FieldPath != "" && strings.TrimSpace(v.FieldPath) == "" {
		c.Invalid(p.Child("fieldPath"), v.FieldPath, "fieldPath must be non-empty if specified")
	}
	if strings.ContainsAny(v.FieldPath, "\n\r") {
		c.Invalid(p.Child("fieldPath"), v.FieldPath, "fieldPath must not contain line breaks")
	}
	if v.FieldPath != "" {
		if steps, err := parsePath(v.FieldPath, s); err != nil || len(steps) == 0 {
			c.Invalid(p.Child("fieldPath"), v.FieldPath, "fieldPath must be a valid path")
		}
	}
	return stated
}

// literal is a rule as errors quote it.
func literal(v *apiextensions.ValidationRule) field.Literal {
	reason, optional := "(*apiextensions.FieldValueErrorReason)(nil)", "(*bool)(nil)"
	if v.Reason != nil {
		reason = fmt.Sprintf("%q", *v.Reason)
	}
	if v.OptionalOldSelf != nil {
		optional = fmt.Sprint(*v.OptionalOldSelf)
	}
	return field.Literal(fmt.Sprintf("apiextensions.ValidationRule{Rule:%q, Message:%q, MessageExpression:%q, Reason:%s, FieldPath:%q, OptionalOldSelf:%s}",
		v.Rule, v.Message, v.MessageExpression, reason, v.FieldPath, optional))
}
