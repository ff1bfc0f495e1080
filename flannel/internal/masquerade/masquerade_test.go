package masquerade

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/flannel/internal/netnstest"
)

// A pod's packets to the outside carry the node's address, those to the cluster its own.
func TestMasquerade(t *testing.T) {
	pod, node, other := netnstest.New(t, "pod"), netnstest.New(t, "node"), netnstest.New(t, "other")
	node.Run("ip link add p0 type veth peer name eth0 netns " + pod.Name)
	node.Run("ip link add o0 type veth peer name eth0 netns " + other.Name)
	node.Run("ip addr add 10.244.1.1/24 dev p0")
	node.Run("ip addr add 10.99.0.11/24 dev o0")
	for _, l := range []string{"p0", "o0"} {
		node.Run("ip link set " + l + " up")
	}
	node.Run("sysctl -qw net.ipv4.ip_forward=1")
	pod.Run("ip addr add 10.244.1.2/24 dev eth0")
	pod.Run("ip link set eth0 up")
	pod.Run("ip route add default via 10.244.1.1")
	other.Run("ip addr add 10.99.0.12/24 dev eth0")
	other.Run("ip addr add 10.244.2.1/24 dev lo") // another node: it has pods
	other.Run("ip link set eth0 up")
	other.Run("ip route add 10.244.1.0/24 via 10.99.0.11")
	node.Run("ip route add 10.244.2.0/24 via 10.99.0.12")
	var err error
	node.Do(func() {
		err = Set(context.Background(), netip.MustParsePrefix("10.244.0.0/16"), netip.MustParsePrefix("10.244.1.0/24"))
	})
	if err != nil {
		t.Fatal(err)
	}
	present := func() (is bool) {
		node.Do(func() { is = Present(context.Background()) })
		return is
	}
	if !present() {
		t.Error("the rules are set, but not present")
	}
	for to, want := range map[string]string{"10.99.0.12": "10.99.0.11", "10.244.2.1": "10.244.1.2"} {
		if got := seenAs(t, pod, other, to); got != want {
			t.Errorf("%s sees the pod as %s, want %s", to, got, want)
		}
	}
	node.Do(func() {
		for range 2 {
			if err := Cleanup(context.Background()); err != nil {
				t.Error(err)
			}
		}
	})
	if present() {
		t.Error("the rules are removed, but present")
	}
	if left := node.Run("nft list ruleset"); left != "" {
		t.Errorf("left behind:\n%s", left)
	}
}

// seenAs connects from one namespace to the other and returns the source address seen there.
func seenAs(t *testing.T, from, at *netnstest.Namespace, addr string) string {
	t.Helper()
	var l net.Listener
	var c net.Conn
	var err error
	at.Do(func() { l, err = net.Listen("tcp", addr+":0") })
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	from.Do(func() { c, err = net.DialTimeout("tcp", l.Addr().String(), 3*time.Second) })
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	host, _, _ := net.SplitHostPort(s.RemoteAddr().String())
	return host
}
