package nftables

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
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
		State: kernelState,
	})
}

// kernelState reads the table back and prints every way in with the endpoints it leads to,
// every element of the plain sets, and pools that nothing leads to. Marks and slots may
// differ between two ways to one state; this may not.
func kernelState(t *testing.T) string {
	out, err := exec.Command("nft", "-j", "list", "table", "ip", "kube-proxy").Output()
	if err != nil {
		t.Fatalf("nft: %v", err)
	}
	var doc struct {
		Nftables []struct {
			Map, Set *struct {
				Name string
				Elem []any
			}
		}
	}
	if err := json.Unmarshal(out, &doc); err != nil {
		t.Fatal(err)
	}
	pools := map[uint32][]string{} // endpoints by pool
	ways := map[string]uint32{}
	led := map[uint32]bool{}
	var lines []string
	for _, o := range doc.Nftables {
		switch {
		case o.Set != nil && !strings.HasPrefix(o.Set.Name, "clients-"):
			for _, e := range o.Set.Elem {
				lines = append(lines, fmt.Sprint(o.Set.Name, " ", e))
			}
		case o.Map != nil && strings.HasPrefix(o.Map.Name, "endpoints-"):
			for _, e := range o.Map.Elem {
				pair := e.([]any)
				pool := uint32(pair[0].(float64))
				pools[pool] = append(pools[pool], fmt.Sprint(pair[1]))
			}
		case o.Map != nil && o.Map.Name != "pickers":
			for _, e := range o.Map.Elem {
				pair := e.([]any)
				ways[fmt.Sprint(o.Map.Name, " ", pair[0])] = uint32(pair[1].(float64))
			}
		}
	}
	for way, mark := range ways {
		led[mark&poolMask] = true
		endpoints := pools[mark&poolMask]
		slices.Sort(endpoints)
		lines = append(lines, fmt.Sprint(way, " masquerade=", mark&masqueradeBit != 0, " -> ", endpoints))
	}
	for pool, endpoints := range pools {
		if !led[pool] {
			slices.Sort(endpoints)
			lines = append(lines, fmt.Sprint("no way to the pool of ", endpoints))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
