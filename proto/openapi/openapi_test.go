package openapi_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/openapi"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// served is a table like the API server's.
func served() (all []openapi.Resource) {
	status := openapi.Subresource{Name: "status", Verbs: []string{"get", "update", "patch"}}
	kind := func(apiVersion, name string) *scheme.Kind { return scheme.ByKind(apiVersion, name) }
	connect := func(name, options string) openapi.Subresource {
		return openapi.Subresource{Name: name, Kind: kind("v1", options), Verbs: []string{"create", "get"}}
	}
	create := func(name string, k *scheme.Kind) openapi.Subresource {
		return openapi.Subresource{Name: name, Kind: k, Verbs: []string{"create"}}
	}
	below := map[string][]openapi.Subresource{
		"Namespace": {status, {Name: "finalize", Verbs: []string{"update"}}},
		"Node":      {status, connect("proxy", "NodeProxyOptions")},
		"Pod": {status, create("binding", kind("v1", "Binding")), create("eviction", kind("policy/v1", "Eviction")), {Name: "log", Verbs: []string{"get"}},
			connect("exec", "PodExecOptions"), connect("attach", "PodAttachOptions"), connect("portforward", "PodPortForwardOptions"), connect("proxy", "PodProxyOptions"),
			{Name: "ephemeralcontainers", Verbs: status.Verbs}, {Name: "resize", Verbs: status.Verbs}},
		"ReplicationController": {status, {Name: "scale", Kind: kind("autoscaling/v1", "Scale"), Verbs: status.Verbs}},
		"Service":               {status, connect("proxy", "ServiceProxyOptions")},
		"ServiceAccount":        {create("token", kind("authentication.k8s.io/v1", "TokenRequest"))},
		"PersistentVolume":      {status}, "PersistentVolumeClaim": {status}, "ResourceQuota": {status},
	}
	verbs := []string{"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}
	for _, k := range scheme.All() {
		if k.Resource == "" {
			continue
		}
		r := openapi.Resource{Kind: k, Verbs: verbs, Subresources: below[k.Kind]}
		switch {
		case k.Kind == "Binding":
			r.Verbs = []string{"create"}
		case k.Kind == "ComponentStatus":
			r.Verbs = []string{"get", "list"}
		case k.Kind == "Namespace":
			r.Verbs = slices.DeleteFunc(slices.Clone(verbs), func(v string) bool { return v == "deletecollection" })
		}
		all = append(all, r)
	}
	return all
}

// operation is what the contract says of an operation, read from a document of
// either version.
type operation struct {
	Action string `json:"x-kubernetes-action"`
	Kind   struct{ Group, Version, Kind string }
	GVK    *struct{ Group, Version, Kind string } `json:"x-kubernetes-group-version-kind"`
	Params []struct{ Name string }                `json:"parameters"`
	Body   any                                    `json:"requestBody"`
}

// TestContract looks for every operation of the contract in both versions.
func TestContract(t *testing.T) {
	var v2 struct {
		Paths map[string]map[string]json.RawMessage
	}
	remarshal(t, openapi.V2("v1", served()), &v2)
	v3 := map[string]map[string]json.RawMessage{}
	for _, d := range openapi.V3("v1", served()) {
		var doc struct {
			Paths map[string]map[string]json.RawMessage
		}
		remarshal(t, d, &doc)
		maps.Copy(v3, doc.Paths)
	}
	text, err := os.ReadFile("testdata/paths.tsv")
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimRight(string(text), "\n"), "\n")[1:]
	for _, row := range rows {
		c := strings.Split(row, "\t")
		for version, paths := range map[string]map[string]map[string]json.RawMessage{"2": v2.Paths, "3": v3} {
			raw, ok := paths[c[1]][strings.ToLower(c[0])]
			if !ok {
				t.Errorf("version %s has no %s %s", version, c[0], c[1])
				continue
			}
			checkOperation(t, version+" "+c[0]+" "+c[1], raw, c[2], c[3], strings.Fields(c[4]))
		}
	}
	if len(rows) < 200 {
		t.Errorf("the contract has only %d operations", len(rows))
	}
}

func checkOperation(t *testing.T, name string, raw []byte, action, kind string, params []string) {
	t.Helper()
	var op operation
	if err := json.Unmarshal(raw, &op); err != nil {
		t.Fatal(err)
	}
	got := ""
	if op.GVK != nil {
		got = scheme.APIVersion(op.GVK.Group, op.GVK.Version) + "/" + op.GVK.Kind
	}
	if op.Action != action || got != kind {
		t.Errorf("%s is %s of %s, want %s of %s", name, op.Action, got, action, kind)
	}
	for _, want := range params {
		has := want == "body" && op.Body != nil
		for _, p := range op.Params {
			has = has || p.Name == want
		}
		if !has {
			t.Errorf("%s does not take %s", name, want)
		}
	}
}

func remarshal(t *testing.T, v, into any) {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// TestComplete follows the references of every document and looks for ids
// that are used twice.
func TestComplete(t *testing.T) {
	documents := openapi.V3("v1", served())
	documents["v2"] = openapi.V2("v1", served())
	for path, d := range documents {
		var doc map[string]any
		remarshal(t, d, &doc)
		ids := map[string]bool{}
		walk(doc, func(key string, value any) {
			s, text := value.(string)
			switch {
			case !text: // a field that is called $ref
			case key == "$ref" && lookup(doc, s) == nil:
				t.Errorf("%s: nothing is at %s", path, s)
			case key == "operationId" && ids[s]:
				t.Errorf("%s: two operations are called %s", path, s)
			case key == "operationId":
				ids[s] = true
			}
		})
	}
}

func walk(v any, visit func(key string, value any)) {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			visit(k, e)
			walk(e, visit)
		}
	case []any:
		for _, e := range v {
			walk(e, visit)
		}
	}
}

func lookup(doc any, ref string) any {
	for _, part := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		m, _ := doc.(map[string]any)
		doc = m[part]
	}
	return doc
}
