package apiserver_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/testserver"
)

// thing is a definition with a field that selectors may name in v1 alone.
const thing = `{"metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"things","kind":"Thing"},
	"versions":[{"name":"v1","served":true,"storage":true,"selectableFields":[{"jsonPath":".spec.color"}],"schema":{"openAPIV3Schema":{"type":"object","properties":
		{"spec":{"type":"object","properties":{"color":{"type":"string"},"free":{"type":"object","additionalProperties":{"type":"string"}}}}}}}},
	{"name":"v2","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}`

// withThings is a runner on a server that serves things.
func withThings(t *testing.T) *runner {
	r := &runner{t: t, server: testserver.Start(t, nil), ns: "default"}
	r.as("system:admin", "system:masters")
	r.do("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", []byte(thing), "")
	r.want(201, "")
	r.until("/apis/example.com/v1", `"name":"things"`) // discovery is the last to know
	return r
}

const things = "/apis/example.com/v1/namespaces/default/things"

// TestStrictCustomResources: what is repeated is told of wherever it stands, then
// what is unknown, in upstream's order.
func TestStrictCustomResources(t *testing.T) {
	r := withThings(t)
	body := func(name, spec string) []byte {
		return []byte(`{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"` + name + `"},"spec":` + spec + `}`)
	}
	r.do("POST", things+"?fieldValidation=Strict", body("a", `{"color":"red","oops":1,"oops":1,"nope":1,"nope":2,"x":{"y":1,"y":2}}`), "")
	r.want(400, `Thing in version \"v1\" cannot be handled as a Thing: strict decoding error: duplicate field \"spec.oops\", duplicate field \"spec.nope\", duplicate field \"spec.x.y\", unknown field \"spec.nope\", unknown field \"spec.oops\", unknown field \"spec.x\"`)
	r.do("POST", things, body("a", `{"color":"red","oops":1,"oops":2,"free":{"a":"b"}}`), "")
	r.want(201, `"spec":{"color":"red","free":{"a":"b"}}`)
	r.do("PATCH", things+"/a?fieldValidation=Strict", []byte(`{"spec":{"oops":1}}`), "application/merge-patch+json")
	r.want(422, `strict decoding error: unknown field \"spec.oops\"","reason":"Invalid"`)
}

// TestSelectableFields: a version offers its own fields, and OpenAPI says which.
func TestSelectableFields(t *testing.T) {
	r := withThings(t)
	r.do("GET", things+"?fieldSelector=spec.color%3Dred", nil, "")
	r.want(200, `"items":[]`)
	r.do("GET", "/apis/example.com/v2/namespaces/default/things?fieldSelector=spec.color%3Dred", nil, "")
	r.want(400, "field label not supported: spec.color")
	for _, path := range []string{"/openapi/v2", "/openapi/v3/apis/example.com/v1"} {
		r.do("GET", path, nil, "")
		r.want(200, `"x-kubernetes-selectable-fields":[{"fieldPath":"spec.color"}]`)
	}
}

// TestLargeManagedFields: an object that only its managedFields make too large
// is stored without them, when it is made and when it is changed.
func TestLargeManagedFields(t *testing.T) {
	r := withThings(t)
	var free strings.Builder
	for i := range 60000 {
		fmt.Fprintf(&free, `,"a-key-that-is-not-very-short-%05d":"v"`, i)
	}
	big := `{"free":{` + free.String()[1:] + `}}`
	r.do("POST", things, []byte(`{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"big"},"spec":`+big+`}`), "")
	r.want(201, "")
	r.do("POST", things, []byte(`{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"small"},"spec":{}}`), "")
	r.want(201, "managedFields")
	r.do("PATCH", things+"/small", []byte(`{"spec":`+big+`}`), "application/merge-patch+json")
	r.want(200, "")
	for _, name := range []string{"big", "small"} {
		r.do("GET", things+"/"+name, nil, "")
		if r.code != 200 || strings.Contains(string(r.body), "managedFields") || !strings.Contains(string(r.body), "short-59999") {
			t.Errorf("%s: %d, %d bytes", name, r.code, len(r.body))
		}
	}
}

// TestAuditID: every answer has an identity, the client's own if it sent one.
func TestAuditID(t *testing.T) {
	r := &runner{t: t, server: testserver.Start(t, nil), ns: "default"}
	r.as("system:admin", "system:masters")
	seen := map[string]bool{}
	for range 3 {
		r.do("GET", "/api/v1/namespaces/default/pods/none", nil, "")
		id := r.header.Get("Audit-Id")
		if len(id) != 36 || seen[id] {
			t.Errorf("the identity is %q", id)
		}
		seen[id] = true
	}
	r.headers = http.Header{"Audit-Id": {"my-own"}}
	r.do("GET", "/version", nil, "")
	if id := r.header.Get("Audit-Id"); id != "my-own" {
		t.Errorf("the identity is %q", id)
	}
}

// TestMetrics: the metrics that dashboards ask for, under upstream's names.
func TestMetrics(t *testing.T) {
	r := &runner{t: t, server: testserver.Start(t, nil), ns: "default"}
	r.as("system:admin", "system:masters")
	r.do("GET", "/api/v1/pods", nil, "")
	r.do("POST", "/api/v1/namespaces/default/configmaps?dryRun=All", []byte(`{"metadata":{"name":"a"}}`), "")
	r.want(201, "")
	r.do("GET", "/api/v1/componentstatuses", nil, "")
	r.do("DELETE", "/api/v1/namespaces/default", nil, "")
	r.want(403, "")
	req, err := http.NewRequestWithContext(t.Context(), "GET", r.server.URL+"/api/v1/secrets?watch=true", nil)
	if err != nil {
		t.Fatal(err)
	}
	watch, err := r.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer watch.Body.Close()
	defer io.Copy(io.Discard, io.LimitReader(watch.Body, 0))
	r.do("GET", "/metrics", nil, "")
	r.want(200, "")
	for _, want := range []string{
		`apiserver_request_total{code="200",component="apiserver",dry_run="",group="",resource="pods",scope="cluster",subresource="",verb="LIST",version="v1"} 1`,
		`apiserver_request_total{code="201",component="apiserver",dry_run="All",group="",resource="configmaps",scope="resource",subresource="",verb="POST",version="v1"} 1`,
		`apiserver_request_duration_seconds_count{component="apiserver",dry_run="",group="",resource="pods",scope="cluster",subresource="",verb="LIST",version="v1"} 1`,
		`apiserver_response_sizes_count{component="apiserver",group="",resource="pods",scope="cluster",subresource="",verb="LIST",version="v1"} 1`,
		`apiserver_longrunning_requests{component="apiserver",group="",resource="secrets",scope="cluster",subresource="",verb="WATCH",version="v1"} 1`,
		`apiserver_request_sli_duration_seconds_count{component="apiserver",group="",resource="pods",scope="cluster",subresource="",verb="LIST",version="v1"} 1`,
		`apiserver_client_certificate_expiration_seconds_count `,
		`apiserver_requested_deprecated_apis{group="",removed_release="",resource="componentstatuses",subresource="",version="v1"} 1`,
		`apiserver_storage_size_bytes{storage_cluster_id="etcd-0"} `,
		`apiserver_admission_controller_admission_duration_seconds_count{name="ServiceAccount",operation="CREATE",rejected="false",type="admit"} `,
		`apiserver_admission_controller_admission_duration_seconds_count{name="NamespaceLifecycle",operation="DELETE",rejected="true",type="admit"} 1`,
		`apiserver_admission_controller_admission_duration_seconds_count{name="ValidatingAdmissionWebhook",operation="CREATE",rejected="false",type="validate"} `,
		`apiserver_admission_step_admission_duration_seconds_count{operation="CREATE",rejected="false",type="validate"} `,
		`apiserver_current_inflight_requests{request_kind="readOnly"}`,
		`apiserver_current_inflight_requests{request_kind="mutating"} 0`,
		`apiserver_storage_objects{resource="namespaces"}`,
		`apiserver_registered_watchers{resource="secrets"} 1`,
		`watch_cache_capacity{resource="secrets"} `,
		`apiserver_watch_cache_resource_version{resource="secrets"} `,
		`apiserver_watch_cache_initializations_total{resource="secrets"} 1`,
		`apiserver_watch_cache_events_received_total{resource="namespaces"} `,
		`apiserver_watch_cache_events_dispatched_total{resource="secrets"} `,
		`apiserver_init_events_total{resource="secrets"} `,
		`apiserver_terminated_watchers_total{resource="secrets"} 0`,
		`apiserver_watch_cache_consistent_read_total{fallback="false",resource="pods",success="true"} `,
		`serviceaccount_stale_tokens_total 0`,
		`serviceaccount_valid_tokens_total 0`,
		`authentication_attempts{result="success"} `,
		`authorization_attempts_total{result="allowed"} `,
		`apiserver_flowcontrol_nominal_limit_seats{priority_level="workload-low"}`,
		`apiserver_flowcontrol_current_executing_requests{flow_schema="exempt",priority_level="exempt"} 1`,
		`apiserver_flowcontrol_current_inqueue_requests{flow_schema="global-default",priority_level="global-default"} 0`,
		`apiserver_flowcontrol_dispatched_requests_total{flow_schema="exempt",priority_level="exempt"}`,
		`apiserver_flowcontrol_request_wait_duration_seconds_count{execute="true",flow_schema="exempt",priority_level="exempt"}`,
	} {
		if !strings.Contains(string(r.body), want) {
			t.Errorf("there is no %s", want)
		}
	}
}

// TestStatusTakesMetadata: a change of the status may bring labels, annotations,
// finalizers and owners along, as controllers write them in one request. Pods keep
// their owners.
func TestStatusTakesMetadata(t *testing.T) {
	r := withThings(t)
	r.do("POST", "/api/v1/namespaces", []byte(`{"metadata":{"name":"own"}}`), "")
	r.want(201, "")
	r.do("POST", "/api/v1/namespaces/own/serviceaccounts", []byte(`{"metadata":{"name":"default"}}`), "")
	r.do("POST", "/api/v1/namespaces/own/services", []byte(`{"metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}}`), "")
	r.want(201, "")
	r.do("POST", "/api/v1/namespaces/own/pods", []byte(`{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"x"}]}}`), "")
	r.want(201, "")
	const change = `{"metadata":{"annotations":{"own":"a"},"labels":{"own":"l"},"finalizers":["example.com/own"],"ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"n","uid":"u"}]}}`
	for path, owned := range map[string]bool{"/api/v1/namespaces/own": true, "/api/v1/namespaces/own/services/s": true, "/api/v1/namespaces/own/pods/p": false,
		definitions + "/things.example.com": true} {
		r.do("PATCH", path+"/status?dryRun=All", []byte(change), "application/merge-patch+json")
		r.want(200, "")
		var got struct {
			Metadata struct {
				Annotations, Labels map[string]string
				Finalizers          []string
				OwnerReferences     []any
			}
		}
		if err := json.Unmarshal(r.body, &got); err != nil {
			t.Fatal(err)
		}
		m := got.Metadata
		if m.Annotations["own"] != "a" || m.Labels["own"] != "l" || !slices.Contains(m.Finalizers, "example.com/own") || (len(m.OwnerReferences) == 1) != owned {
			t.Errorf("%s: %+v", path, m)
		}
	}
}
