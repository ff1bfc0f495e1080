package launch

import (
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// A pod on the node's network shares the node's name too: a sandbox that asks
// for one there is not made.
func TestSandboxHostname(t *testing.T) {
	for _, tt := range []struct {
		name string
		spec core.PodSpec
		want string
	}{
		{"its own network", core.PodSpec{}, "web"},
		{"a name of its own", core.PodSpec{Hostname: "other"}, "other"},
		{"the node's network", core.PodSpec{HostNetwork: true}, ""},
		{"the node's network and a name", core.PodSpec{HostNetwork: true, Hostname: "other"}, ""},
	} {
		p := &Preparer{}
		pod := &core.Pod{ObjectMeta: meta.ObjectMeta{Name: "web", Namespace: "default", UID: "u"}, Spec: tt.spec}
		if got := p.Sandbox(pod, 0, "", false).Hostname; got != tt.want {
			t.Errorf("%s: the hostname is %q, want %q", tt.name, got, tt.want)
		}
	}
}
