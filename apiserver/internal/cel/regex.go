package cel

import (
	"regexp"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/interpreter"
)

// regexLibrary adds find and findAll of strings.
type regexLibrary struct{}

// LibraryName names it.
func (regexLibrary) LibraryName() string { return "kubernetes.regex" }

// CompileOptions declares the functions.
func (regexLibrary) CompileOptions() []cel.EnvOption {
	list := types.NewListType(types.StringType)
	return []cel.EnvOption{
		cel.Function("find", cel.MemberOverload("string_find_string", []*types.Type{types.StringType, types.StringType}, types.StringType,
			string2(func(s, pattern string) ref.Val { return withRegexp(pattern, find(s)) }))),
		cel.Function("findAll",
			cel.MemberOverload("string_find_all_string", []*types.Type{types.StringType, types.StringType}, list,
				string2(func(s, pattern string) ref.Val { return withRegexp(pattern, findAll(s, -1)) })),
			cel.MemberOverload("string_find_all_string_int", []*types.Type{types.StringType, types.StringType, types.IntType}, list,
				cel.FunctionBinding(func(args ...ref.Val) ref.Val {
					s, ok1 := args[0].Value().(string)
					pattern, ok2 := args[1].Value().(string)
					n, ok3 := args[2].Value().(int64)
					if !ok1 || !ok2 || !ok3 {
						return types.MaybeNoSuchOverloadErr(args[0])
					}
					return withRegexp(pattern, findAll(s, int(n)))
				}))),
	}
}

func withRegexp(pattern string, f func(*regexp.Regexp) ref.Val) ref.Val {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return types.NewErr("Illegal regex: %v", err)
	}
	return f(re)
}

func find(s string) func(*regexp.Regexp) ref.Val {
	return func(re *regexp.Regexp) ref.Val { return types.String(re.FindString(s)) }
}

func findAll(s string, n int) func(*regexp.Regexp) ref.Val {
	return func(re *regexp.Regexp) ref.Val { return stringList(re.FindAllString(s, n)) }
}

// ProgramOptions compile patterns that are literals once, with the program.
func (regexLibrary) ProgramOptions() []cel.ProgramOption {
	once := func(function string, run func(args []ref.Val) func(*regexp.Regexp) ref.Val) *interpreter.RegexOptimization {
		return &interpreter.RegexOptimization{Function: function, RegexIndex: 1,
			Factory: func(call interpreter.InterpretableCall, pattern string) (interpreter.InterpretableCall, error) {
				re, err := regexp.Compile(pattern)
				if err != nil {
					return nil, err
				}
				return interpreter.NewCall(call.ID(), call.Function(), call.OverloadID(), call.Args(), func(args ...ref.Val) ref.Val {
					if _, ok := args[0].Value().(string); !ok {
						return types.MaybeNoSuchOverloadErr(args[0])
					}
					return run(args)(re)
				}), nil
			}}
	}
	return []cel.ProgramOption{cel.OptimizeRegex(
		once("find", func(args []ref.Val) func(*regexp.Regexp) ref.Val { return find(args[0].Value().(string)) }),
		once("findAll", func(args []ref.Val) func(*regexp.Regexp) ref.Val {
			n := int64(-1)
			if len(args) == 3 {
				n, _ = args[2].Value().(int64)
			}
			return findAll(args[0].Value().(string), int(n))
		}))}
}
