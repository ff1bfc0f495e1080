package rules

import (
	"cmp"
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
// not compile, or cost too much for the objects that the schema allows. Nothing
// is said of the expressions about a value in whose schema something else is
// wrong, be it in a rule's other fields or what wrong holds: what they would be
// told of could only follow from it.
func Check(s *structural.Schema, p *field.Path, wrong field.ErrorList) field.ErrorList {
	if !s.HasRules() {
		return nil
	}
	c := &checker{wrong: wrong}
	c.node(s, p, spot{root: true, count: 1}, c.forms)
	c.wrong = append(c.wrong[:len(c.wrong):len(c.wrong)], c.Errors...)
	c.node(s, p, spot{root: true, count: 1}, c.rules)
	if c.total > cel.EstimatePerSchema {
		slices.SortStableFunc(c.costly, func(a, b costly) int { return cmp.Compare(b.cost, a.cost) })
		for _, r := range c.costly[:min(len(c.costly), mostTold)] {
			if r.cost >= cel.EstimatePerSchema/100 {
				c.Forbidden(r.at, "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema")
			}
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

// mostTold is how many of the most costly expressions a refusal names.
const mostTold = 4

// checker adds up what the rules may cost.
type checker struct {
	field.Report
	wrong  field.ErrorList
	total  uint64
	costly []costly
}

// costly is an expression and what it may cost.
type costly struct {
	at   *field.Path
	cost uint64
}

// spend notes what the expression at p may cost, and refuses what is too much
// for one.
func (c *checker) spend(p *field.Path, what string, most uint64) {
	if most > cel.EstimatePerRule {
		c.Forbidden(p, "estimated "+what+" cost exceeds budget by factor of "+factor(most, cel.EstimatePerRule)+advice)
	}
	if c.total += most; c.total < most {
		c.total = math.MaxUint64
	}
	c.costly = append(c.costly, costly{p, most})
}

// visit is called for every node with rules; p is where they lie.
type visit func(s *structural.Schema, p *field.Path, at spot)

// spot is where a node lies: how many values it may have in one object, and the
// list whose items cannot be told apart that it lies in.
type spot struct {
	root    bool
	count   uint64
	unknown *field.Path
}

func (c *checker) node(s *structural.Schema, p *field.Path, at spot, see visit) {
	if !s.HasRules() {
		return
	}
	if len(s.Rules) > 0 {
		see(s, p, at)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		c.node(s.Properties[name], p.Child("properties").Key(name), spot{count: at.count, unknown: at.unknown}, see)
	}
	if s.Additional != nil {
		c.node(s.Additional, p.Child("additionalProperties"), spot{count: times(at.count, mostFields(s)), unknown: at.unknown}, see)
	}
	if s.Items != nil {
		in := spot{count: times(at.count, mostItems(s)), unknown: at.unknown}
		if s.ListType != "map" && in.unknown == nil {
			in.unknown = p
		}
		c.node(s.Items, p.Child("items"), in, see)
	}
}

// times multiplies as far as numbers go.
func times(a, b uint64) uint64 {
	if a != 0 && b > math.MaxUint64/a {
		return math.MaxUint64
	}
	return a * b
}

// forms checks all but the expressions of a node's rules.
func (c *checker) forms(s *structural.Schema, p *field.Path, _ spot) {
	for i := range s.Rules {
		c.form(s, &s.Rules[i], p.Child("x-kubernetes-validations").Index(i))
	}
}

// rules checks the expressions of a node's rules.
func (c *checker) rules(s *structural.Schema, p *field.Path, at spot) {
	here := p.String()
	if slices.ContainsFunc(c.wrong, func(w *field.Error) bool { return strings.HasPrefix(w.Field, here) }) {
		return
	}
	p = p.Child("x-kubernetes-validations")
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
	program, err := env.of(v).Compile(v.Rule, cel.Bool)
	var wrong *cel.CompileError
	if errors.As(err, &wrong) {
		text := wrong.Text
		if wrong.WrongType {
			text = "cel expression must evaluate to a bool"
		}
		c.Invalid(p.Child("rule"), literal(v), text)
	}
	var told *cel.Program
	if v.MessageExpression != "" {
		told, err = env.of(v).Compile(v.MessageExpression, cel.String)
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
	c.spend(p.Child("rule"), "rule", times(cost.Max, at.count))
	if uses && at.unknown != nil {
		c.Invalid(p.Child("rule"), v.Rule, fmt.Sprintf("oldSelf cannot be used on the uncorrelatable portion of the schema within %v", at.unknown))
	}
	if told == nil {
		return
	}
	if cost, err = told.EstimateCost(sizes(s)); err != nil {
		c.Add(field.Internal(p.Child("messageExpression"), err))
		return
	}
	c.spend(p.Child("messageExpression"), "messageExpression", cost.Max)
}

// form checks all but the expressions.
func (c *checker) form(s *structural.Schema, v *apiextensions.ValidationRule, p *field.Path) {
	switch {
	case strings.TrimSpace(v.Rule) == "":
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
