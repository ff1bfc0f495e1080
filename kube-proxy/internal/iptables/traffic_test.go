package iptables

import (
	"context"
	"os/exec"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/conformance"
)

func TestConformance(t *testing.T) {
	conformance.Run(t, conformance.Suite{
		Name: "iptables",
		New: func(t *testing.T, s conformance.Settings) conformance.Backend {
			p, err := New(context.Background(), Config{ClusterCIDR: s.ClusterCIDR, LocalhostNodePorts: s.LocalhostNodePorts}, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			return p
		},
		Dump: save, State: save,
	})
}

func save(t *testing.T) string {
	out, err := exec.Command("sh", "-c", "iptables-save | grep -v '^[#:]'").CombinedOutput()
	if err != nil {
		t.Errorf("iptables-save: %v: %s", err, out)
	}
	return string(out)
}
