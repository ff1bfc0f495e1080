package conformance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/netnstest"
)

// network is the small cluster in which scripts send traffic:
//
//	node     10.99.0.1  the node whose kernel holds the rules
//	a, b     10.244.1.2, 10.244.1.3  pods on it, behind the bridge cni0
//	c        10.99.0.2 and 10.244.2.2  another node and a pod on it
//	outside  10.99.0.3  a machine that is no node
//
// Each pod answers with its name on TCP 80 and UDP 53.
type network struct {
	t    testing.TB
	node *netnstest.Namespace
	all  map[string]*netnstest.Namespace
}

func newNetwork(t testing.TB) *network {
	t.Helper()
	n := &network{t: t, all: map[string]*netnstest.Namespace{}}
	for _, name := range []string{"node", "a", "b", "c", "outside"} {
		n.all[name] = netnstest.New(t, name)
	}
	n.node = n.all["node"]
	n.bridge("br0", "10.99.0.1/24")
	n.bridge("cni0", "10.244.1.1/24")
	n.node.Run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.route_localnet=1",
		"net.ipv4.conf.all.send_redirects=0", "net.ipv4.conf.default.send_redirects=0", "net.ipv4.conf.br0.send_redirects=0")
	n.node.Run("ip", "route", "add", "10.244.2.0/24", "via", "10.99.0.2")
	n.node.Run("ip", "route", "add", "default", "via", "10.99.0.3")
	n.join("a", "cni0", "10.244.1.2/24", "default via 10.244.1.1")
	n.join("b", "cni0", "10.244.1.3/24", "default via 10.244.1.1")
	n.join("c", "br0", "10.99.0.2/24", "default via 10.99.0.1")
	n.all["c"].Run("ip", "addr", "add", "10.244.2.2/32", "dev", "lo")
	n.join("outside", "br0", "10.99.0.3/24", "default via 10.99.0.1")
	for name, ip := range map[string]string{"a": "10.244.1.2", "b": "10.244.1.3", "c": "10.244.2.2"} {
		n.all[name].Serve("tcp", ip+":80", name)
		n.all[name].Serve("udp", ip+":53", name)
	}
	return n
}

func (n *network) bridge(name, addr string) {
	n.t.Helper()
	n.node.Run("ip", "link", "add", name, "type", "bridge")
	n.node.Run("ip", "addr", "add", addr, "dev", name)
	n.node.Run("ip", "link", "set", name, "up")
}

func (n *network) join(name, bridge, addr, route string) {
	n.t.Helper()
	ns := n.all[name]
	netnstest.Veth(n.node, "v"+name, ns, "eth0")
	n.node.Run("ip", "link", "set", "v"+name, "master", bridge)
	n.node.Run("bridge", "link", "set", "dev", "v"+name, "hairpin", "on")
	ns.Run("ip", "addr", "add", addr, "dev", "eth0")
	ns.Run(append([]string{"ip", "route", "add"}, strings.Fields(route)...)...)
}

// reach is how long an answer may take, and how long silence must last.
const (
	reach   = 3 * time.Second
	silence = 700 * time.Millisecond
)

// ask sends one request from the named place. target is "10.0.0.1:80" or "udp/10.0.0.1:53".
func (n *network) ask(from, target string, wait time.Duration) (server, sawClient string, err error) {
	ns := n.all[from]
	if ns == nil {
		return "", "", fmt.Errorf("no place called %q", from)
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	proto := "tcp"
	if rest, ok := strings.CutPrefix(target, "udp/"); ok {
		proto, target = "udp", rest
	}
	return ns.Ask(ctx, proto, target)
}

// inTurn asks twice for each server and demands that they answer in a fixed turn.
func (n *network) inTurn(from, target string, servers []string) error {
	var got []string
	for range 2 * len(servers) {
		s, _, err := n.ask(from, target, reach)
		if err != nil {
			return fmt.Errorf("after %v: %w", got, err)
		}
		got = append(got, s)
	}
	first, second := got[:len(servers)], got[len(servers):]
	if !slices.Equal(first, second) || !slices.Equal(slices.Sorted(slices.Values(first)), slices.Sorted(slices.Values(servers))) {
		return fmt.Errorf("answers came from %v, want a round robin of %v", got, servers)
	}
	return nil
}

// among asks many times and demands that exactly these servers answer.
func (n *network) among(from, target string, servers []string) error {
	got := map[string]bool{}
	for range 12 * len(servers) {
		s, _, err := n.ask(from, target, reach)
		if err != nil {
			return err
		}
		got[s] = true
	}
	var names []string
	for s := range got {
		names = append(names, s)
	}
	slices.Sort(names)
	if want := slices.Sorted(slices.Values(servers)); !slices.Equal(names, want) {
		return fmt.Errorf("answers came from %v, want %v", names, want)
	}
	return nil
}

// refused demands an error at once, as from a port that nobody listens on.
func (n *network) refused(from, target string) error {
	start := time.Now()
	s, _, err := n.ask(from, target, reach)
	switch {
	case err == nil:
		return fmt.Errorf("answered by %s", s)
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.EHOSTUNREACH):
		return nil
	}
	return fmt.Errorf("not refused but (after %s): %w", time.Since(start), err)
}

// silent demands that nothing comes back.
func (n *network) silent(from, target string) error {
	s, _, err := n.ask(from, target, silence)
	var ne net.Error
	switch {
	case err == nil:
		return fmt.Errorf("answered by %s", s)
	case errors.As(err, &ne) && ne.Timeout(), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return nil
	}
	return fmt.Errorf("not silent: %w", err)
}
