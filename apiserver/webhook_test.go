package apiserver_test

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
	"github.com/pilothouse/pilothouse/proto/admission"
	"github.com/pilothouse/pilothouse/proto/codec"
)

// answerer is a webhook: what it is asked and what it says.
type answerer func(r *admission.AdmissionRequest, a *admission.AdmissionResponse)

// hookServer is a program that serves webhooks, each below its own path.
type hookServer struct {
	*httptest.Server
	mu    sync.Mutex
	asked map[string][]*admission.AdmissionRequest
}

func serveHooks(t *testing.T, hooks map[string]answerer) *hookServer {
	h := &hookServer{asked: map[string][]*admission.AdmissionRequest{}}
	h.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		var review admission.AdmissionReview
		var body json.RawMessage
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Errorf("%s was sent no JSON: %v", name, err)
		}
		if err := codec.DecodeJSON(body, &review); err != nil || review.Request == nil {
			t.Errorf("%s was sent %s: %v", name, body, err)
			return
		}
		h.mu.Lock()
		h.asked[name] = append(h.asked[name], review.Request)
		h.mu.Unlock()
		answer := &admission.AdmissionResponse{UID: review.Request.UID, Allowed: true}
		hooks[name](review.Request, answer)
		review.Request, review.Response = nil, answer
		b, _ := codec.EncodeJSON(&review)
		w.Write(b)
	}))
	t.Cleanup(h.Close)
	return h
}

// requests are those that a webhook was asked about since the last call.
func (h *hookServer) requests(name string) []*admission.AdmissionRequest {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := h.asked[name]
	delete(h.asked, name)
	return out
}

// hook is the JSON of one webhook: all about config maps, with changes made by
// more, which is JSON without the braces.
func (h *hookServer) hook(name, more string) string {
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.Certificate().Raw})
	bundle, _ := json.Marshal(ca)
	var m map[string]json.RawMessage
	all := fmt.Sprintf(`{"name":"%s.example.com","clientConfig":{"url":"%s/%s","caBundle":%s},"sideEffects":"None","admissionReviewVersions":["v1"],
		"rules":[{"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"],"operations":["*"]}],"namespaceSelector":{"matchLabels":{"hooked":"yes"}}}`,
		name, h.URL, name, bundle)
	json.Unmarshal([]byte(all), &m)
	json.Unmarshal([]byte("{"+more+"}"), &m)
	b, _ := json.Marshal(m)
	return string(b)
}

// configure makes a webhook configuration, Mutating or Validating, and waits
// until the server knows of it.
func (r *runner) configure(kind, name string, hooks ...string) {
	r.t.Helper()
	path := "/apis/admissionregistration.k8s.io/v1/" + strings.ToLower(kind) + "webhookconfigurations"
	r.do("POST", path, []byte(`{"metadata":{"name":"`+name+`"},"webhooks":[`+strings.Join(hooks, ",")+`]}`), "")
	r.want(201, "")
	r.do("GET", path+"/"+name, nil, "")
	r.want(200, "")
}

// unconfigure takes one away again.
func (r *runner) unconfigure(kind, name string) {
	r.t.Helper()
	path := "/apis/admissionregistration.k8s.io/v1/" + strings.ToLower(kind) + "webhookconfigurations/" + name
	r.do("DELETE", path, nil, "")
	r.want(200, "")
	r.do("GET", path, nil, "")
	r.want(404, "")
}

// want checks the last answer.
func (r *runner) want(code int, text string) {
	r.t.Helper()
	if r.code != code || !strings.Contains(string(r.body), text) {
		r.t.Fatalf("the answer is %d, not %d with %q:\n%s", r.code, code, text, r.body)
	}
}

// hooked is a runner with a namespace that webhooks look at.
func hooked(t *testing.T) *runner {
	r := &runner{t: t, server: testserver.Start(t, nil), ns: "hooked"}
	r.as("system:admin", "system:masters")
	r.do("POST", "/api/v1/namespaces", []byte(`{"metadata":{"name":"hooked","labels":{"hooked":"yes"}}}`), "")
	r.do("POST", "/api/v1/namespaces/hooked/serviceaccounts", []byte(`{"metadata":{"name":"default"}}`), "")
	return r
}

const (
	hookedMaps = "/api/v1/namespaces/hooked/configmaps"
	hookedPods = "/api/v1/namespaces/hooked/pods"
)

// patches makes an answer that patches.
func patches(format string, args ...any) answerer {
	return func(_ *admission.AdmissionRequest, a *admission.AdmissionResponse) {
		t := admission.PatchTypeJSONPatch
		a.Patch, a.PatchType = []byte(fmt.Sprintf(format, args...)), &t
	}
}

func allows(*admission.AdmissionRequest, *admission.AdmissionResponse) {}

// TestWebhooks goes through what webhooks see and what they can do, on one
// server: each part takes its configuration away again.
func TestWebhooks(t *testing.T) {
	r := hooked(t)
	for _, part := range []struct {
		name string
		run  func(*testing.T, *runner)
	}{
		{"order", hooksInOrder}, {"request", hookRequests}, {"verbs", hookVerbs}, {"reinvocation", hooksAgain},
		{"selection", hookSelection}, {"failure", hookFailures}, {"dry run", hookDryRun}, {"exempt", hooksExempt},
	} {
		t.Run(part.name, func(t *testing.T) {
			mine := *r
			mine.t = t
			part.run(t, &mine)
		})
	}
}

// hooksInOrder: the second hook sees what the first has done, validating ones
// see it all, warnings arrive, fields that the kind does not have do not.
func hooksInOrder(t *testing.T, r *runner) {
	h := serveHooks(t, map[string]answerer{
		"first": patches(`[{"op":"add","path":"/data","value":{"first":"1"}},{"op":"add","path":"/nonsense","value":1}]`),
		"second": func(q *admission.AdmissionRequest, a *admission.AdmissionResponse) {
			if strings.Contains(string(q.Object.Raw), `"first":"1"`) {
				patches(`[{"op":"add","path":"/data/second","value":"2"}]`)(q, a)
			}
			a.Warnings = []string{"beware"}
		},
		"judge": func(q *admission.AdmissionRequest, a *admission.AdmissionResponse) {
			a.Allowed = !strings.Contains(string(q.Object.Raw), `"data":{"first":"1","second":"2"}`) || q.Name == "good"
		},
	})
	r.configure("Mutating", "b", h.hook("second", ""))
	r.configure("Mutating", "a", h.hook("first", ""))
	r.configure("Validating", "v", h.hook("judge", ""))
	r.do("POST", hookedMaps, []byte(`{"metadata":{"name":"good"}}`), "")
	r.want(201, `"data":{"first":"1","second":"2"}`)
	if w := r.header.Get("Warning"); w != `299 - "beware"` {
		t.Errorf("the warning is %q", w)
	}
	r.do("POST", hookedMaps, []byte(`{"metadata":{"name":"bad"}}`), "")
	r.want(400, `admission webhook \"judge.example.com\" denied the request without explanation`)
	r.do("GET", hookedMaps+"/bad", nil, "")
	r.want(404, "")
	r.do("GET", "/metrics", nil, "")
	r.want(200, "")
	for _, want := range []string{
		`apiserver_admission_webhook_request_total{code="200",name="first.example.com",operation="CREATE",rejected="false",type="admit"} `,
		`apiserver_admission_webhook_request_total{code="400",name="judge.example.com",operation="CREATE",rejected="true",type="validating"} 1`,
		`apiserver_admission_webhook_rejection_count{error_type="no_error",name="judge.example.com",operation="CREATE",rejection_code="400",type="validating"} 1`,
		`apiserver_admission_webhook_admission_duration_seconds_count{name="judge.example.com",operation="CREATE",rejected="false",type="validating"} 1`,
	} {
		if !strings.Contains(string(r.body), want) {
			t.Errorf("there is no %s", want)
		}
	}
	r.unconfigure("Mutating", "a")
	r.unconfigure("Mutating", "b")
	r.do("POST", hookedMaps, []byte(`{"metadata":{"name":"plain"}}`), "")
	r.want(201, `"name":"plain"`)
	if strings.Contains(string(r.body), "first") {
		t.Errorf("a hook that is gone was asked: %s", r.body)
	}
	r.unconfigure("Validating", "v")
}

// hookRequests: who, what, how and with which options.
func hookRequests(t *testing.T, r *runner) {
	h := serveHooks(t, map[string]answerer{"look": allows})
	r.configure("Validating", "v", h.hook("look", ""))
	defer r.unconfigure("Validating", "v")
	r.do("POST", hookedMaps+"?fieldManager=me&fieldValidation=Strict", []byte(`{"metadata":{"name":"seen"},"data":{"a":"1"}}`), "")
	r.want(201, "")
	r.do("PATCH", hookedMaps+"/seen", []byte(`{"data":{"a":"2"}}`), "application/merge-patch+json")
	r.want(200, "")
	r.do("DELETE", hookedMaps+"/seen", []byte(`{"propagationPolicy":"Orphan"}`), "")
	r.want(200, "")
	got := h.requests("look")
	if len(got) < 3 {
		t.Fatalf("the hook was asked %d times", len(got))
	}
	create, update, remove := got[0], got[1], got[2]
	if create.Operation != "CREATE" || create.Name != "seen" || create.Namespace != "hooked" || create.Kind.Kind != "ConfigMap" ||
		create.Resource.Resource != "configmaps" || create.RequestKind.Kind != "ConfigMap" || create.UserInfo.Username != "system:admin" ||
		!slices.Contains(create.UserInfo.Groups, "system:masters") || create.DryRun == nil || *create.DryRun ||
		string(create.Options.Raw) != `{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1","fieldManager":"me","fieldValidation":"Strict"}` ||
		len(create.OldObject.Raw) != 0 || !strings.Contains(string(create.Object.Raw), `"data":{"a":"1"}`) {
		t.Errorf("the creation is shown as %+v", create)
	}
	if update.Operation != "UPDATE" || !strings.Contains(string(update.Options.Raw), `"PatchOptions"`) ||
		!strings.Contains(string(update.Object.Raw), `"a":"2"`) || !strings.Contains(string(update.OldObject.Raw), `"a":"1"`) {
		t.Errorf("the patch is shown as %+v", update)
	}
	if remove.Operation != "DELETE" || len(remove.Object.Raw) != 0 || !strings.Contains(string(remove.OldObject.Raw), `"a":"2"`) ||
		!strings.Contains(string(remove.Options.Raw), `"propagationPolicy":"Orphan"`) {
		t.Errorf("the deletion is shown as %+v", remove)
	}
}

// hookVerbs: every object of a collection, and what reaches into pods.
func hookVerbs(t *testing.T, r *runner) {
	no := func(_ *admission.AdmissionRequest, a *admission.AdmissionResponse) { a.Allowed = false }
	h := serveHooks(t, map[string]answerer{"delete": func(q *admission.AdmissionRequest, a *admission.AdmissionResponse) {
		a.Allowed = q.Operation != "DELETE" || q.Name != "c"
	}, "connect": no})
	r.configure("Validating", "v", h.hook("delete", ""),
		h.hook("connect", `"rules":[{"apiGroups":[""],"apiVersions":["*"],"resources":["pods/*"],"operations":["CONNECT"]}]`))
	defer r.unconfigure("Validating", "v")
	for _, name := range []string{"a", "b", "c"} {
		r.do("POST", hookedMaps, []byte(`{"metadata":{"name":"`+name+`","labels":{"verbs":"yes"}}}`), "")
		r.want(201, "")
	}
	h.requests("delete")
	r.do("DELETE", hookedMaps+"?labelSelector=verbs=yes", nil, "")
	r.want(400, `admission webhook \"delete.example.com\" denied the request`)
	var names []string
	for _, q := range h.requests("delete") {
		names = append(names, q.Name)
	}
	slices.Sort(names)
	if !slices.Contains(names, "c") {
		t.Errorf("asked about the deletion of %v", names)
	}
	r.do("GET", hookedMaps+"/c", nil, "")
	r.want(200, "")
	r.do("POST", hookedPods, []byte(`{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}`), "")
	r.want(201, "")
	r.do("POST", hookedPods+"/p/exec?command=ls&command=-l&stdout=true&container=c", nil, "")
	r.want(400, `admission webhook \"connect.example.com\" denied the request without explanation`)
	got := h.requests("connect")
	if len(got) != 1 || got[0].Operation != "CONNECT" || got[0].SubResource != "exec" || got[0].Kind.Kind != "PodExecOptions" ||
		string(got[0].Object.Raw) != `{"kind":"PodExecOptions","apiVersion":"v1","stdout":true,"container":"c","command":["ls","-l"]}` {
		t.Errorf("exec is shown as %+v", got)
	}
}

// hooksAgain: a hook that may be asked again is, once, when a later one has
// changed the object; others are not.
func hooksAgain(t *testing.T, r *runner) {
	add := func(key string) answerer {
		return func(q *admission.AdmissionRequest, a *admission.AdmissionResponse) {
			if !strings.Contains(string(q.Object.Raw), `"`+key+`":`) {
				patches(`[{"op":"add","path":"/data/%s","value":"x"}]`, key)(q, a)
			}
		}
	}
	h := serveHooks(t, map[string]answerer{"again": allows, "once": allows, "change": add("k"), "last": allows})
	r.configure("Mutating", "m", h.hook("again", `"reinvocationPolicy":"IfNeeded"`), h.hook("once", `"reinvocationPolicy":"Never"`),
		h.hook("change", `"reinvocationPolicy":"IfNeeded"`), h.hook("last", `"reinvocationPolicy":"IfNeeded"`))
	defer r.unconfigure("Mutating", "m")
	r.do("POST", hookedMaps, []byte(`{"metadata":{"name":"again"},"data":{"a":"1"}}`), "")
	r.want(201, `"k":"x"`)
	for name, want := range map[string]int{"again": 2, "once": 1, "change": 1, "last": 1} {
		if got := len(h.requests(name)); got != want {
			t.Errorf("%s was asked %d times, not %d", name, got, want)
		}
	}
	r.do("POST", hookedMaps, []byte(`{"metadata":{"name":"quiet"},"data":{"k":"1"}}`), "")
	r.want(201, "")
	if got := len(h.requests("again")); got != 1 {
		t.Errorf("without a change a hook was asked %d times", got)
	}
}

// hookSelection: labels of the namespace and the object, and conditions.
func hookSelection(t *testing.T, r *runner) {
	h := serveHooks(t, map[string]answerer{"label": allows, "other": allows, "when": allows, "broken": allows})
	r.configure("Validating", "v",
		h.hook("label", `"objectSelector":{"matchExpressions":[{"key":"pick","operator":"Exists"}]}`),
		h.hook("other", `"namespaceSelector":{"matchLabels":{"hooked":"no"}}`),
		h.hook("when", `"matchConditions":[{"name":"a","expression":"request.userInfo.username != 'bob'"},{"name":"b","expression":"has(object.data) && object.data.n == 'yes'"}]`),
		h.hook("broken", `"matchConditions":[{"name":"a","expression":"object.data.missing == 'x'"},{"name":"b","expression":"object.metadata.name == 'breaks'"}]`))
	defer r.unconfigure("Validating", "v")
	for body, want := range map[string][]string{
		`{"metadata":{"name":"s1","labels":{"pick":""}},"data":{"n":"no"}}`: {"label"},
		`{"metadata":{"name":"s2"},"data":{"n":"yes"}}`:                     {"when"},
		`{"metadata":{"name":"s3"}}`:                                        nil,
	} {
		r.do("POST", hookedMaps, []byte(body), "")
		r.want(201, "")
		var got []string
		for _, name := range []string{"label", "other", "when", "broken"} {
			if len(h.requests(name)) > 0 {
				got = append(got, name)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: asked %v, not %v", body, got, want)
		}
	}
	r.do("POST", hookedMaps, []byte(`{"metadata":{"name":"breaks"},"data":{"n":"no"}}`), "")
	r.want(403, `configmaps \"breaks\" is forbidden: expression 'object.data.missing == 'x'' resulted in error: no such key: missing`)
}

// hookFailures: who does not answer in time, or not at all, or nonsense.
func hookFailures(t *testing.T, r *runner) {
	blocked := make(chan struct{})
	h := serveHooks(t, map[string]answerer{
		"slow":   func(*admission.AdmissionRequest, *admission.AdmissionResponse) { <-blocked },
		"uid":    func(_ *admission.AdmissionRequest, a *admission.AdmissionResponse) { a.UID = "x" },
		"vpatch": patches(`[]`),
		"delete": patches(`[{"op":"remove","path":"/data"}]`),
		"code": func(_ *admission.AdmissionRequest, a *admission.AdmissionResponse) {
			a.Allowed = false
			codec.DecodeJSON([]byte(`{"status":{"code":409,"reason":"Conflict","message":"taken","details":{"name":"n"}}}`), a)
		},
	})
	defer close(blocked)
	gone := httptest.NewTLSServer(nil)
	goneURL := gone.URL
	gone.Close()
	for i, tt := range []struct {
		kind, hook string
		code       int
		text       string
	}{
		{"Validating", h.hook("slow", `"timeoutSeconds":1`), 500,
			`Internal error occurred: failed calling webhook \"slow.example.com\": failed to call webhook: Post \"` + h.URL + `/slow?timeout=1s\": context deadline exceeded`},
		{"Mutating", h.hook("slow", `"timeoutSeconds":1,"failurePolicy":"Ignore"`), 201, ""},
		{"Validating", h.hook("gone", `"clientConfig":{"url":"`+goneURL+`/x"}`), 500,
			`failed calling webhook \"gone.example.com\": failed to call webhook: Post \"` + goneURL + `/x?timeout=10s\": dial tcp`},
		{"Validating", h.hook("svc", `"clientConfig":{"service":{"namespace":"hooked","name":"none","path":"/p"}}`), 500,
			`failed to call webhook: Post \"https://none.hooked.svc:443/p?timeout=10s\": service \"none\" not found`},
		{"Validating", h.hook("uid", ""), 500, `received invalid webhook response: expected response.uid=`},
		{"Validating", h.hook("vpatch", ""), 500, `received invalid webhook response: validating webhook may not return response.patch`},
		{"Validating", h.hook("code", ""), 409, `admission webhook \"code.example.com\" denied the request: taken","reason":"Conflict","details":{"name":"n"}`},
		{"Validating", h.hook("code", `"failurePolicy":"Ignore"`), 409, `denied the request: taken`},
	} {
		name := fmt.Sprintf("f%d", i)
		r.configure(tt.kind, name, tt.hook)
		r.do("POST", hookedMaps, []byte(`{"metadata":{"name":"`+name+`"}}`), "")
		r.want(tt.code, tt.text)
		r.unconfigure(tt.kind, name)
	}
	r.do("POST", hookedMaps, []byte(`{"metadata":{"name":"stays"}}`), "")
	r.configure("Mutating", "d", h.hook("delete", ""))
	r.do("DELETE", hookedMaps+"/stays", nil, "")
	r.want(500, `admission webhook \"delete.example.com\" attempted to modify the object, which is not supported for this operation`)
	r.unconfigure("Mutating", "d")
}

// hookDryRun: a hook that may have side effects is not asked in vain.
func hookDryRun(t *testing.T, r *runner) {
	h := serveHooks(t, map[string]answerer{"none": allows})
	r.configure("Validating", "v", h.hook("none", `"sideEffects":"NoneOnDryRun"`))
	r.do("POST", hookedMaps+"?dryRun=All", []byte(`{"metadata":{"name":"dry"}}`), "")
	r.want(201, "")
	if got := h.requests("none"); len(got) != 1 || !*got[0].DryRun {
		t.Errorf("a dry run is shown as %+v", got)
	}
	r.unconfigure("Validating", "v")
}

// hooksExempt: hooks are never asked about hooks.
func hooksExempt(t *testing.T, r *runner) {
	no := func(_ *admission.AdmissionRequest, a *admission.AdmissionResponse) { a.Allowed = false }
	h := serveHooks(t, map[string]answerer{"all": no})
	all := `"rules":[{"apiGroups":["*"],"apiVersions":["*"],"resources":["*/*"],"operations":["*"],"scope":"*"}],"namespaceSelector":{},
		"matchConditions":[{"name":"mine","expression":"request.name == 'mine'"}]`
	r.configure("Validating", "all", h.hook("all", all))
	r.configure("Mutating", "mine", h.hook("all", all))
	r.unconfigure("Mutating", "mine")
	r.do("POST", "/api/v1/namespaces", []byte(`{"metadata":{"name":"mine"}}`), "")
	r.want(400, `denied the request`)
	r.unconfigure("Validating", "all")
}

// TestHooksSeeScales: a rule for a subresource that has a kind of its own is
// shown that kind.
func TestHooksSeeScales(t *testing.T) {
	r := hooked(t)
	h := serveHooks(t, map[string]answerer{
		"limit": func(q *admission.AdmissionRequest, a *admission.AdmissionResponse) {
			a.Allowed = !strings.Contains(string(q.Object.Raw), `"replicas":9`)
		},
		"double": patches(`[{"op":"replace","path":"/spec/replicas","value":4}]`),
	})
	rule := `"rules":[{"apiGroups":["apps"],"apiVersions":["v1"],"resources":["deployments/scale"],"operations":["UPDATE"]}]`
	r.do("POST", "/apis/apps/v1/namespaces/hooked/deployments", []byte(`{"metadata":{"name":"d"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},
		"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}`), "")
	r.want(201, "")
	scale := "/apis/apps/v1/namespaces/hooked/deployments/d/scale"
	r.configure("Validating", "v", h.hook("limit", rule))
	r.do("PATCH", scale, []byte(`{"spec":{"replicas":9}}`), "application/merge-patch+json")
	r.want(400, `admission webhook \"limit.example.com\" denied the request`)
	got := h.requests("limit")
	if len(got) != 1 || got[0].Kind.Kind != "Scale" || got[0].Kind.Group != "autoscaling" || got[0].SubResource != "scale" || got[0].Resource.Resource != "deployments" ||
		!strings.Contains(string(got[0].OldObject.Raw), `"kind":"Scale"`) || !strings.Contains(string(got[0].OldObject.Raw), `"spec":{"replicas":1}`) {
		t.Errorf("the change of the size is shown as %+v", got)
	}
	r.configure("Mutating", "m", h.hook("double", rule))
	r.do("PATCH", scale, []byte(`{"spec":{"replicas":2}}`), "application/merge-patch+json")
	r.want(200, `"spec":{"replicas":4}`)
}
