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

// dropTexts removes descriptions, but not a property of that name, and the
// values of enumerations, which the contract does not have.
func dropTexts(def map[string]any) {
	for _, d := range []any{def, def["items"]} {
		if d, ok := d.(map[string]any); ok {
			if _, ok := d["enum"].([]any); ok {
				delete(d, "enum")
			}
		}
	}
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

// grown are the enumerations with values that 1.32 did not have.
var grown = map[string]string{
	"StatefulSetUpdateStrategy.type": "Recreate", "ResourceQuotaSpec.scopes": "VolumeAttributesClass",
	"ScopedResourceSelectorRequirement.scopeName": "VolumeAttributesClass", "Toleration.operator": "Gt Lt",
}

// TestEnums compares the values of enumerations with those that upstream 1.32
// publishes, and wants no others published of fields that it has.
func TestEnums(t *testing.T) {
	text, err := os.ReadFile("testdata/enums.tsv")
	if err != nil {
		t.Fatal(err)
	}
	got := schema.OpenAPIV2Definitions()
	lines := 0
	for line := range strings.Lines(string(text)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		var have, want []string
		if d := got[f[0]]; d != nil && d.Properties[f[1]] != nil {
			p := d.Properties[f[1]]
			if p.Items != nil {
				p = p.Items
			}
			for _, v := range p.Enum {
				have = append(have, strings.Trim(string(v), `"`))
			}
		}
		if err := json.Unmarshal([]byte(f[2]), &want); err != nil {
			t.Fatal(err)
		}
		want = append(want, strings.Fields(grown[f[0][strings.LastIndexByte(f[0], '.')+1:]+"."+f[1]])...)
		slices.Sort(want)
		if !slices.Equal(have, want) {
			t.Errorf("%s.%s: %q, want %q", f[0], f[1], have, want)
		}
		lines++
	}
	if lines < 80 {
		t.Errorf("only %d enumerations", lines)
	}
}
