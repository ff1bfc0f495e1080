package wire

import (
	"testing"

	openapiv2 "github.com/google/gnostic-models/openapiv2"
	"github.com/pilothouse/pilothouse/proto/openapi"
	"github.com/pilothouse/pilothouse/proto/scheme"
	"google.golang.org/protobuf/proto"
)

// TestOpenAPIProtobuf reads the document of version 2 as kubectl up to 1.28
// does.
func TestOpenAPIProtobuf(t *testing.T) {
	pods := openapi.Resource{Kind: scheme.ByKind("v1", "Pod"), Verbs: []string{"create", "get", "list", "patch", "update", "delete", "deletecollection"}}
	var doc openapiv2.Document
	if err := proto.Unmarshal(openapi.V2("v1.32.0", []openapi.Resource{pods}).AppendProto(nil), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Swagger != "2.0" || doc.Info.Version != "v1.32.0" || len(doc.ProtoReflect().GetUnknown()) > 0 {
		t.Errorf("the heading is %q %v", doc.Swagger, doc.Info)
	}
	for _, p := range doc.Paths.Path {
		if p.Name == "/api/v1/namespaces/{namespace}/pods/{name}" {
			checkPatch(t, p.Value.Patch)
		}
	}
	for _, d := range doc.Definitions.AdditionalProperties {
		if d.Name == "io.k8s.api.core.v1.PodSpec" {
			checkPodSpec(t, d.Value)
		}
	}
}

func checkPatch(t *testing.T, op *openapiv2.Operation) {
	var names []string
	for _, p := range op.Parameters {
		names = append(names, p.GetParameter().GetNonBodyParameter().GetQueryParameterSubSchema().GetName())
	}
	if len(names) != 5 || names[1] != "dryRun" || names[3] != "fieldValidation" {
		t.Errorf("the patch takes %q", names)
	}
	if op.VendorExtension[1].Name != "x-kubernetes-group-version-kind" || op.VendorExtension[1].Value.Yaml != `{"group":"","version":"v1","kind":"Pod"}` {
		t.Errorf("the extensions are %v", op.VendorExtension)
	}
}

func checkPodSpec(t *testing.T, s *openapiv2.Schema) {
	for _, p := range s.Properties.AdditionalProperties {
		if p.Name != "containers" {
			continue
		}
		extensions := map[string]string{}
		for _, e := range p.Value.VendorExtension {
			extensions[e.Name] = e.Value.Yaml
		}
		if p.Value.Items.Schema[0].XRef != "#/definitions/io.k8s.api.core.v1.Container" || extensions["x-kubernetes-patch-merge-key"] != `"name"` {
			t.Errorf("containers is %v", p.Value)
		}
		return
	}
	t.Error("a pod has no containers")
}
