// Package request reads off a request's method and path what it asks for: the
// verb, the resource, the namespace and the name. Authorization decides on it,
// the handlers act on it, metrics count by it.
package request

import (
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/selector"
)

// Info is what a request asks for.
type Info struct {
	// Resource says that the path names something below /api or /apis with a
	// version; otherwise only Verb and Path mean something.
	IsResource bool
	// Verb is get, list, watch, create, update, patch, delete,
	// deletecollection or proxy; for other paths the method in lower case.
	Verb string
	// Method is that of HTTP.
	Method string
	// Path is the URL's path.
	Path string
	// Prefix is api or apis.
	Prefix string
	// Group is empty for the core group.
	Group string
	// Version is the API version, such as v1.
	Version string
	// Namespace is empty for cluster-wide requests.
	Namespace string
	// Resource is the plural, such as pods.
	Resource string
	// Subresource is what follows the name, such as status.
	Subresource string
	// Name is empty for lists and creates.
	Name string
	// Watched says that the path is one of the old /watch/ paths.
	Watched bool
	// SelectedName is the one name that a list or watch asks for by the field
	// selector metadata.name=NAME: it may see that object and no other.
	SelectedName string
	// FieldSelector is the query's, for what concerns many objects.
	FieldSelector string
	// Rest is what follows the subresource, with its leading slash: the path
	// that a proxied request is for.
	Rest string

	// apart is what Apart was told, in nanoseconds.
	apart int64
}

// Apart notes time that the request spent on others: waiting for its turn, or for
// webhooks to answer. It may be called by several goroutines.
func (i *Info) Apart(d time.Duration) {
	if i != nil {
		atomic.AddInt64(&i.apart, int64(d))
	}
}

// Waited is the sum of what Apart was told.
func (i *Info) Waited() time.Duration { return time.Duration(atomic.LoadInt64(&i.apart)) }

// Parse reads method, path and query. Watches are lists with watch=true, or
// the old /watch/ paths.
func Parse(r *http.Request) Info {
	i := Info{Method: r.Method, Path: r.URL.Path, Verb: strings.ToLower(r.Method)}
	rest, ok := i.version()
	if !ok {
		return i
	}
	i.IsResource = true
	if after, ok := strings.CutPrefix(rest, "watch/"); ok {
		rest, i.Watched = after, true
	}
	if after, ok := strings.CutPrefix(rest, "namespaces/"); ok {
		i.namespaced(after)
	} else {
		i.Resource, i.Name, i.Subresource, i.Rest = cut3(rest)
	}
	i.Verb = verb(r, &i)
	if r.URL.RawQuery != "" && (i.Verb == "list" || i.Verb == "watch" || i.Verb == "deletecollection") {
		i.FieldSelector = r.URL.Query().Get("fieldSelector")
		if i.Verb != "deletecollection" {
			i.SelectedName = selectedName(i.FieldSelector)
		}
	}
	return i
}

// selectedName is NAME of a selector that has the condition metadata.name=NAME,
// and empty for any other.
func selectedName(fields string) string {
	if !strings.Contains(fields, "metadata.name") {
		return ""
	}
	f, err := selector.ParseFields(fields)
	if err != nil {
		return ""
	}
	name, _ := f.RequiresExact("metadata.name")
	if len(meta.IsPathSegment(name)) > 0 {
		return ""
	}
	return name
}

// version takes /api/v1/ or /apis/group/version/ off the path; false when
// nothing follows.
func (i *Info) version() (rest string, ok bool) {
	p := strings.TrimPrefix(i.Path, "/")
	i.Prefix, rest, ok = strings.Cut(p, "/")
	if !ok || i.Prefix != "api" && i.Prefix != "apis" {
		return "", false
	}
	if i.Prefix == "apis" {
		if i.Group, rest, ok = strings.Cut(rest, "/"); !ok {
			return "", false
		}
	}
	i.Version, rest, ok = strings.Cut(rest, "/")
	return rest, ok && rest != "" && i.Version != ""
}

// namespaced reads what follows namespaces/: an object in the namespace, or
// the namespace itself and its subresources.
func (i *Info) namespaced(p string) {
	ns, rest, more := strings.Cut(p, "/")
	i.Namespace = ns
	if !more || rest == "" || rest == "status" || rest == "finalize" {
		i.Resource, i.Name, i.Subresource = "namespaces", ns, rest
		return
	}
	i.Resource, i.Name, i.Subresource, i.Rest = cut3(rest)
}

// cut3 takes resource/name/subresource apart, with whatever follows.
func cut3(p string) (resource, name, sub, rest string) {
	resource, p, _ = strings.Cut(p, "/")
	name, p, _ = strings.Cut(p, "/")
	if n := strings.IndexByte(p, '/'); n >= 0 {
		p, rest = p[:n], p[n:]
	}
	return resource, name, p, rest
}

func verb(r *http.Request, i *Info) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		if i.Watched || i.Name == "" && r.URL.RawQuery != "" && isTrue(r.URL.Query()["watch"]) {
			return "watch"
		}
		if i.Name == "" {
			return "list"
		}
		return "get"
	case http.MethodPost:
		return "create"
	case http.MethodPut:
		return "update"
	case http.MethodPatch:
		return "patch"
	case http.MethodDelete:
		if i.Name == "" {
			return "deletecollection"
		}
		return "delete"
	}
	return "" // no verb of the API's
}

// isTrue reads a parameter that is yes when it is there, unless its value says
// no.
func isTrue(v []string) bool {
	return len(v) > 0 && v[0] != "0" && !strings.EqualFold(v[0], "false")
}
