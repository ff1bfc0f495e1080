package schema_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pilothouse/pilothouse/proto/schema"
)

// absent are the types of the contract that nothing of ours has.
var absent = []string{".version."}

// newer are fields that the contract has in protobuf only.
var newer = map[string]string{"io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerCondition": "observedGeneration"}

// TestContract compares every type with the wire contract: its fields, their
// types and formats, which are required, how patches merge them. Texts and
// the kinds of other groups are our own affair.
func TestContract(t *testing.T) {
	text, err := os.ReadFile("testdata/definitions.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]map[string]any
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	got := asMaps(t, schema.OpenAPIV2Definitions())
	for name, w := range want {
		if slices.ContainsFunc(absent, func(s string) bool { return strings.Contains(name, s) }) {
			continue
		}
		delete(w, "x-kubernetes-unions") // nobody reads them
		g := got[name]
		if g == nil {
			t.Errorf("%s is missing", name)
			continue
		}
		if kinds, _ := w["x-kubernetes-group-version-kind"].([]any); len(kinds) > 1 {
			delete(w, "x-kubernetes-group-version-kind")
			delete(g, "x-kubernetes-group-version-kind")
		}
		dropTexts(g)
		if f := newer[name]; f != "" {
			delete(g["properties"].(map[string]any), f)
		}
		if d := cmp.Diff(w, g); d != "" {
			t.Errorf("%s (-contract +ours):\n%s", name, d)
		}
	}
	if len(want) < 500 {
		t.Errorf("the contract has only %d types", len(want))
	}
}

func asMaps(t *testing.T, v any) (out map[string]map[string]any) {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// dropTexts removes descriptions, but not a property of that name.
func dropTexts(def map[string]any) {
	if _, ok := def["description"].(string); ok {
		delete(def, "description")
	}
	if properties, ok := def["properties"].(map[string]any); ok {
		for _, p := range properties {
			dropTexts(p.(map[string]any))
		}
	}
}

// TestReferencesResolve follows every reference of both documents.
func TestReferencesResolve(t *testing.T) {
	documents := map[string]map[string]*schema.Definition{
		"#/definitions/":        schema.OpenAPIV2Definitions(),
		"#/components/schemas/": schema.OpenAPIV3Components("", "v1"),
	}
	for prefix, defs := range documents {
		var follow func(d *schema.Definition)
		follow = func(d *schema.Definition) {
			if d == nil {
				return
			}
			if name, ok := strings.CutPrefix(d.Ref, prefix); d.Ref != "" && (!ok || defs[name] == nil) {
				t.Errorf("nothing is at %s", d.Ref)
			}
			follow(d.Items)
			follow(d.AdditionalProperties)
			for _, e := range d.AllOf {
				follow(e)
			}
			for _, p := range d.Properties {
				follow(p)
			}
		}
		for _, d := range defs {
			follow(d)
		}
		if len(defs) < 200 {
			t.Errorf("%s has only %d types", prefix, len(defs))
		}
	}
	if small := schema.OpenAPIV3Components("coordination.k8s.io", "v1"); small["io.k8s.api.coordination.v1.Lease"] == nil || small["io.k8s.api.core.v1.Pod"] != nil {
		t.Error("the components of coordination are not those of coordination")
	}
}
