// Package conntrack removes the kernel's connection entries that changes of services have
// made stale.
//
// UDP has no end of a connection: a client that goes on sending keeps its entry alive, and
// with it the translation to an endpoint that is gone, or the absence of any translation
// from before the service had endpoints. TCP needs none of this: a new connection is a new
// entry.
package conntrack

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"github.com/vishvananda/netlink"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
	"github.com/pilothouse/pilothouse/proto/core"
)

// protocolUDP is UDP's number in the IP header.
const protocolUDP = 17

// Stale describes the entries that some changes have made stale.
type Stale struct {
	// fronts are the ways in that changed from no endpoints to some: all their entries go.
	fronts map[netip.AddrPort]bool
	// ports are node ports of the same kind, on any address.
	ports map[uint16]bool
	// gone holds for each way in the endpoints that no longer serve it.
	gone     map[netip.AddrPort]map[netip.AddrPort]bool
	gonePort map[uint16]map[netip.AddrPort]bool
}

// Of works out what the changes make stale. It is pure.
func Of(changes []table.Change) Stale {
	s := Stale{map[netip.AddrPort]bool{}, map[uint16]bool{}, map[netip.AddrPort]map[netip.AddrPort]bool{}, map[uint16]map[netip.AddrPort]bool{}}
	for _, ch := range changes {
		if ch.Name.Protocol == core.ProtocolUDP {
			s.add(ch)
		}
	}
	return s
}

func (s *Stale) add(ch table.Change) {
	if ch.New != nil && len(ch.New.Cluster) > 0 && (ch.Old == nil || len(ch.Old.Cluster) == 0) {
		for _, f := range fronts(ch.New) {
			s.fronts[f] = true
		}
		if ch.New.NodePort != 0 {
			s.ports[ch.New.NodePort] = true
		}
	}
	if ch.Old == nil {
		return
	}
	gone := missing(ch.Old.Cluster, ch.New)
	if len(gone) == 0 {
		return
	}
	for _, f := range fronts(ch.Old) {
		s.gone[f] = gone
	}
	if ch.Old.NodePort != 0 {
		s.gonePort[ch.Old.NodePort] = gone
	}
}

func fronts(p *table.Port) []netip.AddrPort {
	list := []netip.AddrPort{netip.AddrPortFrom(p.ClusterIP, p.Port)}
	for _, a := range p.ExternalAddrs() {
		list = append(list, netip.AddrPortFrom(a, p.Port))
	}
	return list
}

func missing(old []table.Endpoint, now *table.Port) map[netip.AddrPort]bool {
	gone := map[netip.AddrPort]bool{}
	for _, e := range old {
		gone[e.Addr] = true
	}
	if now != nil {
		for _, e := range now.Cluster {
			delete(gone, e.Addr)
		}
	}
	return gone
}

// Empty says that there is nothing to look for.
func (s Stale) Empty() bool {
	return len(s.fronts)+len(s.ports)+len(s.gone)+len(s.gonePort) == 0
}

// Delete removes the stale entries of both families from the kernel and returns how many
// there were. It reads the kernel's whole list, so call it only when Empty is false.
func (s Stale) Delete() (uint, error) {
	var total uint
	var errs []error
	for _, f := range []netlink.InetFamily{netlink.FAMILY_V4, netlink.FAMILY_V6} {
		n, err := netlink.ConntrackDeleteFilters(netlink.ConntrackTable, f, s)
		total += n
		if err != nil && !errors.Is(err, syscall.ENOENT) { // gone by itself meanwhile
			errs = append(errs, fmt.Errorf("removing stale UDP connections: %w", err))
		}
	}
	return total, errors.Join(errs...)
}

// MatchConntrackFlow says whether one entry is stale.
func (s Stale) MatchConntrackFlow(flow *netlink.ConntrackFlow) bool {
	if flow.Forward.Protocol != protocolUDP {
		return false
	}
	front := addrPort(flow.Forward.DstIP, flow.Forward.DstPort)
	answering := addrPort(flow.Reverse.SrcIP, flow.Reverse.SrcPort)
	if s.fronts[front] || s.gone[front][answering] {
		return true
	}
	// A node port's entry has some address of the node and, once translated, another port.
	return s.ports[front.Port()] && front == answering || s.gonePort[front.Port()][answering]
}

func addrPort(ip net.IP, port uint16) netip.AddrPort {
	a, _ := netip.AddrFromSlice(ip)
	return netip.AddrPortFrom(a.Unmap(), port)
}
