package nftables

import (
	"context"
	"net/netip"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pilothouse/pilothouse/kube-proxy/internal/netnstest"
	"github.com/pilothouse/pilothouse/kube-proxy/internal/table"
	"github.com/pilothouse/pilothouse/proto/core"
)

func webPort(i int, endpoints ...string) *table.Port {
	p := &table.Port{
		Name:      table.Name{Namespace: "default", Service: "web" + netip.AddrFrom4([4]byte{10, 96, byte(i >> 8), byte(i)}).String(), Protocol: core.ProtocolTCP},
		ClusterIP: netip.AddrFrom4([4]byte{10, 96, byte(i >> 8), byte(i)}), Port: 80,
	}
	for _, e := range endpoints {
		p.Cluster = append(p.Cluster, table.Endpoint{Addr: netip.MustParseAddrPort(e)})
	}
	return p
}

// Our own changes are not reported; anybody else's change of our table is.
func TestWatchTellsOursFromOthers(t *testing.T) {
	ns := netnstest.New(t, "watch")
	ctx, cancel := context.WithCancel(context.Background())
	tampered := make(chan struct{}, 64)
	var p *Proxy
	var err error
	ns.Do(func() {
		if p, err = New(ctx, Config{}); err == nil {
			err = p.Rebuild(ctx, []*table.Port{webPort(1, "10.244.1.1:80")})
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go ns.Do(func() { done <- p.Watch(ctx, func() { tampered <- struct{}{} }) })
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	// Somebody else's change also shows when the watch has begun.
	waitTampered := func(nftArgs ...string) {
		t.Helper()
		deadline := time.After(5 * time.Second)
		for {
			if out, err := exec.Command("nsenter", append([]string{"--net=/run/netns/" + ns.Name, "nft"}, nftArgs...)...).CombinedOutput(); err != nil {
				t.Fatalf("nft %v: %v: %s", nftArgs, err, out)
			}
			select {
			case <-tampered:
				return
			case <-time.After(100 * time.Millisecond):
			case <-deadline:
				t.Fatalf("nft %v was not noticed", nftArgs)
			}
		}
	}
	waitTampered("add", "element", "ip", "kube-proxy", "cluster-ips", "{ 10.96.9.9 }")
	for len(tampered) > 0 {
		<-tampered
	}
	ns.Do(func() {
		for i := range 20 {
			if err = p.Apply(ctx, []table.Change{{Name: webPort(2).Name, New: webPort(2, netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 244, 2, byte(i)}), 80).String())}}); err != nil {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	ns.Do(func() { // the other family's rules are another proxy's
		var six *Proxy
		if six, err = New(ctx, Config{IPv6: true}); err == nil {
			err = six.Rebuild(ctx, nil)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	ns.Run("nft", "add", "table", "ip", "somebody-elses")
	ns.Run("nft", "flush", "ruleset")
	// Notices come in order: the flush is the first and only one about our table.
	select {
	case <-tampered:
	case <-time.After(5 * time.Second):
		t.Fatal("nft flush ruleset was not noticed")
	}
	if len(tampered) > 0 {
		t.Errorf("%d more changes reported; ours were taken for somebody else's", len(tampered))
	}
}

// The notices of our own large transactions do not overrun the watch: it would take that
// for tampering, rebuild, and overrun again.
func TestWatchSurvivesOurLargestTransaction(t *testing.T) {
	ns := netnstest.New(t, "flood")
	ctx, cancel := context.WithCancel(context.Background())
	var tampered atomic.Int32
	var p *Proxy
	var err error
	ns.Do(func() {
		if p, err = New(ctx, Config{}); err == nil {
			err = p.Rebuild(ctx, nil)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	ready, done := make(chan struct{}), make(chan error, 1)
	go ns.Do(func() {
		done <- p.watch(ctx, func() { tampered.Add(1) }, func() { close(ready) })
	})
	<-ready
	ns.Do(func() {
		for range 3 {
			if err := p.Rebuild(ctx, services(10000)); err != nil {
				t.Error(err)
			}
		}
	})
	if n := tampered.Load(); n != 0 {
		t.Errorf("our own changes were reported %d times", n)
	}
	// It still sees others' changes.
	ns.Run("nft", "delete", "table", "ip", "kube-proxy")
	deadline := time.After(10 * time.Second)
	for tampered.Load() == 0 {
		select {
		case <-deadline:
			t.Fatal("the deletion of the table was not noticed")
		case <-time.After(10 * time.Millisecond):
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
