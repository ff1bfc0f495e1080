package lease

import (
	"errors"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
)

func node(cidr, publicIP string, internal ...string) *core.Node {
	n := &core.Node{Spec: core.NodeSpec{PodCIDR: cidr}}
	n.Name = "node1"
	if publicIP != "" {
		n.Annotations = map[string]string{AnnotationPublicIP: publicIP, AnnotationBackendType: "host-gw"}
	}
	for _, a := range internal {
		n.Status.Addresses = append(n.Status.Addresses, core.NodeAddress{Type: core.NodeInternalIP, Address: a})
	}
	return n
}

func TestFromNode(t *testing.T) {
	tests := []struct {
		name   string
		node   *core.Node
		subnet string
		ip     string
		err    string
	}{
		{"announced", node("10.244.1.0/24", "10.99.0.11", "192.0.2.1"), "10.244.1.0/24", "10.99.0.11", ""},
		{"not announced yet", node("10.244.1.0/24", "", "fd00::1", "192.0.2.1"), "10.244.1.0/24", "192.0.2.1", ""},
		{"host bits", node("10.244.1.7/24", "10.99.0.11"), "10.244.1.0/24", "10.99.0.11", ""},
		{"no address", node("10.244.1.0/24", ""), "", "", "node1"},
		{"bad subnet", node("10.244.1", "10.99.0.11"), "", "", `spec.podCIDR "10.244.1"`},
		{"bad address", node("10.244.1.0/24", "nowhere"), "", "", `"nowhere"`},
	}
	for _, tt := range tests {
		l, err := FromNode(tt.node)
		switch {
		case tt.err != "":
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%s: error %v, want one with %s", tt.name, err, tt.err)
			}
		case err != nil:
			t.Errorf("%s: %v", tt.name, err)
		case l.Subnet.String() != tt.subnet || l.PublicIP.String() != tt.ip:
			t.Errorf("%s: %v", tt.name, l)
		}
	}
	if _, err := FromNode(node("", "10.99.0.11")); !errors.Is(err, ErrNoSubnet) {
		t.Errorf("without a pod CIDR: %v", err)
	}
}
