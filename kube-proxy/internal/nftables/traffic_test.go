package nftables

import (
	"context"
	"os/exec"
	"testing"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/conformance"
)

func TestConformance(t *testing.T) {
	conformance.Run(t, conformance.Suite{
		Name: "nftables",
		New: func(t *testing.T, s conformance.Settings) conformance.Backend {
			p, err := New(context.Background(), Config{ClusterCIDR: s.ClusterCIDR, LocalhostNodePorts: s.LocalhostNodePorts})
			if err != nil {
				t.Fatal(err)
			}
			return p
		},
		Dump: func(t *testing.T) string {
			out, _ := exec.Command("nft", "list", "table", "ip", "kube-proxy").CombinedOutput()
			return string(out)
		},
	})
}
