package admission

import "testing"

func TestReservedLabel(t *testing.T) {
	for key, want := range map[string]bool{
		"foo": false, "example.com/x": false, "notkubernetes.io/x": false,
		"kubernetes.io/hostname": false, "topology.kubernetes.io/zone": false, "kubernetes.io/other": true,
		"node-role.kubernetes.io/master": true, "x.k8s.io/y": true, "k8s.io/y": true,
		"kubelet.kubernetes.io/a": false, "sub.node.kubernetes.io/a": false,
		"node-restriction.kubernetes.io/a": true, "team.node-restriction.kubernetes.io/a": true,
	} {
		if got := reservedLabel(key); got != want {
			t.Errorf("%s: %v", key, got)
		}
	}
}
