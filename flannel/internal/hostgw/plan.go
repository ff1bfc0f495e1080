package hostgw

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/pilothouse/pilothouse/flannel/internal/lease"
)

// Name is the back end's name, as nodes announce it.
const Name = "host-gw"

// Route is a direct route to a peer's pods.
type Route struct {
	Dst netip.Prefix
	Via netip.Addr
}

// String prints the route as ip route does.
func (r Route) String() string { return fmt.Sprintf("%s via %s", r.Dst, r.Via) }

// Problem says why a peer has no route.
type Problem struct {
	Node, Reason string
}

// plan makes the routes of all peers. onLink are the prefixes of the link that packets
// leave by: a next hop outside of them cannot be reached without a router, which would not
// know the pods' network.
func plan(self string, leases []lease.Lease, onLink []netip.Prefix) (routes []Route, problems []Problem) {
	taken := map[netip.Prefix]string{}
	leases = slices.Clone(leases)
	slices.SortFunc(leases, func(a, b lease.Lease) int { return cmp.Compare(a.Node, b.Node) })
	for _, l := range leases {
		if l.Node == self {
			taken[l.Subnet] = l.Node
		}
	}
	for _, l := range leases {
		if l.Node == self {
			continue
		}
		if reason := refuse(l, taken, onLink); reason != "" {
			problems = append(problems, Problem{l.Node, reason})
			continue
		}
		taken[l.Subnet] = l.Node
		routes = append(routes, Route{l.Subnet, l.PublicIP})
	}
	return routes, problems
}

func refuse(l lease.Lease, taken map[netip.Prefix]string, onLink []netip.Prefix) string {
	if l.Backend != "" && l.Backend != Name {
		return fmt.Sprintf("it uses the back end %q, not %q", l.Backend, Name)
	}
	if other, ok := taken[l.Subnet]; ok {
		return fmt.Sprintf("its subnet %s is already node %s's", l.Subnet, other)
	}
	for _, p := range onLink {
		if p.Contains(l.PublicIP) {
			if p.Addr() == l.PublicIP {
				return fmt.Sprintf("its address %s is this node's own", l.PublicIP)
			}
			return ""
		}
	}
	return fmt.Sprintf("its address %s is not on this node's link (%v)", l.PublicIP, onLink)
}

// steps are what must be done to the kernel to get from the routes it has to those wanted.
type steps struct {
	add, change, del []Route
}

func (s steps) empty() bool { return len(s.add)+len(s.change)+len(s.del) == 0 }

// diff compares by destination; have must hold only routes of our own protocol.
func diff(want, have []Route) steps {
	var s steps
	old := map[netip.Prefix]netip.Addr{}
	for _, r := range have {
		old[r.Dst] = r.Via
	}
	for _, r := range want {
		via, ok := old[r.Dst]
		delete(old, r.Dst)
		switch {
		case !ok:
			s.add = append(s.add, r)
		case via != r.Via:
			s.change = append(s.change, r)
		}
	}
	for dst, via := range old {
		s.del = append(s.del, Route{dst, via})
	}
	slices.SortFunc(s.del, func(a, b Route) int { return cmp.Compare(a.String(), b.String()) })
	return s
}
