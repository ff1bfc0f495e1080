package codec_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
)

// TestCostOfBadJSON: what is wrong with a body is told without reading it once
// for each of its parts, and without a copy of the way to each.
func TestCostOfBadJSON(t *testing.T) {
	key := strings.Repeat("k", 250)
	deep := strings.Repeat(`{"`+key+`":`, 9000) + `{"a":1}` + strings.Repeat("}", 9000)
	many := strings.Repeat(`{},`, 500_000)
	for _, tt := range []struct{ name, body, want string }{
		{"deep and unknown", deep, `unknown field "` + key + `"`},
		{"deep, unknown, and then wrong", `{"spec":{"other":` + deep + `,"hostname":7}}`, "of type string"},
		{"wrong, and then many structs", `{"spec":{"hostname":7,"containers":[` + many + `{}]}}`, "Go struct field PodSpec.spec.hostname of type string"},
		{"wrong within many structs", `{"spec":{"containers":[` + many + `{"name":7}]}}`, "Go struct field Container.spec.containers.name of type string"},
		{"one field a great many times", `{"spec":{` + strings.Repeat(`"hostname":"a",`, 100_000) + `"hostname":"b"}}`, `duplicate field "spec.hostname"`},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		problems, err := codec.DecodeJSONStrict([]byte(tt.body), &core.Pod{})
		got := strings.Join(problems, "\n")
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s: %.300s", tt.name, got)
		}
		runtime.ReadMemStats(&after)
		// Half a million containers are large themselves.
		if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 && !strings.Contains(tt.name, "many structs") {
			t.Errorf("%s: %d MiB were needed", tt.name, n>>20)
		}
	}
	problems, err := codec.DecodeJSONStrict([]byte(`{"data":{"a":"1"},"data":{"a":"2"}}`), &core.ConfigMap{})
	if got := strings.Join(problems, "\n"); err != nil || got != `duplicate field "data"` {
		t.Errorf("a map twice: %s, %v", got, err)
	}
}
