package request

import (
	"net/http/httptest"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		method, url string
		want        Info
	}{
		{"GET", "/api/v1/namespaces/ns/pods", Info{IsResource: true, Verb: "list", Prefix: "api", Version: "v1", Namespace: "ns", Resource: "pods"}},
		{"GET", "/api/v1/pods?watch=1", Info{IsResource: true, Verb: "watch", Prefix: "api", Version: "v1", Resource: "pods"}},
		{"GET", "/api/v1/watch/namespaces/ns/pods/p", Info{IsResource: true, Verb: "watch", Prefix: "api", Version: "v1", Namespace: "ns", Resource: "pods", Name: "p", Watched: true}},
		{"GET", "/api/v1/pods?fieldSelector=metadata.name%3Dp", Info{IsResource: true, Verb: "list", Prefix: "api", Version: "v1", Resource: "pods", SelectedName: "p", FieldSelector: "metadata.name=p"}},
		{"GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dn,metadata.name%3D%3Dp", Info{IsResource: true, Verb: "list", Prefix: "api", Version: "v1", Resource: "pods", SelectedName: "p", FieldSelector: "spec.nodeName=n,metadata.name==p"}},
		{"GET", "/api/v1/pods?watch", Info{IsResource: true, Verb: "watch", Prefix: "api", Version: "v1", Resource: "pods"}},
		{"GET", "/api/v1/pods?watch=False", Info{IsResource: true, Verb: "list", Prefix: "api", Version: "v1", Resource: "pods"}},
		{"GET", "/api/v1/namespaces/ns/pods/p?watch=1", Info{IsResource: true, Verb: "get", Prefix: "api", Version: "v1", Namespace: "ns", Resource: "pods", Name: "p"}},
		{"PUT", "/apis/g.io/v1/namespaces/ns/things/t/status", Info{IsResource: true, Verb: "update", Prefix: "apis", Group: "g.io", Version: "v1", Namespace: "ns", Resource: "things", Name: "t", Subresource: "status"}},
		{"DELETE", "/api/v1/namespaces/ns", Info{IsResource: true, Verb: "delete", Prefix: "api", Version: "v1", Namespace: "ns", Resource: "namespaces", Name: "ns"}},
		{"PUT", "/api/v1/namespaces/ns/finalize", Info{IsResource: true, Verb: "update", Prefix: "api", Version: "v1", Namespace: "ns", Resource: "namespaces", Name: "ns", Subresource: "finalize"}},
		{"DELETE", "/api/v1/namespaces/ns/pods", Info{IsResource: true, Verb: "deletecollection", Prefix: "api", Version: "v1", Namespace: "ns", Resource: "pods"}},
		{"GET", "/api/v1/nodes/n/proxy/a/b/", Info{IsResource: true, Verb: "get", Prefix: "api", Version: "v1", Resource: "nodes", Name: "n", Subresource: "proxy", Rest: "/a/b/"}},
		{"GET", "/api/v1", Info{Verb: "get", Prefix: "api", Version: "v1"}},
		{"GET", "/apis/g.io", Info{Verb: "get", Prefix: "apis"}},
		{"GET", "/healthz", Info{Verb: "get", Prefix: "healthz"}},
	} {
		r := httptest.NewRequest(c.method, c.url, nil)
		c.want.Path, c.want.Method = r.URL.Path, c.method
		got := Parse(r)
		if !got.IsResource {
			got.Prefix, got.Version, got.Group = "", "", "" // mean nothing here
			c.want.Prefix, c.want.Version = "", ""
		}
		if got != c.want {
			t.Errorf("%s %s:\n got %+v\nwant %+v", c.method, c.url, got, c.want)
		}
	}
}
