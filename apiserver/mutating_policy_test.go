package apiserver_test

import (
	"encoding/json"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
)

// mutate makes a policy for the config maps labelled with its name, and its
// binding. spec and binding are JSON without the braces.
func (r *runner) mutate(name, spec, binding string) {
	r.t.Helper()
	r.do("POST", admissionAPI+"mutatingadmissionpolicies", []byte(`{"metadata":{"name":"`+name+`"},"spec":{`+spec+`,
		"matchConstraints":{"objectSelector":{"matchExpressions":[{"key":"t","operator":"In","values":["`+name+`","all"]}]},
			"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"],"operations":["CREATE","UPDATE"]}]}}}`), "")
	r.want(201, "")
	r.do("POST", admissionAPI+"mutatingadmissionpolicybindings", []byte(`{"metadata":{"name":"b-`+name+`"},"spec":{"policyName":"`+name+`"`+binding+`}}`), "")
	r.want(201, "")
	r.do("GET", admissionAPI+"mutatingadmissionpolicybindings/b-"+name, nil, "")
	r.want(200, "")
}

// applies is a mutation by configuration, patch one by JSON patch.
func applies(e string) string {
	return `"reinvocationPolicy":"Never","mutations":[{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":"` + e + `"}}]`
}

func jsonPatches(e string) string {
	return `"reinvocationPolicy":"Never","mutations":[{"patchType":"JSONPatch","jsonPatch":{"expression":"` + e + `"}}]`
}

// TestMutatingPolicies: what policies make of one object each.
func TestMutatingPolicies(t *testing.T) {
	r := hooked(t)
	maps := "/api/v1/namespaces/hooked/configmaps"
	r.do("POST", maps, []byte(`{"metadata":{"name":"p1"},"data":{"want":"param"}}`), "")
	r.want(201, "")
	const kind = `"paramKind":{"apiVersion":"v1","kind":"ConfigMap"},`
	said := func(name, text string) string {
		return `configmaps \"` + name + `\" is forbidden: policy '` + name + `' with binding 'b-` + name + `' denied request: ` + text
	}
	for _, tt := range []struct {
		name, spec, binding string
		code                int
		data                string // of the object, or a part of the answer
	}{
		{"applies", applies(`Object{data: {'made': object.metadata.name + '!'}}`), "", 201, `{"made":"applies!","z":"1"}`},
		{"nested", applies(`Object{metadata: Object.metadata{labels: {'extra': 'yes'}}, ?data: optional.of({'n': 'x'})}`), "", 201, `{"n":"x","z":"1"}`},
		{"patches", jsonPatches(`[JSONPatch{op: 'test', path: '/data/z', value: '1'}, JSONPatch{op: 'replace', path: '/data/z', value: '2'}, JSONPatch{op: 'add', path: '/data/' + jsonpatch.escapeKey('b~c').replace('~0', '-'), value: 'd'}]`), "", 201, `{"b-c":"d","z":"2"}`},
		{"tested", jsonPatches(`[JSONPatch{op: 'test', path: '/data/z', value: 'other'}, JSONPatch{op: 'remove', path: '/data/z'}]`), "", 201, `{"z":"1"}`},
		{"nothing", jsonPatches(`object.data.z == '1' ? [] : [JSONPatch{op: 'remove', path: '/data/z'}]`), "", 201, `{"z":"1"}`},
		{"condition", applies(`Object{data: {'made': 'x'}}`) + `,"matchConditions":[{"name":"c","expression":"object.metadata.name == 'nope'"}]`, "", 201, `{"z":"1"}`},
		{"variable", applies(`Object{data: {'made': variables.v}}`) + `,"variables":[{"name":"v","expression":"object.data.z + 'v'"}]`, "", 201, `{"made":"1v","z":"1"}`},
		{"param", kind + applies(`Object{data: {'made': params.data.want}}`), `,"paramRef":{"name":"p1","parameterNotFoundAction":"Deny"}`, 201, `{"made":"param","z":"1"}`},
		{"noparam", kind + applies(`Object{data: {'made': params.data.want}}`), `,"paramRef":{"name":"none","parameterNotFoundAction":"Deny"}`, 422, said("noparam", "failed to configure binding: no params found")},
		{"unbound", applies(`Object{data: {'made': 'x'}}`), `,"matchResources":{"namespaceSelector":{"matchLabels":{"no":"such"}}}`, 201, `{"z":"1"}`},
		{"fails", applies(`Object{data: {'made': object.data.missing}}`), "", 422, said("fails", `expression 'Object{data: {'made': object.data.missing}}' resulted in error: no such key: missing","reason":"Invalid"`)},
		{"passes", applies(`Object{data: {'made': object.data.missing}}`) + `,"failurePolicy":"Ignore"`, "", 201, `{"z":"1"}`},
		{"misnamed", applies(`Object{metadata: Object.spec{labels: {'a': 'b'}}}`), "", 422, said("misnamed", `type mismatch: unexpected type name \"Object.spec\", expected \"Object.metadata\", which matches field name path from root Object type`)},
		{"unknown", applies(`Object{nosuch: 'x'}`), "", 422, said("unknown", "error applying patch: failed to convert patch object to typed object: .nosuch: field not declared in schema")},
		{"nopath", jsonPatches(`[JSONPatch{op: 'remove', path: '/nope/a'}]`), "", 422, said("nopath", "JSON Patch: ")},
		{"badly", jsonPatches(`[JSONPatch{op: 'add', path: '/data/a', value: 5}]`), "", 422, said("badly", "json: cannot unmarshal number into Go struct field ConfigMap.data of type string")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mine := *r
			mine.t = t
			mine.mutate(tt.name, tt.spec, tt.binding)
			mine.do("POST", maps, []byte(`{"metadata":{"name":"`+tt.name+`","labels":{"t":"`+tt.name+`"}},"data":{"z":"1"}}`), "")
			if tt.code != 201 {
				mine.want(tt.code, tt.data)
				return
			}
			mine.want(201, "")
			if got := dataOf(t, mine.body); got != tt.data {
				t.Errorf("the data is %s, want %s", got, tt.data)
			}
		})
	}
}

func dataOf(t *testing.T, body []byte) string {
	t.Helper()
	var m core.ConfigMap
	if err := json.Unmarshal(body, &m); err != nil {
		t.Fatal(err)
	}
	b, _ := json.Marshal(m.Data)
	return string(b)
}

// TestMutatingPoliciesAgain: a policy that may be run again is, when one behind
// it has changed the object; one that may not is not.
func TestMutatingPoliciesAgain(t *testing.T) {
	r := hooked(t)
	count := func(name, again string) {
		r.mutate(name, `"reinvocationPolicy":"`+again+`","mutations":[{"patchType":"ApplyConfiguration","applyConfiguration":{"expression":
			"Object{data: {'`+name+`': has(object.data.`+name+`) ? object.data.`+name+` + 'x' : 'x'}}"}}]`, "")
	}
	count("a", "IfNeeded")
	count("b", "Never")
	count("c", "IfNeeded")
	r.do("POST", hookedMaps, []byte(`{"metadata":{"name":"m","labels":{"t":"all"}},"data":{"z":"1"}}`), "")
	r.want(201, "")
	if got := dataOf(t, r.body); got != `{"a":"xx","b":"x","c":"xx","z":"1"}` {
		t.Errorf("the data is %s", got)
	}
	r.do("PATCH", hookedMaps+"/m?dryRun=All", []byte(`{"data":{"z":"2"}}`), "application/merge-patch+json")
	r.want(200, "")
	if got := dataOf(t, r.body); got != `{"a":"xxxx","b":"xx","c":"xxxx","z":"2"}` {
		t.Errorf("after a patch the data is %s", got)
	}
	r.do("DELETE", hookedMaps+"/m", nil, "")
	r.want(200, "")
}

// TestMutatingPoliciesMergeLists: a container that a policy adds is merged by its
// name; lists that are owned as a whole are refused.
func TestMutatingPoliciesMergeLists(t *testing.T) {
	r := hooked(t)
	for name, e := range map[string]string{
		"sidecar": `Object{spec: Object.spec{containers: [Object.spec.containers{name: 'side', image: 'i'}, Object.spec.containers{name: 'a', env: [Object.spec.containers.env{name: 'E', value: 'v'}]}]}}`,
		"whole":   `Object{spec: Object.spec{containers: [Object.spec.containers{name: 'a', command: ['x']}]}}`,
	} {
		r.do("POST", admissionAPI+"mutatingadmissionpolicies", []byte(`{"metadata":{"name":"`+name+`"},"spec":{`+applies(e)+`,
			"matchConstraints":{"objectSelector":{"matchLabels":{"t":"`+name+`"}},
				"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"resources":["pods"],"operations":["CREATE"]}]}}}`), "")
		r.want(201, "")
		r.do("POST", admissionAPI+"mutatingadmissionpolicybindings", []byte(`{"metadata":{"name":"b-`+name+`"},"spec":{"policyName":"`+name+`"}}`), "")
		r.want(201, "")
	}
	r.do("GET", admissionAPI+"mutatingadmissionpolicybindings", nil, "")
	pod := func(name string) []byte {
		return []byte(`{"metadata":{"name":"` + name + `","labels":{"t":"` + name + `"}},"spec":{"containers":[{"name":"a","image":"x"}]}}`)
	}
	r.do("POST", hookedPods, pod("sidecar"), "")
	r.want(201, "")
	var p core.Pod
	if err := json.Unmarshal(r.body, &p); err != nil {
		t.Fatal(err)
	}
	if c := p.Spec.Containers; len(c) != 2 || c[1].Name != "a" || c[1].Image != "x" || len(c[1].Env) != 1 || c[0].Name != "side" {
		t.Errorf("the containers are %+v", c)
	}
	r.do("POST", hookedPods, pod("whole"), "")
	r.want(422, "error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.containers[0].command")
}

// TestMutationsAreCompiled: expressions that cannot make what they are to make
// are refused with the policy.
func TestMutationsAreCompiled(t *testing.T) {
	r := hooked(t)
	for spec, text := range map[string]string{
		applies(`'text'`):                   "must evaluate to Object but got string",
		applies(`Object{spec: nosuch}`):     "undeclared reference to 'nosuch'",
		jsonPatches(`Object{}`):             "must evaluate to list(JSONPatch) but got Object",
		jsonPatches(`[JSONPatch{oops: 1}]`): "undefined field 'oops'",
	} {
		r.do("POST", admissionAPI+"mutatingadmissionpolicies", []byte(`{"metadata":{"name":"n"},"spec":{`+spec+`,
			"matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"resources":["pods"],"operations":["CREATE"]}]}}}`), "")
		r.want(422, text)
	}
}
