// Package rules runs the CEL rules of custom resources' schemas
// (x-kubernetes-validations). Compile makes them ready once, when a definition
// is served; the checks of definitions use Check to say what is wrong with
// rules and what they may cost.
package rules

import (
	"errors"
	"strings"

	"github.com/google/cel-go/common/types"

	"github.com/pilothouse/pilothouse/apiserver/internal/cel"
	"github.com/pilothouse/pilothouse/apiserver/internal/crd/structural"
	"github.com/pilothouse/pilothouse/proto/apiextensions"
)

// Node holds the compiled rules of a place in a schema and of those below it. Nil
// has none.
type Node struct {
	schema     *structural.Schema
	rules      []*rule
	properties map[string]*Node
	additional *Node
	items      *Node
}

// rule is one that compiled.
type rule struct {
	apiextensions.ValidationRule
	program *cel.Program
	message *cel.Program // nil without an expression, or with one that is wrong
	// transition says that the rule compares with oldSelf and is left out without
	// one.
	transition bool
	path       []step
}

// Compile makes the rules of an object's schema ready. Those that do not compile
// are left out: they were refused when the definition was written.
func Compile(s *structural.Schema) *Node { return compile(s, true) }

func compile(s *structural.Schema, root bool) *Node {
	if !s.HasRules() {
		return nil
	}
	n := &Node{schema: s}
	if len(s.Rules) > 0 {
		if env, err := environment(s, root); err == nil {
			for i := range s.Rules {
				if r, _ := env.rule(&s.Rules[i]); r != nil {
					r.path, _ = parsePath(s.Rules[i].FieldPath, s)
					n.rules = append(n.rules, r)
				}
			}
		}
	}
	for name, p := range s.Properties {
		if c := compile(p, false); c != nil {
			if n.properties == nil {
				n.properties = map[string]*Node{}
			}
			n.properties[name] = c
		}
	}
	n.additional, n.items = compile(s.Additional, false), compile(s.Items, false)
	return n
}

// env is where the rules of one place stand.
type env struct {
	plain    *cel.Env // oldSelf is a value
	optional *cel.Env // oldSelf is an optional one
}

// errUntyped says that rules cannot see the values of a place.
var errUntyped = errors.New("rules are not supported here: the schema does not tell the type")

func environment(s *structural.Schema, root bool) (*env, error) {
	base, err := cel.New()
	if err != nil {
		return nil, err
	}
	t := &typer{}
	self := t.typeOf(s, root)
	if self == nil {
		return nil, errUntyped
	}
	out := &env{}
	if out.plain, err = base.ExtendWithObjects(t.objects, cel.Variable{Name: "self", Type: self}, cel.Variable{Name: "oldSelf", Type: self}); err != nil {
		return nil, err
	}
	out.optional, err = base.ExtendWithObjects(t.objects, cel.Variable{Name: "self", Type: self}, cel.Variable{Name: "oldSelf", Type: types.NewOptionalType(self)})
	return out, err
}

func (e *env) of(v *apiextensions.ValidationRule) *cel.Env {
	if v.OptionalOldSelf != nil && *v.OptionalOldSelf {
		return e.optional
	}
	return e.plain
}

// rule compiles one rule; with the rule itself sound, a wrong message expression
// is left out.
func (e *env) rule(v *apiextensions.ValidationRule) (*rule, error) {
	env := e.of(v)
	p, err := env.Compile(v.Rule, cel.Bool)
	if err != nil {
		return nil, err
	}
	r := &rule{ValidationRule: *v, program: p}
	r.transition = p.Uses("oldSelf") && (v.OptionalOldSelf == nil || !*v.OptionalOldSelf)
	if strings.TrimSpace(v.MessageExpression) != "" {
		r.message, _ = env.Compile(v.MessageExpression, cel.String)
	}
	return r, nil
}
