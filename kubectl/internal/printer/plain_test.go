package printer

import (
	"strings"
	"testing"
	"time"
)

func TestPlainTable(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 5, 0, 0, time.UTC)
	for _, tt := range []struct{ name, in, want string }{
		{"a list", `{"kind":"ThingList","metadata":{"continue":"more"},"items":[{"metadata":{"name":"a","creationTimestamp":"2026-01-01T00:00:00Z"}},{"metadata":{"name":"b"}}]}`,
			"NAME AGE a 5m b <unknown>"},
		{"an object", `{"kind":"Thing","metadata":{"name":"a","creationTimestamp":"2026-01-01T00:00:00Z"}}`, "NAME AGE a 5m"},
		{"an empty list", `{"kind":"ThingList","items":null}`, "NAME AGE"},
		{"a Status", `{"kind":"Status","status":"Failure"}`, ""},
		{"no object", `[]`, ""},
		{"a bad time", `{"kind":"Thing","metadata":{"creationTimestamp":"soon"}}`, ""},
	} {
		tab, ok := PlainTable([]byte(tt.in), now)
		if !ok {
			if tt.want != "" {
				t.Errorf("%s: no table", tt.name)
			}
			continue
		}
		var b strings.Builder
		w := NewWriter(&b)
		if err := tab.Print(w, TableOptions{}, true); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		if got := strings.Join(strings.Fields(b.String()), " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if tt.name == "a list" && tab.Metadata.Continue != "more" {
			t.Errorf("%s: it goes on at %q", tt.name, tab.Metadata.Continue)
		}
	}
}
