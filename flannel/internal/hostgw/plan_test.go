package hostgw

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/pilothouse/pilothouse/flannel/internal/lease"
)

func leaseOf(node, subnet, ip string) lease.Lease {
	return lease.Lease{Node: node, Subnet: netip.MustParsePrefix(subnet), PublicIP: netip.MustParseAddr(ip)}
}

func TestPlan(t *testing.T) {
	self := leaseOf("node1", "10.244.1.0/24", "10.99.0.11")
	vxlan := leaseOf("node2", "10.244.2.0/24", "10.99.0.12")
	vxlan.Backend = "vxlan"
	link := []netip.Prefix{netip.MustParsePrefix("10.99.0.11/24")}
	tests := []struct {
		name     string
		leases   []lease.Lease
		routes   []string
		problems []string
	}{
		{"alone", []lease.Lease{self}, nil, nil},
		{"two peers", []lease.Lease{leaseOf("node3", "10.244.3.0/24", "10.99.0.13"), self, leaseOf("node2", "10.244.2.0/24", "10.99.0.12")},
			[]string{"10.244.2.0/24 via 10.99.0.12", "10.244.3.0/24 via 10.99.0.13"}, nil},
		{"one off the link, the other goes on", []lease.Lease{self, leaseOf("node2", "10.244.2.0/24", "192.0.2.1"), leaseOf("node3", "10.244.3.0/24", "10.99.0.13")},
			[]string{"10.244.3.0/24 via 10.99.0.13"},
			[]string{"node2: its address 192.0.2.1 is not on this node's link ([10.99.0.11/24])"}},
		{"a peer with my address", []lease.Lease{self, leaseOf("node2", "10.244.2.0/24", "10.99.0.11")}, nil,
			[]string{"node2: its address 10.99.0.11 is this node's own"}},
		{"a peer with my subnet", []lease.Lease{leaseOf("node0", "10.244.1.0/24", "10.99.0.10"), self}, nil,
			[]string{"node0: its subnet 10.244.1.0/24 is already node node1's"}},
		{"another back end", []lease.Lease{self, vxlan}, nil,
			[]string{`node2: it uses the back end "vxlan", not "host-gw"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			routes, problems := plan("node1", tt.leases, link)
			var gotRoutes, gotProblems []string
			for _, r := range routes {
				gotRoutes = append(gotRoutes, r.String())
			}
			for _, p := range problems {
				gotProblems = append(gotProblems, fmt.Sprintf("%s: %s", p.Node, p.Reason))
			}
			if d := cmp.Diff(tt.routes, gotRoutes); d != "" {
				t.Errorf("routes (-want +got):\n%s", d)
			}
			if d := cmp.Diff(tt.problems, gotProblems); d != "" {
				t.Errorf("problems (-want +got):\n%s", d)
			}
		})
	}
}

func TestDiff(t *testing.T) {
	r := func(dst, via string) Route { return Route{netip.MustParsePrefix(dst), netip.MustParseAddr(via)} }
	same, moved, gone, fresh := r("10.244.1.0/24", "10.0.0.1"), r("10.244.2.0/24", "10.0.0.2"), r("10.244.3.0/24", "10.0.0.3"), r("10.244.4.0/24", "10.0.0.4")
	s := diff([]Route{same, r("10.244.2.0/24", "10.0.0.9"), fresh}, []Route{same, moved, gone})
	want := steps{add: []Route{fresh}, change: []Route{r("10.244.2.0/24", "10.0.0.9")}, del: []Route{gone}}
	if fmt.Sprint(s) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", s, want)
	}
	if s := diff([]Route{same}, []Route{same}); !s.empty() {
		t.Errorf("nothing to do, yet %v", s)
	}
}
