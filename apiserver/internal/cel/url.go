package cel

import (
	"net/url"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// urlLibrary adds url, isURL and the parts of a URL.
type urlLibrary struct{ noOptions }

var urlType = types.NewOpaqueType("kubernetes.URL")

// LibraryName names it.
func (urlLibrary) LibraryName() string { return "kubernetes.urls" }

// CompileOptions declares the functions.
func (urlLibrary) CompileOptions() []cel.EnvOption {
	str := []*types.Type{types.StringType}
	part := func(name, id string, f func(*url.URL) ref.Val, of *types.Type) cel.EnvOption {
		return cel.Function(name, cel.MemberOverload(id, []*types.Type{urlType}, of, of1(f)))
	}
	text := func(f func(*url.URL) string) func(*url.URL) ref.Val {
		return func(u *url.URL) ref.Val { return types.String(f(u)) }
	}
	return []cel.EnvOption{
		cel.Types(urlType),
		cel.Function("url", cel.Overload("string_to_url", str, urlType, string1(func(s string) ref.Val {
			u, err := parseURL(s)
			if err != nil {
				return types.NewErr("URL parse error during conversion from string: %v", err)
			}
			return opaque[*url.URL]{of: urlType, is: u, say: (*url.URL).String,
				eq: func(a, b *url.URL) bool { return a.String() == b.String() }}
		}))),
		cel.Function("isURL", cel.Overload("is_url_string", str, types.BoolType, string1(func(s string) ref.Val {
			_, err := parseURL(s)
			return types.Bool(err == nil)
		}))),
		part("getScheme", "url_get_scheme", text(func(u *url.URL) string { return u.Scheme }), types.StringType),
		part("getHost", "url_get_host", text(func(u *url.URL) string { return u.Host }), types.StringType),
		part("getHostname", "url_get_hostname", text((*url.URL).Hostname), types.StringType),
		part("getPort", "url_get_port", text((*url.URL).Port), types.StringType),
		part("getEscapedPath", "url_get_escaped_path", text((*url.URL).EscapedPath), types.StringType),
		part("getQuery", "url_get_query", func(u *url.URL) ref.Val {
			return types.NewDynamicMap(types.DefaultTypeAdapter, map[string][]string(u.Query()))
		}, types.NewMapType(types.StringType, types.NewListType(types.StringType))),
	}
}

// parseURL takes absolute URLs and absolute paths.
func parseURL(s string) (*url.URL, error) { return url.ParseRequestURI(s) }
