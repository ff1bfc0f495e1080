package iptables

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/netnstest"
	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
	"github.com/pilothouse/pilothouse/proto/core"
)

func webPort(i int, endpoints ...string) *table.Port {
	p := &table.Port{
		Name:      table.Name{Namespace: "default", Service: fmt.Sprintf("web%d", i), Protocol: core.ProtocolTCP},
		ClusterIP: netip.AddrFrom4([4]byte{10, 96, byte(i >> 8), byte(i)}), Port: 80,
	}
	for _, e := range endpoints {
		p.Cluster = append(p.Cluster, table.Endpoint{Addr: netip.MustParseAddrPort(e)})
	}
	return p
}

// started is a proxy with one service inside a namespace of its own.
func started(t *testing.T) (*netnstest.Namespace, *Proxy) {
	t.Helper()
	ns := netnstest.New(t, "ipt")
	var p *Proxy
	var err error
	ns.Run("iptables", "-t", "nat", "-A", "PREROUTING", "-p", "tcp", "--dport", "99", "-j", "RETURN") // the operator's
	before := ns.Run("iptables-save")
	if !strings.Contains(before, "--dport 99") {
		t.Fatal("the operator's rule was not set")
	}
	ns.Do(func() {
		if p, err = New(context.Background(), Config{}, 50*time.Millisecond); err == nil {
			err = p.Rebuild(context.Background(), []*table.Port{webPort(1, "10.244.1.1:80", "10.244.1.2:80")})
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return ns, p
}

func TestCleanupLeavesOnlyOthersRules(t *testing.T) {
	ns, _ := started(t)
	if !strings.Contains(ns.Run("iptables-save"), chainServices) {
		t.Fatal("no rules were made")
	}
	ns.Do(func() {
		for range 2 { // a second time there is nothing to do
			if err := Cleanup(context.Background()); err != nil {
				t.Error(err)
			}
		}
	})
	left := ns.Run("iptables-save") + ns.Run("ip6tables-save")
	if strings.Contains(left, "KUBE") {
		t.Errorf("left behind:\n%s", left)
	}
	if !strings.Contains(left, "--dport 99") {
		t.Errorf("the operator's rule is gone:\n%s", left)
	}
}

func TestWatchSeesFlushes(t *testing.T) {
	for _, flush := range [][]string{
		{"iptables", "-t", "nat", "-F"},
		{"iptables", "-F", "FORWARD"},
		{"iptables", "-t", "nat", "-D", "OUTPUT", "1"},
	} {
		t.Run(strings.Join(flush, " "), func(t *testing.T) {
			ns, p := started(t)
			ctx, cancel := context.WithCancel(context.Background())
			tampered, done := make(chan struct{}, 16), make(chan error, 1)
			go ns.Do(func() { done <- p.Watch(ctx, func() { tampered <- struct{}{} }) })
			ns.Run(flush...)
			select {
			case <-tampered:
			case <-time.After(10 * time.Second):
				t.Error("not noticed")
			}
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
			ns.Do(func() {
				if err := p.Rebuild(context.Background(), []*table.Port{webPort(1, "10.244.1.1:80")}); err != nil {
					t.Error(err)
				}
				if !p.intact(context.Background()) {
					t.Error("not intact after the rebuild")
				}
			})
		})
	}
}

// A second proxy (a restart) takes over what the first left, and removes what is gone.
func TestRestartRemovesStaleChains(t *testing.T) {
	ns, _ := started(t)
	ns.Do(func() {
		p, err := New(context.Background(), Config{}, time.Minute)
		if err == nil {
			err = p.Rebuild(context.Background(), []*table.Port{webPort(2, "10.244.1.9:80")})
		}
		if err != nil {
			t.Error(err)
		}
	})
	rules := ns.Run("iptables-save")
	if strings.Contains(rules, "web1") || strings.Contains(rules, "10.244.1.1:80") {
		t.Errorf("the first one's service is still there:\n%s", rules)
	}
	if !strings.Contains(rules, "10.244.1.9:80") {
		t.Errorf("the second one's service is not there:\n%s", rules)
	}
	if n := strings.Count(rules, "-A OUTPUT -m comment --comment \"kubernetes services\" -j KUBE-SERVICES"); n != 1 {
		t.Errorf("%d jumps from OUTPUT, want 1:\n%s", n, rules)
	}
}

// A change of one service among many mentions no chain of another.
func TestUpdateTouchesOnlyItsChains(t *testing.T) {
	p := newPlan(Config{})
	for i := range 100 {
		port := webPort(i, "10.244.1.1:80", "10.244.1.2:80")
		p.add(table.Change{Name: port.Name, New: port}, newRestore())
	}
	out := newRestore()
	changed := webPort(7, "10.244.1.1:80", "10.244.1.3:80")
	p.add(table.Change{Name: changed.Name, New: changed}, out)
	text := out.text()
	for line := range strings.Lines(text) {
		if strings.Contains(line, "--comment") && !strings.Contains(line, `"default/web7/TCP"`) {
			t.Errorf("another service's rule: %s", line)
		}
	}
	if strings.Contains(text, "KUBE-SERVICES") {
		t.Errorf("a change of endpoints rewrote KUBE-SERVICES:\n%s", text)
	}
	if n := strings.Count(text, "-X KUBE-SEP-"); n != 1 {
		t.Errorf("%d endpoint chains deleted, want 1:\n%s", n, text)
	}
}
