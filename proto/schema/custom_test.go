package schema_test

import (
	"encoding/json"
	"testing"

	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/schema"
	"github.com/pilothouse/pilothouse/proto/scheme"
)

// TestCustom: what the two versions of OpenAPI say of a custom resource, without
// the texts.
func TestCustom(t *testing.T) {
	const (
		head  = `"apiVersion":{"type":"string"},"kind":{"type":"string"},`
		v2    = head + `"metadata":{"$ref":"#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}`
		v3    = head + `"metadata":{"allOf":[{"$ref":"#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}]}`
		kinds = `"x-kubernetes-group-version-kind":[{"group":"example.com","kind":"Thing","version":"v1"}]`
		free  = `"x-kubernetes-preserve-unknown-fields":true`
		whole = `"x-kubernetes-embedded-resource":true`
	)
	for name, c := range map[string]struct{ schema, v2, v3 string }{
		"anything": {`{"type":"object","x-kubernetes-preserve-unknown-fields":true}`,
			`{"type":"object",` + kinds + `}`,
			`{"properties":{` + v3 + `},"type":"object",` + kinds + `,` + free + `}`},
		"anything in a field": {`{"type":"object","properties":{"spec":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}`,
			`{"properties":{` + v2 + `,"spec":{` + free + `}},"type":"object",` + kinds + `}`,
			`{"properties":{` + v3 + `,"spec":{"type":"object",` + free + `}},"type":"object",` + kinds + `}`},
		"an object in a field": {`{"type":"object","properties":{"spec":{"type":"object","x-kubernetes-embedded-resource":true,"properties":{"x":{"type":"string"}}}}}`,
			`{"properties":{` + v2 + `,"spec":{"properties":{` + v2 + `,"x":{"type":"string"}},"required":["kind","apiVersion"],"type":"object",` + whole + `}},"type":"object",` + kinds + `}`,
			`{"properties":{` + v3 + `,"spec":{"properties":{` + v3 + `,"x":{"type":"string"}},"required":["kind","apiVersion"],"type":"object",` + whole + `}},"type":"object",` + kinds + `}`},
	} {
		p := &apiextensions.JSONSchemaProps{}
		if err := json.Unmarshal([]byte(c.schema), p); err != nil {
			t.Fatal(err)
		}
		k := &scheme.Kind{Group: "example.com", Version: "v1", Kind: "Thing"}
		for isV3, want := range map[bool]string{false: c.v2, true: c.v3} {
			got := asMaps(t, schema.Custom(k, p, "ThingList", isV3))["com.example.v1.Thing"]
			dropTexts(got)
			if text, _ := json.Marshal(got); string(text) != want {
				t.Errorf("%s, version 3: %v\n%s\nwant\n%s", name, isV3, text, want)
			}
		}
	}
}
