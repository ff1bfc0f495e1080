package structural

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/field"
)

func TestEmbeddedType(t *testing.T) {
	for apiVersion, want := range map[string]string{
		"v1":      "[]",
		"apps/v1": "[]",
		"a/b/c":   `spec.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c`,
		"":        "spec.apiVersion: Required value: must not be empty",
	} {
		errs := embedded(map[string]any{"apiVersion": apiVersion, "kind": "Pod"}, field.New("spec"))
		if got := errs.Text(); got != want {
			t.Errorf("%q: got %s, want %s", apiVersion, got, want)
		}
	}
}
