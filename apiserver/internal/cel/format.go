package cel

import (
	"encoding/base64"

	"net/url"
	"regexp"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/pilothouse/pilothouse/proto/meta"
)

// formatLibrary adds named formats that say what is wrong with a string.
type formatLibrary struct{ noOptions }

var formatType = types.NewOpaqueType("kubernetes.NamedFormat")

// LibraryName names it.
func (formatLibrary) LibraryName() string { return "format" }

// format checks strings; what it returns is what is wrong.
type format struct {
	name  string
	check func(string) []string
}

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$`)

func wrong(err error) []string {
	if err != nil {
		return []string{err.Error()}
	}
	return nil
}

// prefixed checks a name's prefix: a dash may end it.
func prefixed(check func(string) []string) func(string) []string {
	return func(s string) []string {
		if len(s) > 1 && s[len(s)-1] == '-' {
			s = s[:len(s)-1] + "a"
		}
		return check(s)
	}
}

var formats = func() map[string]format {
	out := map[string]format{}
	for name, check := range map[string]func(string) []string{
		"dns1123Label": meta.IsDNS1123Label, "dns1123LabelPrefix": prefixed(meta.IsDNS1123Label),
		"dns1123Subdomain": meta.IsDNS1123Subdomain, "dns1123SubdomainPrefix": prefixed(meta.IsDNS1123Subdomain),
		"dns1035Label": meta.IsDNS1035Label, "dns1035LabelPrefix": prefixed(meta.IsDNS1035Label),
		"qualifiedName": meta.IsQualifiedName, "labelValue": meta.IsLabelValue,
		"uri": func(s string) []string { _, err := url.ParseRequestURI(s); return wrong(err) },
		"uuid": func(s string) []string {
			if !uuid.MatchString(s) {
				return []string{"does not match the UUID format"}
			}
			return nil
		},
		"byte":     func(s string) []string { _, err := base64.StdEncoding.DecodeString(s); return wrong(err) },
		"date":     func(s string) []string { _, err := time.Parse(time.DateOnly, s); return wrong(err) },
		"datetime": func(s string) []string { _, err := time.Parse(time.RFC3339, s); return wrong(err) },
	} {
		out[name] = format{name, check}
	}
	return out
}()

func formatVal(f format) ref.Val {
	return opaque[format]{of: formatType, is: f, say: func(f format) string { return f.name },
		eq: func(a, b format) bool { return a.name == b.name }}
}

// CompileOptions declares the functions.
func (formatLibrary) CompileOptions() []cel.EnvOption {
	opts := []cel.EnvOption{
		cel.Types(formatType),
		cel.Function("format.named", cel.Overload("format-named", []*types.Type{types.StringType}, types.NewOptionalType(formatType),
			string1(func(s string) ref.Val {
				f, ok := formats[s]
				if !ok {
					return types.OptionalNone
				}
				return types.OptionalOf(formatVal(f))
			}))),
		cel.Function("validate", cel.MemberOverload("format-validate", []*types.Type{formatType, types.StringType},
			types.NewOptionalType(types.NewListType(types.StringType)), of2(func(f format, s string) ref.Val {
				if problems := f.check(s); len(problems) > 0 {
					return types.OptionalOf(stringList(problems))
				}
				return types.OptionalNone
			}))),
	}
	for name, f := range formats {
		opts = append(opts, cel.Function("format."+name, cel.Overload("format-"+name, nil, formatType,
			cel.FunctionBinding(func(...ref.Val) ref.Val { return formatVal(f) }))))
	}
	return opts
}
