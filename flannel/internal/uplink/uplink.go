// Package uplink finds the interface and address by which the other nodes reach this one.
package uplink

import (
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink"
)

// Uplink is the interface that leads to the other nodes.
type Uplink struct {
	Name  string
	Index int
	MTU   int
	// Addr is this node's address on it.
	Addr netip.Addr
}

// Find returns the uplink. iface may be an interface's name or one of its addresses; empty
// means the interface of publicIP when that is given, else the one of the default route.
// publicIP, when valid, is taken as the address to announce.
func Find(iface string, publicIP netip.Addr) (Uplink, error) {
	link, err := findLink(iface, publicIP)
	if err != nil {
		return Uplink{}, err
	}
	u := Uplink{Name: link.Attrs().Name, Index: link.Attrs().Index, MTU: link.Attrs().MTU, Addr: publicIP}
	if u.Addr.IsValid() {
		return u, nil
	}
	addrs, err := linkAddrs(link)
	if err != nil {
		return u, err
	}
	for _, a := range addrs {
		if a.String() == iface {
			u.Addr = a
			return u, nil
		}
	}
	if len(addrs) == 0 {
		return u, fmt.Errorf("interface %s has no IPv4 address; give --public-ip or another --iface", u.Name)
	}
	u.Addr = addrs[0]
	return u, nil
}

func findLink(iface string, publicIP netip.Addr) (netlink.Link, error) {
	if addr, err := netip.ParseAddr(iface); err == nil {
		return linkOf(addr, "--iface")
	}
	if iface != "" {
		link, err := netlink.LinkByName(iface)
		if err != nil {
			return nil, fmt.Errorf("--iface %q: no such interface", iface)
		}
		return link, nil
	}
	if publicIP.IsValid() {
		if link, err := linkOf(publicIP, "--public-ip"); err == nil {
			return link, nil
		}
	}
	return defaultLink()
}

// linkOf returns the interface that has the address.
func linkOf(addr netip.Addr, flag string) (netlink.Link, error) {
	links, err := netlink.LinkList()
	if err != nil {
		return nil, fmt.Errorf("listing interfaces: %w", err)
	}
	for _, link := range links {
		addrs, err := linkAddrs(link)
		if err != nil {
			return nil, err
		}
		for _, a := range addrs {
			if a == addr {
				return link, nil
			}
		}
	}
	return nil, fmt.Errorf("%s %s: no interface has this address", flag, addr)
}

func linkAddrs(link netlink.Link) ([]netip.Addr, error) {
	list, err := netlink.AddrList(link, netlink.FAMILY_V4)
	if err != nil {
		return nil, fmt.Errorf("addresses of %s: %w", link.Attrs().Name, err)
	}
	var addrs []netip.Addr
	for _, a := range list {
		if ip, ok := netip.AddrFromSlice(a.IP.To4()); ok {
			addrs = append(addrs, ip)
		}
	}
	return addrs, nil
}

func defaultLink() (netlink.Link, error) {
	routes, err := netlink.RouteList(nil, netlink.FAMILY_V4)
	if err != nil {
		return nil, fmt.Errorf("listing routes: %w", err)
	}
	for _, r := range routes {
		if isDefault(r) && r.LinkIndex > 0 {
			return netlink.LinkByIndex(r.LinkIndex)
		}
	}
	return nil, fmt.Errorf("there is no default route to tell the interface by; give --iface or --public-ip")
}

func isDefault(r netlink.Route) bool {
	if r.Dst == nil {
		return true
	}
	ones, _ := r.Dst.Mask.Size()
	return ones == 0 && r.Dst.IP.IsUnspecified()
}
