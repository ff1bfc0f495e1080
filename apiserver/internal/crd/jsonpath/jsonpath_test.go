package jsonpath

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFind(t *testing.T) {
	v := map[string]any{"spec": map[string]any{"n": int64(3), "a.b": "dotted", "list": []any{"x", "y"}},
		"status": map[string]any{"conditions": []any{
			map[string]any{"type": "Ready", "status": "True", "n": int64(1)}, map[string]any{"type": "Done", "status": "False"}}}}
	for path, want := range map[string][]any{
		".spec.n": {int64(3)}, "spec.n": {int64(3)}, "{.spec.n}": {int64(3)}, `.spec.a\.b`: {"dotted"}, ".spec['a.b']": {"dotted"},
		".spec.list[1]": {"y"}, ".spec.list[-1]": {"y"}, ".spec.list[*]": {"x", "y"}, ".spec.list[7]": nil, ".spec.none.x": nil, ".spec.n.x": nil,
		`.status.conditions[?(@.type=="Ready")].status`: {"True"}, `.status.conditions[?(@.type != 'Ready')].status`: {"False"},
		`.status.conditions[?(@.n==1)].type`: {"Ready"}, `.status.conditions[*].type`: {"Ready", "Done"},
	} {
		p, err := Parse(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
		} else if got := p.Find(v); !cmp.Equal(got, want) {
			t.Errorf("%s finds %v", path, got)
		}
	}
	for _, path := range []string{".a..b", ".a[", ".a[x]", ".a[?(@.x)]", ".a[?(@.x==y)]", "..", ".a."} {
		if _, err := Parse(path); err == nil {
			t.Errorf("%s is taken", path)
		}
	}
}
