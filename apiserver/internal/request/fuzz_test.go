package request

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// verbs are the methods that the API has verbs for.
var verbs = map[string]bool{"GET": true, "HEAD": true, "POST": true, "PUT": true, "PATCH": true, "DELETE": true}

// FuzzParse: whatever the path and query are, what is read off them is what
// stands there: put together again it is the path, so that what is authorized
// is what is served.
func FuzzParse(f *testing.F) {
	for _, p := range []string{
		"/", "/api", "/api/v1", "/api/v1/", "/apis", "/apis/apps/v1", "/healthz", "/version", "/openapi/v3/apis/apps/v1",
		"/api/v1/pods", "/api/v1/namespaces", "/api/v1/namespaces/default", "/api/v1/namespaces/default/", "/api/v1/namespaces/default/status",
		"/api/v1/namespaces/default/pods", "/api/v1/namespaces/default/pods/a", "/api/v1/namespaces/default/pods/a/log",
		"/api/v1/namespaces/default/pods/a/proxy/x/y/", "/api/v1/watch/pods", "/api/v1/watch/namespaces/default/pods/a",
		"/apis/apps/v1/namespaces/default/deployments/a/scale", "/apis/g/v1/namespaces/a/b/c/d/e/f", "//api//v1//pods", "/api/v1/namespaces//pods",
		"/api/v1/nodes/a%2Fb", "/api/v1/namespaces/a%2F..%2Fb/pods/%2e%2e", "/apis//v1/pods", "/api/v1/watch/", "/api/v1/watch/namespaces",
	} {
		f.Add("GET", p, "")
	}
	f.Add("GET", "/api/v1/pods", "watch=true&fieldSelector=metadata.name%3Da")
	f.Add("GET", "/api/v1/pods", "watch=0&fieldSelector=metadata.name%3D%2Fa%2Cx")
	f.Add("HEAD", "/api/v1/pods/a", "watch&watch=false")
	f.Add("DELETE", "/api/v1/namespaces/default/pods", "fieldSelector=%zz")
	f.Fuzz(func(t *testing.T, method, path, query string) {
		u, err := url.ParseRequestURI(path)
		if err != nil || u.Host != "" || !strings.HasPrefix(u.Path, "/") {
			return
		}
		u.RawQuery = query
		i := Parse(&http.Request{Method: method, URL: u})
		if i.Path != u.Path || i.Verb == "" && verbs[method] {
			t.Fatalf("%s %s: %+v", method, u, i)
		}
		if !i.IsResource {
			if i.Resource != "" || i.Name != "" || i.Namespace != "" {
				t.Fatalf("%s is no resource and names one: %+v", u, i)
			}
			return
		}
		// Empty parts have no place in what is put together; nothing is served there.
		if got := together(&i); !strings.Contains(u.Path, "//") && strings.TrimRight(got, "/") != strings.TrimRight(strings.TrimPrefix(u.Path, "/"), "/") {
			t.Fatalf("%s reads as %s: %+v", u, got, i)
		}
		if i.SelectedName != "" && strings.ContainsAny(i.SelectedName, "/%") {
			t.Fatalf("%s?%s selects the name %q", u, query, i.SelectedName)
		}
	})
}

// together is the path that i stands for.
func together(i *Info) string {
	parts := []string{i.Prefix}
	if i.Prefix == "apis" {
		parts = append(parts, i.Group)
	}
	parts = append(parts, i.Version)
	if i.Watched {
		parts = append(parts, "watch")
	}
	if i.Namespace != "" && (i.Resource != "namespaces" || i.Name != i.Namespace) {
		parts = append(parts, "namespaces", i.Namespace)
	}
	parts = append(parts, i.Resource, i.Name, i.Subresource)
	return strings.Join(parts, "/") + i.Rest
}
