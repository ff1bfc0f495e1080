package nodeipam

import (
	"fmt"
	"net/netip"

	"github.com/pilothouse/pilothouse/proto/core"
)

// Pool is a range of pod addresses and the size of one node's share of it.
type Pool struct {
	Range netip.Prefix // the cluster's pod addresses, as 10.244.0.0/16
	Bits  int          // the prefix length of one node's share, as 24
}

// ParsePool reads a pool; bits 0 stands for 24 in IPv4 and 64 in IPv6.
func ParsePool(cidr string, bits int) (Pool, error) {
	p, err := netip.ParsePrefix(cidr)
	if err != nil {
		return Pool{}, fmt.Errorf("cluster CIDR %q: want an address range such as 10.244.0.0/16", cidr)
	}
	p = p.Masked()
	if bits == 0 {
		bits = 24
		if p.Addr().Is6() {
			bits = 64
		}
	}
	if bits < p.Bits() || bits > p.Addr().BitLen() || bits-p.Bits() > 24 {
		return Pool{}, fmt.Errorf("node CIDR mask size %d: want %d to %d for cluster CIDR %s", bits, p.Bits(), min(p.Addr().BitLen(), p.Bits()+24), p)
	}
	return Pool{Range: p, Bits: bits}, nil
}

// step is what to do next for one node.
type step struct {
	assign    []string // one range per pool, in order; nil when there is nothing to do
	exhausted bool     // a pool has no range left
}

// plan decides the next step for node. nodes are all nodes of the cluster;
// any range that one of them holds, or overlaps, is taken.
func plan(node *core.Node, nodes []*core.Node, pools []Pool) step {
	if node.DeletionTimestamp != nil || len(cidrsOf(node)) > 0 {
		return step{}
	}
	var taken []netip.Prefix
	for _, n := range nodes {
		for _, c := range cidrsOf(n) {
			if p, err := netip.ParsePrefix(c); err == nil {
				taken = append(taken, p.Masked())
			}
		}
	}
	var s step
	for _, pool := range pools {
		c, ok := pool.free(taken)
		if !ok {
			return step{exhausted: true}
		}
		s.assign = append(s.assign, c.String())
	}
	return s
}

// cidrsOf are the ranges that a node holds.
func cidrsOf(n *core.Node) []string {
	if len(n.Spec.PodCIDRs) > 0 {
		return n.Spec.PodCIDRs
	}
	if n.Spec.PodCIDR != "" {
		return []string{n.Spec.PodCIDR}
	}
	return nil
}

// free is the lowest share of the pool that overlaps nothing taken.
func (p Pool) free(taken []netip.Prefix) (netip.Prefix, bool) {
	total := 1 << (p.Bits - p.Range.Bits())
	used := make(map[netip.Prefix]bool, len(taken))
	var wide []netip.Prefix // ranges of another size, from a pool of another day
	for _, t := range taken {
		if t.Bits() == p.Bits {
			used[t] = true
		} else {
			wide = append(wide, t)
		}
	}
	for i := range total {
		c := p.share(i)
		if !used[c] && !overlapsAny(c, wide) {
			return c, true
		}
	}
	return netip.Prefix{}, false
}

func overlapsAny(c netip.Prefix, all []netip.Prefix) bool {
	for _, o := range all {
		if o.Overlaps(c) {
			return true
		}
	}
	return false
}

// share is the i-th range of the pool.
func (p Pool) share(i int) netip.Prefix {
	b := p.Range.Addr().AsSlice()
	// Write i into the bits between the pool's prefix and the share's.
	for bit := p.Bits - 1; bit >= p.Range.Bits() && i > 0; bit-- {
		if i&1 == 1 {
			b[bit/8] |= 1 << (7 - bit%8)
		}
		i >>= 1
	}
	a, _ := netip.AddrFromSlice(b)
	return netip.PrefixFrom(a, p.Bits)
}
