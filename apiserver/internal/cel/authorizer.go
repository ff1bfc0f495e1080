package cel

import (
	"reflect"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// authorizerLibrary lets expressions ask whether somebody may do something:
// authorizer.group('apps').resource('deployments').check('create').allowed().
type authorizerLibrary struct{ noOptions }

// LibraryName names it.
func (authorizerLibrary) LibraryName() string { return "kubernetes.authz" }

// Access is what an expression asks about.
type Access struct {
	// Path is set for a path that is no resource.
	Path string
	// Group and the following name resources.
	Group, Resource, Subresource, Namespace, Name string
	// Fields and Labels are the selectors that are asked with.
	Fields, Labels string
	// Verb is what is to be done.
	Verb string
	// Account, as namespace and name, is a service account to ask for in place of
	// the one who sends the request.
	Account [2]string
}

// Decision is the answer.
type Decision struct {
	// Allowed says that it may be done, Reason why or why not.
	Allowed bool
	Reason  string
	// Err is what kept it from being decided.
	Err error
}

// Authorizer decides.
type Authorizer func(Access) Decision

// AuthorizerType and ResourceCheckType are the types of the variables
// authorizer and authorizer.requestResource.
var (
	AuthorizerType    = types.NewOpaqueType("kubernetes.authorization.Authorizer")
	ResourceCheckType = types.NewOpaqueType("kubernetes.authorization.ResourceCheck")

	pathCheckType  = types.NewOpaqueType("kubernetes.authorization.PathCheck")
	groupCheckType = types.NewOpaqueType("kubernetes.authorization.GroupCheck")
	decisionType   = types.NewOpaqueType("kubernetes.authorization.Decision")
)

// asked is a question that is not complete yet.
type asked struct {
	by Authorizer
	Access
}

func askedVal(of *types.Type, by Authorizer, a Access) ref.Val {
	return opaque[asked]{of: of, is: asked{by, a}, eq: func(x, y asked) bool { return x.Access == y.Access }}
}

// AuthorizerVal is the value of the variable authorizer.
func AuthorizerVal(f Authorizer) ref.Val { return askedVal(AuthorizerType, f, Access{}) }

// RequestResourceVal is the value of the variable authorizer.requestResource.
func RequestResourceVal(f Authorizer, a Access) ref.Val { return askedVal(ResourceCheckType, f, a) }

// CompileOptions declares the functions.
func (authorizerLibrary) CompileOptions() []cel.EnvOption {
	// step is a method with a string that narrows the question.
	step := func(name, id string, from, to *types.Type, set func(a *Access, s string)) cel.EnvOption {
		return cel.Function(name, cel.MemberOverload(id, []*types.Type{from, types.StringType}, to, of2(func(q asked, s string) ref.Val {
			set(&q.Access, s)
			return askedVal(to, q.by, q.Access)
		})))
	}
	check := of2(func(q asked, verb string) ref.Val {
		q.Verb = verb
		return opaque[Decision]{of: decisionType, is: q.by(q.Access), eq: func(a, b Decision) bool { return reflect.DeepEqual(a, b) }}
	})
	answer := func(name, id string, of *types.Type, f func(Decision) ref.Val) cel.EnvOption {
		return cel.Function(name, cel.MemberOverload(id, []*types.Type{decisionType}, of, of1(f)))
	}
	return []cel.EnvOption{
		cel.Types(AuthorizerType, pathCheckType, groupCheckType, ResourceCheckType, decisionType),
		cel.Function("serviceAccount", cel.MemberOverload("authorizer_serviceaccount",
			[]*types.Type{AuthorizerType, types.StringType, types.StringType}, AuthorizerType, cel.FunctionBinding(forAccount))),
		step("path", "authorizer_path", AuthorizerType, pathCheckType, func(a *Access, s string) { a.Path = s }),
		step("group", "authorizer_group", AuthorizerType, groupCheckType, func(a *Access, s string) { a.Group = s }),
		step("resource", "groupcheck_resource", groupCheckType, ResourceCheckType, func(a *Access, s string) { a.Resource = s }),
		step("subresource", "resourcecheck_subresource", ResourceCheckType, ResourceCheckType, func(a *Access, s string) { a.Subresource = s }),
		step("namespace", "resourcecheck_namespace", ResourceCheckType, ResourceCheckType, func(a *Access, s string) { a.Namespace = s }),
		step("name", "resourcecheck_name", ResourceCheckType, ResourceCheckType, func(a *Access, s string) { a.Name = s }),
		step("fieldSelector", "authorizer_fieldselector", ResourceCheckType, ResourceCheckType, func(a *Access, s string) { a.Fields = s }),
		step("labelSelector", "authorizer_labelselector", ResourceCheckType, ResourceCheckType, func(a *Access, s string) { a.Labels = s }),
		cel.Function("check",
			cel.MemberOverload("pathcheck_check", []*types.Type{pathCheckType, types.StringType}, decisionType, check),
			cel.MemberOverload("resourcecheck_check", []*types.Type{ResourceCheckType, types.StringType}, decisionType, check)),
		answer("allowed", "decision_allowed", types.BoolType, func(d Decision) ref.Val { return types.Bool(d.Allowed && d.Err == nil) }),
		answer("reason", "decision_reason", types.StringType, func(d Decision) ref.Val { return types.String(d.Reason) }),
		answer("errored", "decision_errored", types.BoolType, func(d Decision) ref.Val { return types.Bool(d.Err != nil) }),
		answer("error", "decision_error", types.StringType, func(d Decision) ref.Val {
			if d.Err == nil {
				return types.String("")
			}
			return types.String(d.Err.Error())
		}),
	}
}

func forAccount(args ...ref.Val) ref.Val {
	q, ok := args[0].(opaque[asked])
	namespace, ok2 := args[1].Value().(string)
	name, ok3 := args[2].Value().(string)
	if !ok || !ok2 || !ok3 {
		return types.MaybeNoSuchOverloadErr(args[0])
	}
	a := q.is.Access
	a.Account = [2]string{namespace, name}
	return askedVal(AuthorizerType, q.is.by, a)
}
