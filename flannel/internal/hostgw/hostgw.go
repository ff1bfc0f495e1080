// Package hostgw sends pods' packets straight to the node that has the pod: one route per
// peer, with the peer as next hop. Nothing is wrapped, so it is as fast as the wire, and it
// asks that all nodes share one link.
//
// Our routes carry a protocol number of their own. Only routes with that number are ever
// changed or removed; whoever else removes one sees it back, because the kernel tells us.
//
// plan.go is the pure part (leases -> routes -> steps); this file applies the steps.
package hostgw

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/pilothouse/pilothouse/flannel/internal/lease"
)

// Protocol is the routing protocol number that marks our routes ("ip route show proto 77").
const Protocol = 77

// checkEvery is the slow check behind the kernel's notices: the kernel may drop notices
// when it is short of memory.
const checkEvery = 30 * time.Second

// Backend keeps the routes of one node.
type Backend struct {
	self    string
	link    int
	handle  *netlink.Handle
	log     *slog.Logger
	report  func([]Problem)
	kick    chan struct{}
	mu      sync.Mutex
	leases  []lease.Lease
	started bool // SetLeases was called: until then nothing is stale
}

// New makes a back end for the node self that routes over the link with that index. report
// is called with the full list whenever the peers without a route change; it must not block.
func New(self string, link int, log *slog.Logger, report func([]Problem)) (*Backend, error) {
	h, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("netlink: %w", err)
	}
	return &Backend{self: self, link: link, handle: h, log: log, report: report, kick: make(chan struct{}, 1)}, nil
}

// Name returns "host-gw".
func (b *Backend) Name() string { return Name }

// SetLeases replaces the leases of all nodes (this node's may be among them). It returns
// at once; Run does the work.
func (b *Backend) SetLeases(leases []lease.Lease) {
	b.mu.Lock()
	b.leases, b.started = leases, true
	b.mu.Unlock()
	b.wake()
}

func (b *Backend) wake() {
	select {
	case b.kick <- struct{}{}:
	default: // a look is already due
	}
}

// Run keeps the routes right until ctx ends. The routes stay when it returns, so that
// traffic goes on while flanneld is replaced.
func (b *Backend) Run(ctx context.Context) error {
	done := make(chan struct{})
	defer close(done)
	events, err := b.subscribe(done)
	if err != nil {
		return err
	}
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	var last []Problem
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-b.kick:
		case <-tick.C:
		case u, ok := <-events.routes:
			if !ok {
				return errors.New("the kernel closed the route subscription")
			}
			if u.Type != unix.RTM_DELROUTE || !b.concerns(u.Route) {
				continue
			}
		case _, ok := <-events.links:
			if !ok {
				return errors.New("the kernel closed the link subscription")
			}
		case _, ok := <-events.addrs:
			if !ok {
				return errors.New("the kernel closed the address subscription")
			}
		}
		problems, err := b.sync()
		if err != nil {
			b.log.Error("cannot set routes", "error", err)
			continue
		}
		if !slices.Equal(problems, last) {
			last = problems
			b.report(problems)
		}
	}
}

// concerns says whether a removed route was ours, or stood where ours should be.
func (b *Backend) concerns(r netlink.Route) bool {
	if r.Protocol == Protocol {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return r.Dst != nil && slices.ContainsFunc(b.leases, func(l lease.Lease) bool { return l.Subnet.String() == r.Dst.String() })
}

// events are the kernel's notices. Routes lost with their link are not announced one by
// one, so links and addresses are watched too.
type events struct {
	routes chan netlink.RouteUpdate
	links  chan netlink.LinkUpdate
	addrs  chan netlink.AddrUpdate
}

// eventBuffer holds notices while routes are being set.
const eventBuffer = 256

func (b *Backend) subscribe(done chan struct{}) (events, error) {
	e := events{
		make(chan netlink.RouteUpdate, eventBuffer),
		make(chan netlink.LinkUpdate, eventBuffer),
		make(chan netlink.AddrUpdate, eventBuffer),
	}
	lost := func(err error) { // an overrun: what was lost is found by looking
		b.log.Debug("kernel notices lost", "error", err)
		b.wake()
	}
	err := netlink.RouteSubscribeWithOptions(e.routes, done, netlink.RouteSubscribeOptions{ErrorCallback: lost})
	if err == nil {
		err = netlink.LinkSubscribeWithOptions(e.links, done, netlink.LinkSubscribeOptions{ErrorCallback: lost})
	}
	if err == nil {
		err = netlink.AddrSubscribeWithOptions(e.addrs, done, netlink.AddrSubscribeOptions{ErrorCallback: lost})
	}
	if err != nil {
		return e, fmt.Errorf("subscribing to the kernel's routes: %w", err)
	}
	return e, nil
}

// sync looks at the kernel and does what is missing. Peers whose route the kernel refuses
// are among the problems; the others are served.
func (b *Backend) sync() ([]Problem, error) {
	b.mu.Lock()
	leases, started := b.leases, b.started
	b.mu.Unlock()
	if !started {
		return nil, nil
	}
	onLink, err := b.onLink()
	if err != nil {
		return nil, err
	}
	want, problems := plan(b.self, leases, onLink)
	have, err := b.have()
	if err != nil {
		return nil, err
	}
	nodeOf := map[netip.Prefix]string{}
	for _, l := range leases {
		nodeOf[l.Subnet] = l.Node
	}
	for _, f := range b.apply(diff(want, have)) {
		problems = append(problems, Problem{nodeOf[f.route.Dst], f.err.Error()})
	}
	return problems, nil
}

// onLink lists the prefixes of the link's addresses, host part included.
func (b *Backend) onLink() ([]netip.Prefix, error) {
	link, err := b.handle.LinkByIndex(b.link)
	if err != nil {
		return nil, fmt.Errorf("interface %d is gone: %w", b.link, err)
	}
	addrs, err := b.handle.AddrList(link, netlink.FAMILY_V4)
	if err != nil {
		return nil, fmt.Errorf("addresses of %s: %w", link.Attrs().Name, err)
	}
	var list []netip.Prefix
	for _, a := range addrs {
		ip, _ := netip.AddrFromSlice(a.IP.To4())
		ones, _ := a.Mask.Size()
		list = append(list, netip.PrefixFrom(ip, ones))
	}
	return list, nil
}

// have lists the routes that carry our protocol number.
func (b *Backend) have() ([]Route, error) {
	routes, err := b.handle.RouteListFiltered(netlink.FAMILY_V4, &netlink.Route{Protocol: Protocol}, netlink.RT_FILTER_PROTOCOL)
	if err != nil {
		return nil, fmt.Errorf("listing routes: %w", err)
	}
	var list []Route
	for _, r := range routes {
		if r.Dst == nil {
			continue
		}
		dst, _ := netip.AddrFromSlice(r.Dst.IP.To4())
		ones, _ := r.Dst.Mask.Size()
		via, _ := netip.AddrFromSlice(r.Gw.To4())
		if r.LinkIndex != b.link {
			via = netip.Addr{} // over another interface than now: must change
		}
		list = append(list, Route{netip.PrefixFrom(dst, ones), via})
	}
	return list, nil
}

type failure struct {
	route Route
	err   error
}

func (b *Backend) apply(s steps) []failure {
	var failed []failure
	do := func(what string, list []Route, f func(*netlink.Route) error) {
		for _, r := range list {
			err := f(b.kernelRoute(r))
			switch {
			case err == nil:
				b.log.Info("route "+what, "route", r.String())
			case what == "removed" && errors.Is(err, syscall.ESRCH): // gone already
			case what == "added" && errors.Is(err, syscall.EEXIST):
				failed = append(failed, failure{r, fmt.Errorf("another program's route to %s is in the way", r.Dst)})
			default:
				failed = append(failed, failure{r, fmt.Errorf("route %s: %w", r, err)})
			}
		}
	}
	do("removed", s.del, b.handle.RouteDel)
	do("added", s.add, b.handle.RouteAdd)
	do("changed", s.change, b.handle.RouteReplace)
	return failed
}

func (b *Backend) kernelRoute(r Route) *netlink.Route {
	k := &netlink.Route{Protocol: Protocol, Table: unix.RT_TABLE_MAIN,
		Dst: &net.IPNet{IP: r.Dst.Addr().AsSlice(), Mask: net.CIDRMask(r.Dst.Bits(), 32)}}
	if r.Via.IsValid() {
		k.LinkIndex = b.link
		k.Gw = r.Via.AsSlice()
	}
	return k
}

// Cleanup removes every route that carries our protocol number.
func Cleanup(log *slog.Logger) error {
	b, err := New("", 0, log, nil)
	if err != nil {
		return err
	}
	have, err := b.have()
	if err != nil {
		return err
	}
	var errs []error
	for _, f := range b.apply(steps{del: have}) {
		errs = append(errs, f.err)
	}
	return errors.Join(errs...)
}
