// Package cel compiles and runs the expressions that users write into custom
// resource definitions, webhook configurations and admission policies: the
// Common Expression Language with the functions that Kubernetes adds to it.
//
// An Env knows the variables of one place where expressions stand. Compile
// makes a Program of an expression, once; Eval runs it with values, within a
// Budget of cost, so that no expression can hold the server up. Library files
// are named for what they hold: lists.go, url.go, quantity.go and so on.
package cel

import (
	"fmt"
	"math"
	"strings"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/ext"
	"github.com/google/cel-go/interpreter"
)

// Limits of cost, in the unit of CEL: about one step of evaluation.
const (
	// PerCall bounds one evaluation of one expression.
	PerCall = 1_000_000
	// PerObject bounds all expressions that look at one object together.
	PerObject = 10_000_000
	// PerMatch bounds all match conditions of one request together.
	PerMatch = 2_500_000
	// EstimatePerRule bounds what one rule of a schema may be estimated at.
	EstimatePerRule = 10_000_000
	// EstimatePerSchema bounds all rules of a schema together.
	EstimatePerSchema = 100_000_000
)

// Type is a type of a variable or of a result.
type Type = cel.Type

// The types that callers name most.
var (
	Dyn    = cel.DynType
	Bool   = cel.BoolType
	String = cel.StringType
	Int    = cel.IntType
)

// Variable declares a name that expressions may use.
type Variable struct {
	Name string
	Type *Type
}

// Env is where expressions are compiled. It is safe for concurrent use.
type Env struct {
	env *cel.Env
}

// base has the language and the libraries, and no variables. Making it is the
// expensive part; all others extend it.
var base = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(
		cel.HomogeneousAggregateLiterals(),
		cel.EagerlyValidateDeclarations(true),
		cel.DefaultUTCTimeZone(true),
		cel.CrossTypeNumericComparisons(true),
		cel.OptionalTypes(),
		cel.ASTValidators(
			cel.ValidateDurationLiterals(),
			cel.ValidateTimestampLiterals(),
			cel.ValidateRegexLiterals(),
			cel.ValidateHomogeneousAggregateLiterals(),
		),
		ext.Strings(ext.StringsVersion(2)),
		ext.Sets(),
		ext.TwoVarComprehensions(),
		ext.Lists(ext.ListsVersion(3)),
		cel.Lib(listLibrary{}), cel.Lib(regexLibrary{}), cel.Lib(urlLibrary{}), cel.Lib(quantityLibrary{}),
		cel.Lib(ipLibrary{}), cel.Lib(cidrLibrary{}), cel.Lib(formatLibrary{}), cel.Lib(semverLibrary{}),
		cel.Lib(authorizerLibrary{}),
		cel.CostEstimatorOptions(checker.PresenceTestHasCost(false)),
	)
})

// New makes an environment with variables.
func New(vars ...Variable) (*Env, error) {
	e, err := base()
	if err != nil {
		return nil, fmt.Errorf("make the CEL environment: %w", err)
	}
	return (&Env{e}).Extend(vars...)
}

// Extend is e with more variables.
func (e *Env) Extend(vars ...Variable) (*Env, error) {
	opts := make([]cel.EnvOption, 0, len(vars))
	for _, v := range vars {
		opts = append(opts, cel.Variable(v.Name, v.Type))
	}
	return e.with(opts...)
}

// ExtendWithObjects is Extend for variables whose types, or whose fields' types,
// are among objects.
func (e *Env) ExtendWithObjects(objects []*ObjectType, vars ...Variable) (*Env, error) {
	p := &provider{Provider: e.env.CELTypeProvider(), objects: map[string]*ObjectType{}}
	for _, o := range objects {
		p.objects[o.Name] = o
	}
	next, err := e.with(cel.CustomTypeProvider(p))
	if err != nil {
		return nil, err
	}
	return next.Extend(vars...)
}

func (e *Env) with(opts ...cel.EnvOption) (*Env, error) {
	if len(opts) == 0 {
		return e, nil
	}
	next, err := e.env.Extend(opts...)
	if err != nil {
		return nil, fmt.Errorf("extend the CEL environment: %w", err)
	}
	return &Env{next}, nil
}

// CompileError says why an expression was refused.
type CompileError struct {
	// Text is CEL's own words, with the place in the expression.
	Text string
	// WrongType says that the expression is sound and its result of another type,
	// which is Got.
	WrongType bool
	Got       string
}

func (e *CompileError) Error() string { return e.Text }

// Compile checks an expression and prepares it to be run. want are the types
// that its result may have; none means any.
func (e *Env) Compile(text string, want ...*Type) (*Program, error) {
	ast, issues := e.env.Compile(text)
	if issues != nil {
		return nil, &CompileError{Text: "compilation failed: " + issues.String()}
	}
	if !accepts(ast.OutputType(), want) {
		var names []string
		for _, w := range want {
			names = append(names, w.String())
		}
		if len(names) == 1 {
			return nil, &CompileError{Text: "must evaluate to " + names[0], WrongType: true, Got: ast.OutputType().String()}
		}
		return nil, &CompileError{Text: "must evaluate to one of " + strings.Join(names, ", "), WrongType: true, Got: ast.OutputType().String()}
	}
	p, err := e.env.Program(ast,
		cel.InterruptCheckFrequency(100),
		cel.EvalOptions(cel.OptOptimize, cel.OptTrackCost),
		cel.CostTracking(runtimeCosts{}),
		cel.CostTrackerOptions(interpreter.PresenceTestHasCost(false)),
		cel.CostLimit(PerCall),
	)
	if err != nil {
		return nil, &CompileError{Text: "program instantiation failed: " + err.Error()}
	}
	out := &Program{Text: text, program: p, ast: ast, env: e.env}
	out.scan()
	return out, nil
}

func accepts(got *Type, want []*Type) bool {
	if len(want) == 0 {
		return true
	}
	for _, w := range want {
		if w.IsExactType(types.DynType) || got.IsExactType(types.DynType) && w.IsExactType(types.AnyType) || got.IsExactType(w) {
			return true
		}
	}
	return false
}

// Cost is an estimate from the least to the most that an evaluation can take.
type Cost struct{ Min, Max uint64 }

// EstimateCost bounds what p can cost, with what sizes knows about the lengths of
// the values it will look at. Without sizes they are taken to be unlimited.
func (p *Program) EstimateCost(sizes func(path []string, t *Type) (min, max uint64, ok bool)) (Cost, error) {
	c, err := p.env.EstimateCost(p.ast, estimator{sizes}, checker.PresenceTestHasCost(false))
	if err != nil {
		return Cost{0, math.MaxUint64}, err
	}
	return Cost{c.Min, c.Max}, nil
}
