package uplink

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/pilothouse/pilothouse/flannel/internal/netnstest"
)

func TestFind(t *testing.T) {
	ns := netnstest.New(t, "up")
	ns.Run("ip link add eth0 mtu 1400 type veth peer name x0")
	ns.Run("ip link add eth1 type veth peer name x1")
	for _, l := range []string{"eth0", "x0", "eth1", "x1"} {
		ns.Run("ip link set " + l + " up")
	}
	find := func(iface, publicIP string) (u Uplink, err error) {
		var ip netip.Addr
		if publicIP != "" {
			ip = netip.MustParseAddr(publicIP)
		}
		ns.Do(func() { u, err = Find(iface, ip) })
		return u, err
	}
	want := func(iface, publicIP, name, addr string) {
		t.Helper()
		u, err := find(iface, publicIP)
		if err != nil || u.Name != name || u.Addr.String() != addr {
			t.Errorf("Find(%q, %q) = %s %s, %v; want %s %s", iface, publicIP, u.Name, u.Addr, err, name, addr)
		}
	}
	fails := func(iface, publicIP, with string) {
		t.Helper()
		if _, err := find(iface, publicIP); err == nil || !strings.Contains(err.Error(), with) {
			t.Errorf("Find(%q, %q): error %v, want one with %q", iface, publicIP, err, with)
		}
	}
	fails("", "", "--iface")
	fails("eth0", "", "no IPv4 address")
	ns.Run("ip addr add 10.99.0.11/24 dev eth0")
	ns.Run("ip addr add 192.0.2.1/24 dev eth1")
	ns.Run("ip addr add 192.0.2.2/24 dev eth1")
	ns.Run("ip route add default via 10.99.0.254")
	want("", "", "eth0", "10.99.0.11")
	want("eth1", "", "eth1", "192.0.2.1")
	want("192.0.2.2", "", "eth1", "192.0.2.2")
	want("", "192.0.2.2", "eth1", "192.0.2.2")
	want("eth0", "203.0.113.7", "eth0", "203.0.113.7") // behind an address translation
	want("", "203.0.113.7", "eth0", "203.0.113.7")
	fails("eth9", "", `"eth9": no such interface`)
	fails("10.1.1.1", "", "no interface has this address")
	if u, _ := find("", ""); u.MTU != 1400 {
		t.Errorf("MTU %d, want 1400", u.MTU)
	}
}
