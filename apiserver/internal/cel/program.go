package cel

import (
	"context"
	"errors"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
)

// Program is a compiled expression. It is safe for concurrent use.
type Program struct {
	// Text is the expression.
	Text string

	program cel.Program
	ast     *cel.Ast
	env     *cel.Env
	names   map[string]bool
}

// scan notes the variables that the expression names.
func (p *Program) scan() {
	p.names = map[string]bool{}
	ast.PreOrderVisit(p.ast.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.IdentKind {
			p.names[e.AsIdent()] = true
		}
	}))
}

// Uses says whether the expression names a variable.
func (p *Program) Uses(variable string) bool { return p.names[variable] }

// OutputType is the type of the result.
func (p *Program) OutputType() *Type { return p.ast.OutputType() }

// Budget is how much evaluations may cost together. It is used by one
// goroutine at a time.
type Budget struct{ left int64 }

// NewBudget is a budget of that size.
func NewBudget(n int64) *Budget { return &Budget{left: n} }

// Left is what has not been used.
func (b *Budget) Left() int64 { return b.left }

// Spend takes cost off and says whether there was enough.
func (b *Budget) Spend(cost uint64) bool {
	if cost > uint64(max(b.left, 0)) {
		b.left = -1
		return false
	}
	b.left -= int64(cost)
	return true
}

// ErrBudget says that the budget for all evaluations together ran out.
var ErrBudget = errors.New("validation failed due to running out of cost budget, no further validation rules will be run")

// ErrCost says that one evaluation went beyond PerCall.
var ErrCost = errors.New("call cost exceeds limit")

// Values are what the variables stand for. Values may be Go's own, as
// encoding/json makes them (with int64 for whole numbers), or CEL's.
type Values map[string]any

// ResolveName finds a variable.
func (v Values) ResolveName(name string) (any, bool) {
	x, ok := v[name]
	if f, lazy := x.(func() any); lazy {
		x = f()
		v[name] = x
	}
	return x, ok
}

// Parent is nil: there are no other variables.
func (v Values) Parent() interpreter.Activation { return nil }

// Eval runs the program. A value of Values may be a func() any, which is called
// when the expression first asks for it. Errors are those of the expression,
// ErrCost, ErrBudget, or ctx's.
func (p *Program) Eval(ctx context.Context, values interpreter.Activation, b *Budget) (ref.Val, error) {
	out, details, err := p.program.ContextEval(ctx, values)
	if details == nil || details.ActualCost() == nil {
		if err == nil {
			err = errors.New("the cost of the evaluation is not known")
		}
		return nil, err
	}
	if b != nil && !b.Spend(*details.ActualCost()) {
		return nil, ErrBudget
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if strings.Contains(err.Error(), "actual cost limit exceeded") {
			return nil, ErrCost
		}
		return nil, err
	}
	return out, nil
}
