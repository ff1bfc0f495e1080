package worker

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// TestAbout: events tell which container they are about, whatever its kind.
func TestAbout(t *testing.T) {
	pod := &core.Pod{ObjectMeta: meta.ObjectMeta{Namespace: "ns", Name: "web", UID: "u"}, Spec: core.PodSpec{
		InitContainers: []core.Container{{Name: "prepare"}}, Containers: []core.Container{{Name: "main"}},
		EphemeralContainers: []core.EphemeralContainer{{EphemeralContainerCommon: core.EphemeralContainerCommon{Name: "look"}}},
	}}
	for name, want := range map[string]string{
		"": "", "main": "spec.containers{main}", "prepare": "spec.initContainers{prepare}", "look": "spec.ephemeralContainers{look}", "gone": "",
	} {
		got := about(pod, name)
		if got.FieldPath != want || got.Kind != "Pod" || got.Name != "web" || got.UID != "u" {
			t.Errorf("%q: %+v", name, got)
		}
	}
}
