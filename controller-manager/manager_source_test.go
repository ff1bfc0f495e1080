package controllermanager

import "testing"

// Events name the controllers as others know them: people and programs select
// by it.
func TestEventSources(t *testing.T) {
	want := map[string]string{
		"deployment-controller": "deployment-controller", "replicationcontroller-controller": "replication-controller",
		"disruption-controller": "controllermanager", "endpointslice-controller": "endpoint-slice-controller",
		"node-lifecycle-controller": "node-controller", "horizontal-pod-autoscaler-controller": "horizontal-pod-autoscaler",
		"ephemeral-volume-controller": "ephemeral_volume",
	}
	for _, name := range Names() {
		if w, ok := want[name]; ok && eventSource(name) != w {
			t.Errorf("events of %s come from %q, want %q", name, eventSource(name), w)
		}
		delete(want, name)
	}
	if len(want) > 0 {
		t.Errorf("no controllers %v", want)
	}
}
