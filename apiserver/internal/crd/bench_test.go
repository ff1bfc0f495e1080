package crd

import (
	"fmt"
	"testing"

	"github.com/pilothouse/pilothouse/apiserver/internal/crd/object"
	"github.com/pilothouse/pilothouse/proto/apiextensions"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/jsonwire"
)

// BenchmarkCreate is what a custom resource costs on its way from a body to the
// bytes that are stored: read and pruned, defaults, validation, encoding; then
// the same with a CEL rule.
func BenchmarkCreate(b *testing.B) {
	for name, rule := range map[string]string{"schema": "", "rule": `,"x-kubernetes-validations":[{"rule":"self.replicas <= 10 && self.items.all(i, i.v < 10.0)"}]`} {
		b.Run(name, func(b *testing.B) {
			var props apiextensions.JSONSchemaProps
			text := `{"type":"object","required":["spec"],"properties":{"spec":{"type":"object","required":["cronSpec"]` + rule + `,"properties":{
				"cronSpec":{"type":"string","maxLength":100},"image":{"type":"string","default":"busybox"},"replicas":{"type":"integer","minimum":1,"default":1},
				"items":{"type":"array","maxItems":20,"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{"type":"object","required":["name"],
					"properties":{"name":{"type":"string"},"v":{"type":"number"},"labels":{"type":"object","additionalProperties":{"type":"string"}}}}}}}}}`
			if err := jsonwire.Unmarshal([]byte(text), &props); err != nil {
				b.Fatal(err)
			}
			d := named("1", apiextensions.CustomResourceDefinitionNames{Plural: "crontabs", Kind: "CronTab"})
			d.Spec.Scope = apiextensions.NamespaceScoped
			d.Spec.Versions = []apiextensions.CustomResourceDefinitionVersion{{Name: "v1", Served: true, Storage: true,
				Schema: &apiextensions.CustomResourceValidation{OpenAPIV3Schema: &props}}}
			d.Status.AcceptedNames = d.Spec.Names
			v := newVersion(d, &d.Spec.Versions[0])
			body := `{"apiVersion":"example.com/v1","kind":"CronTab","metadata":{"name":"a","namespace":"b","labels":{"app":"x"}},"spec":{"cronSpec":"* * * * *","unknown":{"x":[1,2,3]},"items":[`
			for i := range 10 {
				body += fmt.Sprintf(`{"name":"item-%d","v":%d.5,"labels":{"a":"b","c":"d"}},`, i, i%9)
			}
			body = body[:len(body)-1] + "]}}"
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				o := v.kind.New().(*object.Object)
				if _, err := codec.DecodeJSONStrict([]byte(body), o); err != nil {
					b.Fatal(err)
				}
				o.Default()
				v.prepareCreate(o)
				if errs := v.validate(o); len(errs) > 0 {
					b.Fatal(errs.Err())
				}
				if _, err := codec.EncodeJSON(o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
