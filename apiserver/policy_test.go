package apiserver_test

import (
	"strings"
	"testing"
)

const admissionAPI = "/apis/admissionregistration.k8s.io/v1/"

// bind makes a policy for the config maps labelled with its name, and its binding.
// spec and binding are JSON without the braces.
func (r *runner) bind(name, spec, binding string) {
	r.t.Helper()
	r.do("POST", admissionAPI+"validatingadmissionpolicies", []byte(`{"metadata":{"name":"`+name+`"},"spec":{`+spec+`,
		"matchConstraints":{"objectSelector":{"matchLabels":{"t":"`+name+`"}},
			"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"],"operations":["*"]}]}}}`), "")
	r.want(201, "")
	r.do("POST", admissionAPI+"validatingadmissionpolicybindings", []byte(`{"metadata":{"name":"b-`+name+`"},"spec":{"policyName":"`+name+`",`+binding+`}}`), "")
	r.want(201, "")
	r.do("GET", admissionAPI+"validatingadmissionpolicybindings/b-"+name, nil, "")
	r.want(200, "")
}

// TestPolicies: what policies say, word by word, about one object each.
func TestPolicies(t *testing.T) {
	r := hooked(t)
	maps := "/api/v1/namespaces/hooked/configmaps"
	for name, body := range map[string]string{"p1": `{"metadata":{"name":"p1"},"data":{"want":"param"}}`,
		"p2": `{"metadata":{"name":"p2","labels":{"p":"yes"}},"data":{"want":"selected"}}`} {
		r.do("POST", maps, []byte(body), "")
		if r.code != 201 {
			t.Fatalf("%s: %s", name, r.body)
		}
	}
	const deny = `"validationActions":["Deny"]`
	expr := func(e string) string { return `"validations":[{"expression":"` + e + `"}]` }
	said := func(text string) string { return "denied request: " + text }
	const kind = `"paramKind":{"apiVersion":"v1","kind":"ConfigMap"},`
	for _, tt := range []struct {
		name, spec, binding string
		code                int
		text                string
	}{
		{"holds", expr(`has(object.data) && object.data.z == '1'`), deny, 201, ""},
		{"not", expr(`object.data.z == 'x'`), deny, 422, `configmaps \"not\" is forbidden: ValidatingAdmissionPolicy 'not' with binding 'b-not' denied request: failed expression: object.data.z == 'x'","reason":"Invalid"`},
		{"message", `"validations":[{"expression":"false","message":"fixed"}]`, deny, 422, said("fixed")},
		{"made", `"validations":[{"expression":"false","messageExpression":"'got ' + object.metadata.name","reason":"Forbidden"}]`, deny, 403, said("got made") + `","reason":"Forbidden"`},
		{"fallback", `"validations":[{"expression":"false","messageExpression":"string(object.nope.x)","message":"instead"}]`, deny, 422, said("instead")},
		{"error", expr(`object.data.missing == 'x'`), deny, 422, said("expression 'object.data.missing == 'x'' resulted in error: no such key: missing")},
		{"ignored", expr(`object.data.missing == 'x'`) + `,"failurePolicy":"Ignore"`, deny, 201, ""},
		{"warned", expr(`false`), `"validationActions":["Warn","Audit"]`, 201, ""},
		{"variable", expr(`variables.n == 'y'`) + `,"variables":[{"name":"m","expression":"object.nope.m"},{"name":"n","expression":"variables.m"}]`, deny, 422,
			said(`expression 'variables.n == 'y'' resulted in error: composited variable \"n\" fails to evaluate: composited variable \"m\" fails to evaluate: no such key: nope`)},
		{"unused", expr(`variables.n == 1`) + `,"variables":[{"name":"m","expression":"object.nope.m"},{"name":"n","expression":"1"}]`, deny, 201, ""},
		{"space", expr(`namespaceObject.metadata.labels['hooked'] == 'yes' && request.operation == 'CREATE' && oldObject == null`), deny, 201, ""},
		{"asks", expr(`authorizer.serviceAccount('hooked','default').group('').resource('pods').check('create').allowed()`), deny, 422, said("failed expression: authorizer")},
		{"masters", expr(`authorizer.requestResource.check('create').allowed()`), deny, 201, ""},
		{"elsewhere", expr(`false`) + `,"matchConditions":[{"name":"c","expression":"object.metadata.name == 'nope'"}]`, deny, 201, ""},
		{"condition", expr(`true`) + `,"matchConditions":[{"name":"c","expression":"object.nope == 'nope'"}]`, deny, 422, said("expression 'object.nope == 'nope'' resulted in error: no such key: nope")},
		{"unbound", expr(`false`), deny + `,"matchResources":{"namespaceSelector":{"matchLabels":{"no":"such"}}}`, 201, ""},
		{"param", kind + expr(`params.data.want == object.metadata.name`), deny + `,"paramRef":{"name":"p1","parameterNotFoundAction":"Deny"}`, 201, ""},
		{"selected", kind + expr(`params.data.want == object.metadata.name`), deny + `,"paramRef":{"selector":{"matchLabels":{"p":"yes"}},"parameterNotFoundAction":"Deny"}`, 201, ""},
		{"other", kind + expr(`params.data.want == object.metadata.name`), deny + `,"paramRef":{"name":"p1","parameterNotFoundAction":"Deny"}`, 422, said("failed expression: params.data.want == object.metadata.name")},
		{"denies", kind + expr(`true`), deny + `,"paramRef":{"name":"none","parameterNotFoundAction":"Deny"}`, 422, said("failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction")},
		{"allows", kind + expr(`false`), deny + `,"paramRef":{"name":"none","parameterNotFoundAction":"Allow"}`, 201, ""},
		{"nokind", `"paramKind":{"apiVersion":"example.com/v1","kind":"Nope"},` + expr(`false`), deny + `,"paramRef":{"name":"none","parameterNotFoundAction":"Allow"}`, 422,
			`ValidatingAdmissionPolicy 'nokind' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'example.com/v1, Kind=Nope'`},
		{"noted", expr(`true`) + `,"auditAnnotations":[{"key":"k","valueExpression":"string(object.nope)"}]`, deny, 422, said("expression 'string(object.nope)' resulted in error: no such key: nope")},
		{"dear", expr(strings.Repeat(`[0,1,2,3,4,5,6,7,8,9].all(x,`, 6) + `object.metadata.name != ''))))))`), deny, 422, "operation cancelled: actual cost limit exceeded"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mine := *r
			mine.t = t
			mine.bind(tt.name, tt.spec, tt.binding)
			mine.do("POST", maps, []byte(`{"metadata":{"name":"`+tt.name+`","labels":{"t":"`+tt.name+`"}},"data":{"z":"1"}}`), "")
			mine.want(tt.code, tt.text)
			if want := `299 - "Validation failed for ValidatingAdmissionPolicy 'warned' with binding 'b-warned': failed expression: false"`; tt.name == "warned" && mine.header.Get("Warning") != want {
				t.Errorf("the warning is %q", mine.header.Get("Warning"))
			}
		})
	}
}

// TestExpressionsAreCompiled: what does not compile is not stored.
func TestExpressionsAreCompiled(t *testing.T) {
	r := hooked(t)
	h := serveHooks(t, nil)
	for _, kind := range []string{"mutating", "validating"} {
		r.do("POST", admissionAPI+kind+"webhookconfigurations", []byte(`{"metadata":{"name":"bad"},"webhooks":[`+
			h.hook("x", `"matchConditions":[{"name":"a","expression":"object.foo +"},{"name":"b","expression":"1 + 1"},{"name":"c","expression":"params.x == 1"}]`)+`]}`), "")
		for _, text := range []string{
			`webhooks[0].matchConditions[0].expression: Invalid value: \"object.foo +\": compilation failed: ERROR: \u003cinput\u003e:1:13: Syntax error`,
			`webhooks[0].matchConditions[1].expression: Invalid value: \"1 + 1\": must evaluate to bool but got int`,
			`undeclared reference to 'params'`,
		} {
			if got := strings.NewReplacer(`<`, `\u003c`, `>`, `\u003e`).Replace(string(r.body)); r.code != 422 || !strings.Contains(got, text) {
				t.Errorf("%s: %d without %q:\n%s", kind, r.code, text, r.body)
			}
		}
	}
	r.do("POST", admissionAPI+"validatingadmissionpolicies", []byte(`{"metadata":{"name":"bad"},"spec":{
		"matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"],"operations":["*"]}]},
		"variables":[{"name":"c","expression":"1"},{"name":"d","expression":"variables.e"},{"name":"e","expression":"1"}],
		"validations":[{"expression":"variables.c == 1","messageExpression":"2"},{"expression":"variables.zz"}],
		"auditAnnotations":[{"key":"a","valueExpression":"1"}]}}`), "")
	r.want(422, "undefined field 'e'")
	r.want(422, `spec.validations[0].messageExpression: Invalid value: \"2\": must evaluate to string but got int`)
	r.want(422, "undefined field 'zz'")
	r.want(422, `must evaluate to one of [string null_type] but got int`)
}

// TestPoliciesAreTypeChecked: the status tells of what would fail, for each kind
// that the rules name.
func TestPoliciesAreTypeChecked(t *testing.T) {
	r := hooked(t)
	policies := admissionAPI + "validatingadmissionpolicies"
	r.do("POST", policies, []byte(`{"metadata":{"name":"typed"},"spec":{
		"matchConstraints":{"resourceRules":[{"apiGroups":["apps"],"apiVersions":["v1"],"resources":["deployments","replicasets"],"operations":["*"]},
			{"apiGroups":[""],"apiVersions":["v1"],"resources":["pods"],"operations":["*"]}]},
		"variables":[{"name":"w","expression":"object.spec.replicas"}],
		"validations":[{"expression":"object.metadata.name == 'x' && object.metadata.creationTimestamp == object.metadata.deletionTimestamp"},
			{"expression":"variables.w == 'x'"},{"expression":"object.spec.nope == 1"}]}}`), "")
	r.want(201, "")
	r.until(policies+"/typed", `"observedGeneration":1`)
	r.want(200, `"typeChecking":{"expressionWarnings":[{"fieldRef":"spec.validations[1].expression","warning":"apps/v1, Kind=Deployment: ERROR:`)
	r.want(200, `undefined field 'nope'`)
	r.want(200, `,{"fieldRef":"spec.validations[2].expression","warning":"/v1, Kind=Pod: ERROR:`)
	r.do("PATCH", policies+"/typed", []byte(`{"spec":{"validations":[{"expression":"object.metadata.name != ''"}]}}`), "application/merge-patch+json")
	r.want(200, "")
	r.until(policies+"/typed", `"observedGeneration":2,"typeChecking":{}`)
}
