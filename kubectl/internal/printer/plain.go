package printer

import (
	"encoding/json"
	"strings"
	"time"
)

// PlainTable is the table of an object or a list from a server that makes none,
// as those behind an APIService may be: what every object has.
func PlainTable(b []byte, now time.Time) (t *Table, ok bool) {
	var head struct {
		Kind  string
		Items []json.RawMessage
	}
	if json.Unmarshal(b, &head) != nil || head.Kind == "" || head.Kind == "Status" {
		return nil, false
	}
	t = &Table{}
	if json.Unmarshal([]byte(`{"columnDefinitions":[{"name":"Name","type":"string"},{"name":"Age","type":"string"}]}`), t) != nil {
		return nil, false
	}
	if head.Items == nil && !strings.HasSuffix(head.Kind, "List") {
		head.Items = []json.RawMessage{b}
	} else if json.Unmarshal(b, &struct{ Metadata any }{&t.Metadata}) != nil {
		return nil, false
	}
	for _, item := range head.Items {
		var r Row
		var made struct {
			Metadata struct{ CreationTimestamp time.Time }
		}
		if json.Unmarshal(item, &r.Object) != nil || json.Unmarshal(item, &made) != nil {
			return nil, false
		}
		r.Cells = []any{r.Object.Metadata.Name, Age(made.Metadata.CreationTimestamp, now)}
		t.Rows = append(t.Rows, r)
	}
	return t, true
}
