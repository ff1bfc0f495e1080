package policy

import (
	"errors"
	"fmt"
	"sync"

	"github.com/google/cel-go/common/types"

	"github.com/pilothouse/pilothouse/apiserver/internal/admission/match"
	"github.com/pilothouse/pilothouse/apiserver/internal/cel"
	"github.com/pilothouse/pilothouse/proto/admissionregistration"
)

// proto checks policies and webhooks when they are written, and has no compiler
// for their expressions; this is it.
func init() { admissionregistration.Compile = Check }

// wanted are the types that an expression's result may have.
func wanted(u admissionregistration.Use) []*cel.Type {
	switch u {
	case admissionregistration.UseMatchCondition, admissionregistration.UseValidation:
		return []*cel.Type{cel.Bool}
	case admissionregistration.UseMessage:
		return []*cel.Type{cel.String}
	case admissionregistration.UseAuditAnnotation:
		return []*cel.Type{cel.String, types.NullType}
	case admissionregistration.UseApplyConfiguration:
		return []*cel.Type{cel.MadeObject}
	case admissionregistration.UseJSONPatch:
		return []*cel.Type{cel.Patches}
	}
	return nil
}

// Check says what is wrong with an expression; empty when it is sound.
func Check(e admissionregistration.Expression) string {
	env, err := match.Env(e.Params)
	if e.Use != admissionregistration.UseMatchCondition {
		env, _, err = environment(e.Params, e.Variables, nil)
	}
	if err == nil && (e.Use == admissionregistration.UseApplyConfiguration || e.Use == admissionregistration.UseJSONPatch) {
		env, err = env.Making()
	}
	if err != nil {
		return err.Error()
	}
	if _, err = env.Compile(e.Text, wanted(e.Use)...); err != nil {
		return words(err, wanted(e.Use))
	}
	return ""
}

// words are what users are told of an expression that was refused.
func words(err error, want []*cel.Type) string {
	var e *cel.CompileError
	if !errors.As(err, &e) || !e.WrongType {
		return err.Error()
	}
	var names []string
	for _, w := range want {
		names = append(names, w.String())
	}
	if len(names) == 1 {
		return fmt.Sprintf("must evaluate to %s but got %s", names[0], e.Got)
	}
	return fmt.Sprintf("must evaluate to one of %v but got %s", names, e.Got)
}

// variablesType is the name of the type of the object variables.
const variablesType = "kubernetes.variables"

// environment is where expressions that may use variables are compiled, and the
// variables as far as they compile. A variable sees those before it. typed, when
// set, are the types of object, oldObject and params, and what they consist of.
func environment(params bool, variables []admissionregistration.Variable, typed *objectTypes) (*cel.Env, map[string]match.Expression, error) {
	fields := map[string]*cel.Type{}
	object := &cel.ObjectType{Name: variablesType, Fields: fields}
	if variables == nil && typed == nil {
		env, err := bare(params)
		return env, nil, err
	}
	env, err := typed.environment(params, object)
	if err != nil {
		return nil, nil, err
	}
	compiled := map[string]match.Expression{}
	for _, v := range variables {
		x := match.Compile(env, v.Expression)
		compiled[v.Name] = x
		switch {
		case x.Err == nil:
			fields[v.Name] = x.Program.OutputType()
		default: // One mistake is told of once.
			fields[v.Name] = cel.Dyn
		}
	}
	return env, compiled, nil
}

// bare environments, without variables, are made once.
func bare(params bool) (*cel.Env, error) {
	if params {
		return bareWithParams()
	}
	return bareWithout()
}

var (
	bareWithParams = sync.OnceValues(func() (*cel.Env, error) {
		return (*objectTypes)(nil).environment(true, nil)
	})
	bareWithout = sync.OnceValues(func() (*cel.Env, error) {
		return (*objectTypes)(nil).environment(false, nil)
	})
)

// objectTypes are the types of the objects that expressions look at.
type objectTypes struct {
	// object and params are nil for objects of any type.
	object, params *cel.Type
	parts          []*cel.ObjectType
}

func (t *objectTypes) environment(params bool, variables *cel.ObjectType) (*cel.Env, error) {
	var vars []cel.Variable
	var parts []*cel.ObjectType
	if variables != nil {
		vars = append(vars, cel.Variable{Name: "variables", Type: variables.Type()})
		parts = append(parts, variables)
	}
	if t != nil {
		parts = append(parts, t.parts...)
		if t.object != nil {
			vars = append(vars, cel.Variable{Name: "object", Type: t.object}, cel.Variable{Name: "oldObject", Type: t.object})
		}
		if t.params != nil && params {
			vars = append(vars, cel.Variable{Name: "params", Type: t.params})
		}
	}
	return match.Environment(params, parts, vars...)
}
