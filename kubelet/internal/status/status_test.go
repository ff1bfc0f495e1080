package status

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPatchOf(t *testing.T) {
	for name, c := range map[string]struct {
		was, is, want string
		all           bool
	}{
		"only what changed":        {`{"phase":"Pending","hostIP":"1"}`, `{"phase":"Running","hostIP":"1"}`, `{"phase":"Running"}`, false},
		"what is gone is null":     {`{"message":"x","phase":"Running"}`, `{"phase":"Running"}`, `{"message":null}`, false},
		"all after a failure":      {`{"phase":"Running","reason":"x"}`, `{"phase":"Running"}`, `{"phase":"Running","reason":null}`, true},
		"addresses are replaced":   {`{"podIPs":[{"ip":"1"}]}`, `{"podIPs":[{"ip":"2"}]}`, `{"podIPs":[{"ip":"2"},{"$patch":"replace"}]}`, false},
		"first addresses are not":  {`{}`, `{"podIPs":[{"ip":"2"}]}`, `{"podIPs":[{"ip":"2"}]}`, false},
		"a condition loses fields": {`{"conditions":[{"type":"Ready","status":"False","reason":"x"}]}`, `{"conditions":[{"type":"Ready","status":"True"}]}`, `{"conditions":[{"type":"Ready","status":"True","reason":null}]}`, false},
		"a condition goes": {`{"conditions":[{"type":"Ready","status":"True"},{"type":"PodResizeInProgress","status":"True"}]}`, `{"conditions":[{"type":"Ready","status":"True"}]}`,
			`{"conditions":[{"type":"Ready","status":"True"},{"type":"PodResizeInProgress","$patch":"delete"}]}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := patchOf("u1", []byte(c.was), []byte(c.is), c.all)
			if err != nil {
				t.Fatal(err)
			}
			var got, want any
			if json.Unmarshal(b, &got) != nil || json.Unmarshal([]byte(`{"metadata":{"uid":"u1"},"status":`+c.want+`}`), &want) != nil {
				t.Fatal("no JSON")
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}
