package nodeipam

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/proto/core"
)

func node(name string, cidrs ...string) *core.Node {
	n := &core.Node{}
	n.Name = name
	n.Spec.PodCIDRs = cidrs
	if len(cidrs) > 0 {
		n.Spec.PodCIDR = cidrs[0]
	}
	return n
}

func pool(t *testing.T, cidr string, bits int) Pool {
	t.Helper()
	p, err := ParsePool(cidr, bits)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPlan(t *testing.T) {
	v4 := []Pool{pool(t, "10.244.0.0/16", 24)}
	for _, c := range []struct {
		name  string
		pools []Pool
		node  *core.Node
		held  []*core.Node
		want  step
	}{
		{"the first", v4, node("a"), nil, step{assign: []string{"10.244.0.0/24"}}},
		{"the next", v4, node("b"), []*core.Node{node("a", "10.244.0.0/24")}, step{assign: []string{"10.244.1.0/24"}}},
		{"the lowest free one", v4, node("c"), []*core.Node{node("a", "10.244.0.0/24"), node("b", "10.244.2.0/24")}, step{assign: []string{"10.244.1.0/24"}}},
		{"has one", v4, node("a", "10.244.7.0/24"), nil, step{}},
		{"a wider range of another day is in the way", v4, node("b"), []*core.Node{node("a", "10.244.0.0/22")}, step{assign: []string{"10.244.4.0/24"}}},
		{"all are taken", []Pool{pool(t, "10.0.0.0/30", 31)}, node("c"), []*core.Node{node("a", "10.0.0.0/31"), node("b", "10.0.0.2/31")}, step{exhausted: true}},
		{"two families", []Pool{v4[0], pool(t, "fd00::/48", 0)}, node("b"), []*core.Node{node("a", "10.244.0.0/24", "fd00::/64")}, step{assign: []string{"10.244.1.0/24", "fd00:0:0:1::/64"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := plan(c.node, append(c.held, c.node), c.pools)
			if got.exhausted != c.want.exhausted || !slices.Equal(got.assign, c.want.assign) {
				t.Errorf("plan = %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestParsePoolSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		cidr string
		bits int
		want string
	}{
		{"10.244.0.0", 24, `cluster CIDR "10.244.0.0": want an address range`},
		{"10.244.0.0/16", 8, "node CIDR mask size 8: want 16 to 32"},
		{"10.244.0.0/16", 33, "node CIDR mask size 33: want 16 to 32"},
	} {
		if _, err := ParsePool(c.cidr, c.bits); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("ParsePool(%s, %d) = %v, want %q", c.cidr, c.bits, err, c.want)
		}
	}
}

// Nodes come and go at random; no two that live at the same time ever hold
// ranges that overlap, and every range is inside the pool.
func TestNoTwoNodesShareARange(t *testing.T) {
	pools := []Pool{pool(t, "10.1.0.0/20", 24)}
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 3))
		var nodes []*core.Node
		for i := range 100 {
			if len(nodes) > 0 && random.IntN(3) == 0 {
				k := random.IntN(len(nodes))
				nodes = slices.Delete(nodes, k, k+1)
				continue
			}
			n := node(fmt.Sprint("n", i))
			nodes = append(nodes, n)
			s := plan(n, nodes, pools)
			if s.exhausted {
				if held := len(nodes) - 1; held < 16 {
					t.Fatalf("seed %d: exhausted with %d of 16 ranges held", seed, held)
				}
				nodes = nodes[:len(nodes)-1]
				continue
			}
			c := netip.MustParsePrefix(s.assign[0])
			for _, o := range nodes {
				for _, held := range o.Spec.PodCIDRs {
					if netip.MustParsePrefix(held).Overlaps(c) {
						t.Fatalf("seed %d: %s was given to %s while %s holds %s", seed, c, n.Name, o.Name, held)
					}
				}
			}
			if !pools[0].Range.Contains(c.Addr()) {
				t.Fatalf("seed %d: %s is outside of the pool", seed, c)
			}
			n.Spec.PodCIDRs = s.assign
		}
	}
}
