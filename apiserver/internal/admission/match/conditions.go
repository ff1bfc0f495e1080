package match

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/google/cel-go/common/types"

	"github.com/pilothouse/pilothouse/apiserver/internal/cel"
	"github.com/pilothouse/pilothouse/proto/admissionregistration"
)

// Conditions are compiled match conditions: all must hold.
type Conditions struct {
	programs []Expression
}

// Expression is one expression and what became of compiling it.
type Expression struct {
	// Text is the expression.
	Text string
	// Program is nil when Err is not.
	Program *cel.Program
	Err     error
}

// environments by whether there are params; each is made when first needed.
var environments = [2]func() (*cel.Env, error){
	sync.OnceValues(func() (*cel.Env, error) { return Environment(false, nil) }),
	sync.OnceValues(func() (*cel.Env, error) { return Environment(true, nil) }),
}

// Env is the shared environment, with params or without.
func Env(params bool) (*cel.Env, error) {
	if params {
		return environments[1]()
	}
	return environments[0]()
}

// Compile compiles an expression in e.
func Compile(e *cel.Env, text string, want ...*cel.Type) Expression {
	p, err := e.Compile(text, want...)
	return Expression{Text: text, Program: p, Err: err}
}

// Eval runs the expression; errors are in the words that users know.
func (x *Expression) Eval(ctx context.Context, values cel.Values, b *cel.Budget) (any, error) {
	if x.Err != nil {
		return nil, fmt.Errorf("compilation error: %v", x.Err)
	}
	out, err := x.Program.Eval(ctx, values, b)
	if errors.Is(err, cel.ErrCost) {
		return nil, fmt.Errorf("expression '%s' resulted in error: operation cancelled: actual cost limit exceeded", x.Text)
	}
	if err != nil {
		return nil, fmt.Errorf("expression '%s' resulted in error: %w", x.Text, err)
	}
	return out, nil
}

// NewConditions compiles match conditions, where expressions may name params or
// not.
func NewConditions(list []admissionregistration.MatchCondition, params bool) Conditions {
	var c Conditions
	if len(list) == 0 {
		return c
	}
	e, err := Env(params)
	for _, m := range list {
		if err != nil {
			c.programs = append(c.programs, Expression{Text: m.Expression, Err: err})
			continue
		}
		c.programs = append(c.programs, Compile(e, m.Expression, cel.Bool))
	}
	return c
}

// Empty says that there are no conditions.
func (c *Conditions) Empty() bool { return len(c.programs) == 0 }

// Hold evaluates the conditions. One that is false decides; otherwise the errors
// do.
func (c *Conditions) Hold(ctx context.Context, values cel.Values) (bool, error) {
	var errs []string
	var first error
	budget := cel.NewBudget(cel.PerMatch)
	for i := range c.programs {
		out, err := c.programs[i].Eval(ctx, values, budget)
		if errors.Is(err, cel.ErrBudget) {
			return false, err
		}
		if err != nil {
			errs, first = append(errs, err.Error()), err
			continue
		}
		if out == types.False {
			return false, nil
		}
	}
	switch len(errs) {
	case 0:
		return true, nil
	case 1:
		return false, first
	}
	return false, errors.New("[" + strings.Join(errs, ", ") + "]")
}
