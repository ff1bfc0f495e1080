package cel

import (
	"cmp"
	"errors"
	"strconv"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// semverLibrary adds versions such as 1.2.3-rc.1.
type semverLibrary struct{ noOptions }

var semverType = types.NewOpaqueType("kubernetes.Semver")

// LibraryName names it.
func (semverLibrary) LibraryName() string { return "kubernetes.Semver" }

// version is a semantic version; what follows a plus sign does not count.
type version struct {
	parts [3]uint64
	pre   []string
	text  string
}

func (v version) compare(o version) int {
	for i := range v.parts {
		if c := cmp.Compare(v.parts[i], o.parts[i]); c != 0 {
			return c
		}
	}
	switch {
	case len(v.pre) == 0 || len(o.pre) == 0:
		return cmp.Compare(len(o.pre), len(v.pre)) // a release comes after what was before it
	}
	for i := range min(len(v.pre), len(o.pre)) {
		if c := comparePre(v.pre[i], o.pre[i]); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(v.pre), len(o.pre))
}

// comparePre puts numbers before words.
func comparePre(a, b string) int {
	m, errA := strconv.ParseUint(a, 10, 64)
	n, errB := strconv.ParseUint(b, 10, 64)
	switch {
	case errA == nil && errB == nil:
		return cmp.Compare(m, n)
	case errA == nil:
		return -1
	case errB == nil:
		return 1
	}
	return strings.Compare(a, b)
}

// parseVersion reads a version strictly.
func parseVersion(s string) (version, error) {
	v := version{text: s}
	rest, build, hasBuild := strings.Cut(s, "+")
	core, pre, hasPre := strings.Cut(rest, "-")
	if hasPre {
		v.pre = strings.Split(pre, ".")
	}
	numbers := strings.Split(core, ".")
	if len(numbers) != 3 {
		return v, errors.New("No Major.Minor.Patch elements found")
	}
	for i, n := range numbers {
		x, err := strconv.ParseUint(n, 10, 64)
		if err != nil || len(n) > 1 && n[0] == '0' {
			return v, errors.New("Invalid version number " + strconv.Quote(n))
		}
		v.parts[i] = x
	}
	for _, p := range v.pre {
		if !identifier(p) || len(p) > 1 && p[0] == '0' && strings.Trim(p, "0123456789") == "" {
			return v, errors.New("Invalid prerelease version " + strconv.Quote(p))
		}
	}
	if hasBuild {
		for b := range strings.SplitSeq(build, ".") {
			if !identifier(b) {
				return v, errors.New("Invalid build metadata " + strconv.Quote(b))
			}
		}
	}
	return v, nil
}

func identifier(s string) bool {
	return s != "" && strings.Trim(s, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") == ""
}

// loosen drops a leading v, leading zeros and adds the parts that are missing.
func loosen(s string) string {
	core, rest := s, ""
	if i := strings.IndexAny(s, "-+"); i >= 0 {
		core, rest = s[:i], s[i:]
	}
	parts := strings.SplitN(strings.TrimPrefix(core, "v"), ".", 3)
	for len(parts) < 3 {
		parts = append(parts, "0")
	}
	for i, p := range parts {
		if t := strings.TrimLeft(p, "0"); len(t) < len(p) {
			parts[i] = t
			if t == "" {
				parts[i] = "0"
			}
		}
	}
	return strings.Join(parts, ".") + rest
}

// CompileOptions declares the functions.
func (semverLibrary) CompileOptions() []cel.EnvOption {
	str, loose := []*types.Type{types.StringType}, []*types.Type{types.StringType, types.BoolType}
	one, two := []*types.Type{semverType}, []*types.Type{semverType, semverType}
	val := func(v version) ref.Val {
		return opaque[version]{of: semverType, is: v, say: func(v version) string { return v.text },
			eq: func(a, b version) bool { return a.compare(b) == 0 }}
	}
	either := func(f func(version, error) ref.Val) cel.OverloadOpt {
		return cel.BinaryBinding(func(x, y ref.Val) ref.Val {
			s, ok := x.Value().(string)
			normalize, ok2 := y.Value().(bool)
			if !ok || !ok2 {
				return types.MaybeNoSuchOverloadErr(x)
			}
			if normalize {
				s = loosen(s)
			}
			return f(parseVersion(s))
		})
	}
	orError := func(v version, err error) ref.Val {
		if err != nil {
			return types.WrapErr(err)
		}
		return val(v)
	}
	part := func(name string, i int) cel.EnvOption {
		return cel.Function(name, cel.MemberOverload("semver_"+name, one, types.IntType, of1(func(v version) ref.Val { return types.Int(v.parts[i]) })))
	}
	compare := func(name, id string, f func(int) ref.Val, of *types.Type) cel.EnvOption {
		return cel.Function(name, cel.MemberOverload(id, two, of, of2(func(a, b version) ref.Val { return f(a.compare(b)) })))
	}
	return []cel.EnvOption{
		cel.Types(semverType),
		cel.Function("semver",
			cel.Overload("string_to_semver", str, semverType, parsed(parseVersion, val)),
			cel.Overload("string_bool_to_semver", loose, semverType, either(orError))),
		cel.Function("isSemver",
			cel.Overload("is_semver_string", str, types.BoolType, parses(parseVersion)),
			cel.Overload("is_semver_string_bool", loose, types.BoolType, either(func(_ version, err error) ref.Val { return types.Bool(err == nil) }))),
		part("major", 0), part("minor", 1), part("patch", 2),
		compare("isGreaterThan", "semver_is_greater_than", func(c int) ref.Val { return types.Bool(c > 0) }, types.BoolType),
		compare("isLessThan", "semver_is_less_than", func(c int) ref.Val { return types.Bool(c < 0) }, types.BoolType),
		compare("compareTo", "semver_compare_to", func(c int) ref.Val { return types.Int(c) }, types.IntType),
	}
}
