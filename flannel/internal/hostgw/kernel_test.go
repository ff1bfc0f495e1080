package hostgw

import (
	"context"
	"log/slog"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/pilothouse/pilothouse/flannel/internal/lease"
	"github.com/pilothouse/pilothouse/flannel/internal/netnstest"
)

// kernel is a namespace of its own with one link, 10.99.0.11/24, and a running back end.
type kernel struct {
	*netnstest.Namespace
	t        *testing.T
	backend  *Backend
	problems chan []Problem
}

func newKernel(t *testing.T) *kernel {
	t.Helper()
	k := &kernel{Namespace: netnstest.New(t, "gw"), t: t, problems: make(chan []Problem, 16)}
	k.ip("link add eth0 type veth peer name far")
	k.ip("link set far up")
	k.ip("link set eth0 up")
	k.ip("addr add 10.99.0.11/24 dev eth0")
	return k
}

func (k *kernel) ip(args string) string {
	k.t.Helper()
	return k.Run("ip " + args)
}

// start runs a back end inside the namespace until the test ends.
func (k *kernel) start(leases ...lease.Lease) {
	k.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan error, 1), make(chan error, 1)
	go k.Do(func() {
		link, err := netlink.LinkByName("eth0")
		if err == nil {
			k.backend, err = New("node1", link.Attrs().Index, slog.New(slog.DiscardHandler), func(p []Problem) { k.problems <- p })
		}
		ready <- err
		if err == nil {
			done <- k.backend.Run(ctx)
		}
	})
	if err := <-ready; err != nil {
		k.t.Fatal(err)
	}
	k.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			k.t.Error(err)
		}
	})
	k.backend.SetLeases(leases)
}

// routes waits until the namespace's routes of the pods' network are these.
func (k *kernel) routes(want ...string) {
	k.t.Helper()
	deadline := time.Now().Add(2 * time.Second)
	for {
		var got []string
		for line := range strings.Lines(k.ip("-4 route show")) {
			if strings.HasPrefix(line, "10.244.") {
				got = append(got, strings.TrimSpace(line))
			}
		}
		if strings.Join(got, "\n") == strings.Join(want, "\n") {
			return
		}
		if time.Now().After(deadline) {
			k.t.Fatalf("routes are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		runtime.Gosched()
	}
}

var (
	node1 = leaseOf("node1", "10.244.1.0/24", "10.99.0.11")
	node2 = leaseOf("node2", "10.244.2.0/24", "10.99.0.12")
	node3 = leaseOf("node3", "10.244.3.0/24", "10.99.0.13")
)

const (
	route2 = "10.244.2.0/24 via 10.99.0.12 dev eth0 proto 77"
	route3 = "10.244.3.0/24 via 10.99.0.13 dev eth0 proto 77"
)

func TestRoutesFollowNodes(t *testing.T) {
	k := newKernel(t)
	k.start(node1, node2)
	k.routes(route2)
	k.backend.SetLeases([]lease.Lease{node1, node2, node3})
	k.routes(route2, route3)
	moved := leaseOf("node2", "10.244.2.0/24", "10.99.0.99")
	k.backend.SetLeases([]lease.Lease{node1, moved})
	k.routes("10.244.2.0/24 via 10.99.0.99 dev eth0 proto 77")
	k.backend.SetLeases([]lease.Lease{node1})
	k.routes()
}

func TestDeletedRouteComesBack(t *testing.T) {
	k := newKernel(t)
	k.start(node1, node2, node3)
	k.routes(route2, route3)
	k.ip("route del 10.244.2.0/24")
	k.routes(route2, route3)
	k.ip("route flush proto 77")
	k.routes(route2, route3)
}

func TestLinkDownAndUp(t *testing.T) {
	k := newKernel(t)
	k.start(node1, node2)
	k.routes(route2)
	k.ip("link set eth0 down")
	k.ip("link set eth0 up")
	k.routes(route2)
}

func TestStaleAndForeignRoutes(t *testing.T) {
	k := newKernel(t)
	k.ip("route add 10.244.9.0/24 via 10.99.0.19 proto 77") // left by an earlier run
	k.ip("route add 10.244.8.0/24 via 10.99.0.18")          // the operator's
	k.ip("route add 10.244.2.0/24 via 10.99.0.17")          // the operator's, in the way
	k.start(node1, node2, node3)
	k.routes("10.244.2.0/24 via 10.99.0.17 dev eth0", route3, "10.244.8.0/24 via 10.99.0.18 dev eth0")
	problems := <-k.problems
	if len(problems) != 1 || problems[0].Node != "node2" || !strings.Contains(problems[0].Reason, "another program's route") {
		t.Errorf("problems %v, want node2's route in the way", problems)
	}
	k.ip("route del 10.244.2.0/24")
	k.routes(route2, route3, "10.244.8.0/24 via 10.99.0.18 dev eth0")
}

func TestNextHopOffLink(t *testing.T) {
	k := newKernel(t)
	k.start(node1, leaseOf("node2", "10.244.2.0/24", "192.0.2.2"), node3)
	k.routes(route3)
	if p := <-k.problems; len(p) != 1 || p[0].Node != "node2" {
		t.Errorf("problems %v, want node2", p)
	}
	k.backend.SetLeases([]lease.Lease{node1, node2, node3})
	k.routes(route2, route3)
	if p := <-k.problems; len(p) != 0 {
		t.Errorf("problems %v, want none any more", p)
	}
}
