package conntrack

import (
	"net"
	"net/netip"
	"testing"

	"github.com/vishvananda/netlink"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
	"github.com/pilothouse/pilothouse/proto/core"
)

func port(protocol core.Protocol, endpoints ...string) *table.Port {
	p := &table.Port{
		Name:      table.Name{Namespace: "default", Service: "dns", Protocol: protocol},
		ClusterIP: netip.MustParseAddr("10.96.0.10"), Port: 53, NodePort: 30053,
	}
	for _, e := range endpoints {
		p.Cluster = append(p.Cluster, table.Endpoint{Addr: netip.MustParseAddrPort(e)})
	}
	return p
}

func flow(protocol uint8, front, answering string) *netlink.ConntrackFlow {
	f, a := netip.MustParseAddrPort(front), netip.MustParseAddrPort(answering)
	return &netlink.ConntrackFlow{
		Forward: netlink.IPTuple{Protocol: protocol, DstIP: net.IP(f.Addr().AsSlice()), DstPort: f.Port()},
		Reverse: netlink.IPTuple{Protocol: protocol, SrcIP: net.IP(a.Addr().AsSlice()), SrcPort: a.Port()},
	}
}

func TestStale(t *testing.T) {
	const a, b = "10.244.1.2:53", "10.244.2.2:53"
	none, onlyA, both := port(core.ProtocolUDP), port(core.ProtocolUDP, a), port(core.ProtocolUDP, a, b)
	tests := []struct {
		name     string
		old, new *table.Port
		flow     *netlink.ConntrackFlow
		want     bool
	}{
		{"endpoint gone", both, onlyA, flow(17, "10.96.0.10:53", b), true},
		{"endpoint that stays", both, onlyA, flow(17, "10.96.0.10:53", a), false},
		{"endpoint gone, by node port", both, onlyA, flow(17, "10.99.0.1:30053", b), true},
		{"another service to the same endpoint", both, onlyA, flow(17, "10.96.0.99:53", b), false},
		{"service gone", onlyA, nil, flow(17, "10.96.0.10:53", a), true},
		{"first endpoint: entries without translation", none, onlyA, flow(17, "10.96.0.10:53", "10.96.0.10:53"), true},
		{"first endpoint, node port", nil, onlyA, flow(17, "10.99.0.1:30053", "10.99.0.1:30053"), true},
		{"one more endpoint", onlyA, both, flow(17, "10.96.0.10:53", a), false},
		{"TCP is left alone", both, onlyA, flow(6, "10.96.0.10:53", b), false},
	}
	for _, tt := range tests {
		s := Of([]table.Change{{Name: both.Name, Old: tt.old, New: tt.new}})
		if got := s.MatchConntrackFlow(tt.flow); got != tt.want {
			t.Errorf("%s: stale = %v, want %v", tt.name, got, tt.want)
		}
	}
	tcp := port(core.ProtocolTCP, a)
	if !Of([]table.Change{{Name: tcp.Name, Old: tcp}}).Empty() {
		t.Error("a TCP service makes entries stale")
	}
}
