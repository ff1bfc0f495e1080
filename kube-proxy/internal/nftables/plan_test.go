package nftables

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/netnstest"
	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
)

func endpoints(addrs ...string) []table.Endpoint {
	var list []table.Endpoint
	for _, a := range addrs {
		list = append(list, table.Endpoint{Addr: netip.MustParseAddrPort(a)})
	}
	return list
}

func TestAssign(t *testing.T) {
	const a, b, c, d = "10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80", "10.0.0.4:80"
	tests := []struct {
		name     string
		old      []string
		now      []string
		affinity bool
		want     []string
	}{
		{"first", nil, []string{a, b}, false, []string{a, b}},
		{"one more", []string{a, b}, []string{a, b, c}, false, []string{a, b, c}},
		{"hole closed by the last", []string{a, b, c}, []string{b, c}, false, []string{c, b}},
		{"hole kept", []string{a, b, c}, []string{b, c}, true, []string{"", b, c}},
		{"hole filled", []string{"", b, c}, []string{b, c, d}, true, []string{d, b, c}},
		{"end cut", []string{a, b, c}, []string{a}, true, []string{a}},
		{"holes closed when affinity goes", []string{"", b, "", c}, []string{b, c}, false, []string{c, b}},
		{"all replaced", []string{a, b}, []string{c, d}, false, []string{c, d}},
	}
	for _, tt := range tests {
		var old []netip.AddrPort
		for _, s := range tt.old {
			p, _ := netip.ParseAddrPort(s)
			old = append(old, p)
		}
		var got []string
		for _, p := range assign(old, endpoints(tt.now...), tt.affinity) {
			if p.IsValid() {
				got = append(got, p.String())
			} else {
				got = append(got, "")
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// One change of one service among many must not mention any other.
func TestUpdateTouchesOnlyItsService(t *testing.T) {
	p := newPlan(Config{})
	ports := services(1000)
	for _, port := range ports {
		if err := p.add(table.Change{Name: port.Name, New: port}); err != nil {
			t.Fatal(err)
		}
	}
	p.text()
	changed := webPort(500, "10.1.2.3:80", "10.1.2.4:80", "10.1.2.5:80")
	if err := p.add(table.Change{Name: changed.Name, Old: ports[500], New: changed}); err != nil {
		t.Fatal(err)
	}
	text := p.text()
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "add element") && !strings.HasPrefix(line, "delete element") {
			t.Errorf("more than elements changed: %s", line)
		}
	}
	if n := strings.Count(text, "10.96."); n > 2 || !strings.Contains(text, ports[500].ClusterIP.String()+" . tcp") {
		t.Errorf("%d cluster IPs in the transaction:\n%s", n, text)
	}
	if err := p.add(table.Change{Name: changed.Name, Old: changed, New: changed}); err != nil {
		t.Fatal(err)
	}
	if again := p.text(); again != "" {
		t.Errorf("nothing changed, yet:\n%s", again)
	}
}

// Services of the same size get pickers of their own until there are many.
func TestPickersAreShared(t *testing.T) {
	p := newPlan(Config{})
	marks := map[uint32]int{}
	for i := range 1000 {
		port := webPort(i, "10.1.0.1:80", "10.1.0.2:80")
		if err := p.add(table.Change{Name: port.Name, New: port}); err != nil {
			t.Fatal(err)
		}
		marks[p.pools[poolKey{port.Name, false}].picker.number]++
	}
	if len(marks) != ownPickers {
		t.Errorf("%d pickers for 1000 services, want %d", len(marks), ownPickers)
	}
	for number, users := range marks {
		if users > 1000/ownPickers+1 {
			t.Errorf("picker %d has %d services", number, users)
		}
	}
}

// Whatever the order of changes, the kernel holds what a fresh start would make. A failure
// prints the seed.
func TestRandomChangesInTheKernel(t *testing.T) {
	seed := rand.Uint64()
	rnd := rand.New(rand.NewPCG(seed, 0))
	ns := netnstest.New(t, "random")
	ns.Do(func() {
		ctx := context.Background()
		p, err := New(ctx, Config{ClusterCIDR: []netip.Prefix{netip.MustParsePrefix("10.244.0.0/16")}})
		if err != nil {
			t.Error(err)
			return
		}
		if err := p.Rebuild(ctx, nil); err != nil {
			t.Error(err)
			return
		}
		now := map[table.Name]*table.Port{}
		for step := range 60 {
			var changes []table.Change
			for range 1 + rnd.IntN(4) {
				port := randomPort(rnd)
				if slices.ContainsFunc(changes, func(c table.Change) bool { return c.Name == port.Name }) {
					continue
				}
				ch := table.Change{Name: port.Name, Old: now[port.Name], New: port}
				if rnd.IntN(4) == 0 {
					ch.New = nil
				}
				if ch.Old == nil && ch.New == nil {
					continue
				}
				changes = append(changes, ch)
				now[port.Name] = ch.New
			}
			if err := p.Apply(ctx, changes); err != nil {
				t.Errorf("seed %d, step %d: %v", seed, step, err)
				return
			}
		}
		grown := kernelState(t)
		var ports []*table.Port
		for _, port := range now {
			if port != nil {
				ports = append(ports, port)
			}
		}
		if err := p.Rebuild(ctx, ports); err != nil {
			t.Errorf("seed %d: %v", seed, err)
			return
		}
		if fresh := kernelState(t); fresh != grown {
			t.Errorf("seed %d: after the changes:\n%s\n\nmade afresh:\n%s", seed, grown, fresh)
		}
	})
}

func randomPort(rnd *rand.Rand) *table.Port {
	i := rnd.IntN(8)
	p := webPort(i)
	for range rnd.IntN(5) {
		e := table.Endpoint{Addr: netip.MustParseAddrPort(fmt.Sprintf("10.244.1.%d:80", 1+rnd.IntN(9))), Local: rnd.IntN(2) == 0}
		if !slices.ContainsFunc(p.Cluster, func(o table.Endpoint) bool { return o.Addr == e.Addr }) {
			p.Cluster = append(p.Cluster, e)
			if e.Local {
				p.Local = append(p.Local, e)
			}
		}
	}
	if rnd.IntN(3) == 0 {
		p.Affinity = 10 * time.Minute
	}
	if rnd.IntN(2) == 0 {
		p.NodePort = uint16(30000 + i)
		p.LoadBalancerIPs = []netip.Addr{netip.AddrFrom4([4]byte{203, 0, 113, byte(i)})}
		p.ExternalLocal = rnd.IntN(2) == 0
	}
	p.InternalLocal = rnd.IntN(4) == 0
	if !p.InternalLocal && !p.ExternalLocal {
		p.Local = nil
	}
	if len(p.LoadBalancerIPs) > 0 && rnd.IntN(2) == 0 {
		p.SourceRanges = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.0/24")}
	}
	return p
}

// The IPv6 rules load, change and go like the others.
func TestIPv6(t *testing.T) {
	ns := netnstest.New(t, "v6")
	ns.Do(func() {
		ctx := context.Background()
		p, err := New(ctx, Config{IPv6: true, ClusterCIDR: []netip.Prefix{netip.MustParsePrefix("fd00:244::/64"), netip.MustParsePrefix("10.244.0.0/16")}})
		if err != nil {
			t.Error(err)
			return
		}
		port := &table.Port{Name: table.Name{Service: "web", Protocol: "TCP", IPv6: true}, ClusterIP: netip.MustParseAddr("fd00:96::1"), Port: 80,
			NodePort: 30001, Affinity: time.Minute, Cluster: endpoints("[fd00:244::1]:80", "[fd00:244::2]:80")}
		if err := p.Rebuild(ctx, nil); err != nil {
			t.Error(err)
			return
		}
		if err := p.Apply(ctx, []table.Change{{Name: port.Name, New: port}}); err != nil {
			t.Error(err)
			return
		}
		out, err := exec.Command("nft", "get", "element", "ip6", "kube-proxy", "services", "{ fd00:96::1 . tcp . 80 }").CombinedOutput()
		if err != nil {
			t.Errorf("the cluster IP is not there: %s", out)
		}
		if err := Cleanup(ctx); err != nil {
			t.Error(err)
		}
		if out, _ := exec.Command("nft", "list", "ruleset").Output(); len(out) > 0 {
			t.Errorf("left behind:\n%s", out)
		}
	})
}
