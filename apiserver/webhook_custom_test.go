package apiserver_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/admission"
)

// TestWebhooksOfCustomResources: custom resources go the same way. What a hook
// adds is pruned and defaulted by their schema, and a rule for one version finds
// requests for another.
func TestWebhooksOfCustomResources(t *testing.T) {
	r := hooked(t)
	definition, err := os.ReadFile("testdata/things.json")
	if err != nil {
		t.Fatal(err)
	}
	r.do("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition, "")
	r.want(201, "")
	r.until("/apis/ext.example.com/v2", `"things"`)
	h := serveHooks(t, map[string]answerer{
		"change": func(q *admission.AdmissionRequest, a *admission.AdmissionResponse) {
			if q.Operation == "CREATE" {
				patches(`[{"op":"add","path":"/spec","value":{"colour":"red","unknown":1}},{"op":"add","path":"/other","value":1}]`)(q, a)
			}
		},
		"judge": func(q *admission.AdmissionRequest, a *admission.AdmissionResponse) {
			a.Allowed = !strings.Contains(q.Name, "bad")
		},
		"other": allows,
		"exact": allows,
	})
	rule := func(version string) string {
		return `"rules":[{"apiGroups":["ext.example.com"],"apiVersions":["` + version + `"],"resources":["things"],"operations":["*"]}]`
	}
	r.configure("Mutating", "m", h.hook("change", rule("v1")))
	r.configure("Validating", "v", h.hook("judge", rule("*")), h.hook("other", rule("v2")), h.hook("exact", rule("v2")+`,"matchPolicy":"Exact"`))
	things := "/apis/ext.example.com/v1/namespaces/hooked/things"
	r.do("POST", things, []byte(`{"apiVersion":"ext.example.com/v1","kind":"Thing","metadata":{"name":"good"}}`), "")
	r.want(201, `"colour":"red"`)
	r.want(201, `"size":1`)
	if strings.Contains(string(r.body), "unknown") || strings.Contains(string(r.body), "other") {
		t.Errorf("what the schema does not know was kept: %s", r.body)
	}
	got := h.requests("other")
	if len(got) != 1 || got[0].Resource.Version != "v2" || got[0].RequestResource.Version != "v1" || got[0].Kind.Version != "v2" ||
		!strings.Contains(string(got[0].Object.Raw), `"apiVersion":"ext.example.com/v2"`) || got[0].RequestKind.Version != "v1" {
		t.Errorf("the hook for the other version was asked %+v", got)
	}
	if got := h.requests("exact"); len(got) != 0 {
		t.Errorf("the hook for exactly the other version was asked %+v", got)
	}
	r.do("POST", things, []byte(`{"apiVersion":"ext.example.com/v1","kind":"Thing","metadata":{"name":"bad"}}`), "")
	r.want(400, `admission webhook \"judge.example.com\" denied the request`)
	r.unconfigure("Validating", "v")
	r.do("POST", things, []byte(`{"apiVersion":"ext.example.com/v1","kind":"Thing","metadata":{"name":"bad2"}}`), "")
	r.want(201, "")
	r.configure("Validating", "v", h.hook("judge", rule("*")))
	r.do("PATCH", things+"/bad2", []byte(`{"spec":{"size":2}}`), "application/merge-patch+json")
	r.want(400, "denied the request")
	r.do("DELETE", things+"/bad2", nil, "")
	r.want(400, "denied the request")
	r.unconfigure("Validating", "v")
	r.unconfigure("Mutating", "m")

	r.do("POST", admissionAPI+"validatingadmissionpolicies", []byte(`{"metadata":{"name":"things"},"spec":{
		"paramKind":{"apiVersion":"ext.example.com/v2","kind":"Thing"},
		"matchConstraints":{"resourceRules":[{"apiGroups":["ext.example.com"],"apiVersions":["v2"],"resources":["things"],"operations":["*"]}]},
		"validations":[{"expression":"object == null || object.spec.size <= params.spec.size && object.apiVersion == 'ext.example.com/v2' && params.apiVersion == object.apiVersion"}]}}`), "")
	r.want(201, "")
	r.do("POST", admissionAPI+"validatingadmissionpolicybindings", []byte(`{"metadata":{"name":"things"},"spec":{"policyName":"things","validationActions":["Deny"],
		"paramRef":{"name":"good","namespace":"hooked","parameterNotFoundAction":"Deny"}}}`), "")
	r.want(201, "")
	r.do("GET", admissionAPI+"validatingadmissionpolicybindings/things", nil, "")
	var codes []int
	for _, body := range []string{`{"metadata":{"name":"small"},"spec":{"size":1}}`, `{"metadata":{"name":"large"},"spec":{"size":2}}`} {
		r.do("POST", things, []byte(strings.Replace(body, `{`, `{"apiVersion":"ext.example.com/v1","kind":"Thing",`, 1)), "")
		codes = append(codes, r.code)
	}
	if !slices.Equal(codes, []int{201, 422}) {
		t.Errorf("a policy for the other version lets %v by: %s", codes, r.body)
	}
}
