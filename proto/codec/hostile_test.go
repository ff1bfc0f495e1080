package codec_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/pbwire"
	"github.com/pilothouse/pilothouse/proto/room"
)

// TestCostOfBadJSON: what is wrong with a body is told without reading it once
// for each of its parts, and without a copy of the way to each.
func TestCostOfBadJSON(t *testing.T) {
	key := strings.Repeat("k", 250)
	deep := strings.Repeat(`{"`+key+`":`, 9000) + `{"a":1}` + strings.Repeat("}", 9000)
	many, tooMany := strings.Repeat(`{},`, 15_000), strings.Repeat(`{},`, 1_000_000)
	for _, tt := range []struct{ name, body, want string }{
		{"deep and unknown", deep, `unknown field "` + key + `"`},
		{"deep, unknown, and then wrong", `{"spec":{"other":` + deep + `,"hostname":7}}`, "of type string"},
		{"wrong, and then many structs", `{"spec":{"hostname":7,"containers":[` + many + `{}]}}`, "Go struct field PodSpec.spec.hostname of type string"},
		{"wrong within many structs", `{"spec":{"containers":[` + many + `{"name":7}]}}`, "Go struct field Container.spec.containers.name of type string"},
		{"too many structs", `{"spec":{"containers":[` + tooMany + `{}]}}`, room.ErrNone.Error()},
		{"too many structs in small lists", `{"spec":{"containers":[` + strings.Repeat(`{"env":[{},{}]},`, 180_000) + `{}]}}`, room.ErrNone.Error()},
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
		if n := after.TotalAlloc - before.TotalAlloc; n > 256<<20 || n > 64<<20 && !strings.Contains(tt.name, "many structs") {
			t.Errorf("%s: %d MiB were needed", tt.name, n>>20)
		}
	}
	problems, err := codec.DecodeJSONStrict([]byte(`{"data":{"a":"1"},"data":{"a":"2"}}`), &core.ConfigMap{})
	if got := strings.Join(problems, "\n"); err != nil || got != `duplicate field "data"` {
		t.Errorf("a map twice: %s, %v", got, err)
	}
}

// TestCrowd: a message of a million elements that take two bytes each is refused
// long before they all stand in memory, however they are nested.
func TestCrowd(t *testing.T) {
	containers := strings.Repeat("\x12\x00", 1_500_000)
	spec := string(pbwire.AppendString([]byte{0x12}, containers))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := codec.DecodeProto(codec.AppendEnvelope(nil, "v1", "Pod", func(b []byte) []byte { return append(b, spec...) }), &core.Pod{})
	if !errors.Is(err, room.ErrNone) {
		t.Errorf("got %v", err)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 256<<20 {
		t.Errorf("%d MiB were needed", n>>20)
	}
}
