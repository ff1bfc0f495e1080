package allocator

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/pilothouse/pilothouse/apiserver/internal/etcd"
	"github.com/pilothouse/pilothouse/apiserver/internal/etcd/etcdtest"
	"github.com/pilothouse/pilothouse/apiserver/internal/store"
)

// start runs an allocator, as one API server does.
func start(t *testing.T, e *etcd.Etcd, services string, ports PortRange) *Allocator {
	s := store.New(e.Client())
	a := New(s, e.Client(), Config{Services: netip.MustParsePrefix(services), NodePorts: ports, Log: etcdtest.Log(t)})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return a
}

// create writes a service with what it is assigned.
func (a *Allocator) create(t *testing.T, r Request) (Result, error) {
	var result Result
	err := a.Assign(t.Context(), r, func(got Result, ops []store.Op) error {
		result = got
		_, err := a.store.Create(t.Context(), "/registry/services/specs/"+r.Owner, []byte("{}"), 0, ops...)
		return err
	})
	return result, err
}

func TestTwoServersNeverGiveOneValueTwice(t *testing.T) {
	e := etcdtest.Start(t)
	servers := []*Allocator{
		start(t, e, "10.96.0.0/25", PortRange{30000, 30099}),
		start(t, e, "10.96.0.0/25", PortRange{30000, 30099}),
	}
	var mu sync.Mutex
	ips, ports := map[string]int{}, map[int32]int{}
	var wg sync.WaitGroup
	for n, a := range servers {
		for w := range 4 {
			wg.Go(func() {
				for i := range 12 {
					got, err := a.create(t, Request{Owner: fmt.Sprintf("ns/s%d-%d-%d", n, w, i), WantIP: true, Ports: []int32{0}})
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					ips[got.IP]++
					ports[got.Ports[0]]++
					mu.Unlock()
				}
			})
		}
	}
	wg.Wait()
	if len(ips) != 96 || len(ports) != 96 {
		t.Errorf("96 services got %d addresses and %d ports", len(ips), len(ports))
	}
	if ips["10.96.0.1"] > 0 {
		t.Error("the kubernetes service's address was handed out")
	}
}

func TestAskingByName(t *testing.T) {
	e := etcdtest.Start(t)
	a, b := start(t, e, "10.96.0.0/16", PortRange{30000, 32767}), start(t, e, "10.96.0.0/16", PortRange{30000, 32767})
	got, err := a.create(t, Request{Owner: "ns/a", WantIP: true, IP: "10.96.3.4", Ports: []int32{30001, 30001, 0}})
	if err != nil || got.IP != "10.96.3.4" || got.Ports[0] != 30001 || got.Ports[1] != 30001 || got.Ports[2] == 30001 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, test := range []struct {
		r    Request
		want string
	}{
		{Request{WantIP: true, IP: "10.96.3.4"}, "provided IP is already allocated"},
		{Request{WantIP: true, IP: "10.97.0.1"}, "the provided IP (10.97.0.1) is not in the valid range. The range of valid IPs is 10.96.0.0/16"},
		{Request{WantIP: true, IP: "10.96.0.0"}, "the provided IP (10.96.0.0) is not in the valid range. The range of valid IPs is 10.96.0.0/16"},
		{Request{WantIP: true, IP: "10.96.255.255"}, "the provided IP (10.96.255.255) is not in the valid range. The range of valid IPs is 10.96.0.0/16"},
		{Request{Ports: []int32{30001}}, "provided port is already allocated"},
		{Request{Ports: []int32{80}}, "provided port is not in the valid range. The range of valid ports is 30000-32767"},
	} {
		for _, server := range []*Allocator{a, b} {
			test.r.Owner = "ns/b"
			if _, err := server.create(t, test.r); err == nil || err.Error() != test.want {
				t.Errorf("%+v: %v, want %s", test.r, err, test.want)
			}
		}
	}
}

func TestUpdateKeepsAndReleases(t *testing.T) {
	e := etcdtest.Start(t)
	a := start(t, e, "10.96.0.0/16", PortRange{30000, 32767})
	first, err := a.create(t, Request{Owner: "ns/a", WantIP: true, Ports: []int32{0, 0}})
	if err != nil {
		t.Fatal(err)
	}
	keep := first.Ports[1]
	var second Result
	err = a.Assign(t.Context(), Request{Owner: "ns/a", WantIP: true, HaveIP: first.IP, Ports: []int32{keep}, HavePorts: first.Ports},
		func(got Result, ops []store.Op) error {
			second = got
			_, rev, err := a.store.Get(t.Context(), "/registry/services/specs/ns/a")
			if err != nil {
				return err
			}
			_, err = a.store.Update(t.Context(), "/registry/services/specs/ns/a", []byte("{}"), rev, 0, ops...)
			return err
		})
	if err != nil || second.IP != first.IP || !slices.Equal(second.Ports, []int32{keep}) {
		t.Fatalf("%+v became %+v, %v", first, second, err)
	}
	if _, err := a.create(t, Request{Owner: "ns/b", Ports: []int32{first.Ports[0]}}); err != nil {
		t.Errorf("a released port: %v", err)
	}
	_, rev, err := a.store.Get(t.Context(), "/registry/services/specs/ns/a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.store.Delete(t.Context(), "/registry/services/specs/ns/a", rev, a.Release("ns/a", second.IP, second.Ports)...); err != nil {
		t.Fatal(err)
	}
	if _, err := a.create(t, Request{Owner: "ns/c", WantIP: true, IP: first.IP, Ports: []int32{keep}}); err != nil {
		t.Errorf("what a deleted service had: %v", err)
	}
}

func TestFullRange(t *testing.T) {
	e := etcdtest.Start(t)
	a := start(t, e, "10.96.0.0/29", PortRange{30000, 30001})
	for i := range 5 { // eight, less the network's, the broadcast and the first
		if _, err := a.create(t, Request{Owner: fmt.Sprintf("ns/%d", i), WantIP: true}); err != nil {
			t.Fatal(err)
		}
	}
	var full *FullError
	if _, err := a.create(t, Request{Owner: "ns/more", WantIP: true}); !errors.As(err, &full) || full.What != "IP" {
		t.Errorf("a full range gives %v", err)
	}
	if _, err := a.create(t, Request{Owner: "ns/ports", Ports: []int32{0, 0, 0}}); !errors.As(err, &full) || full.What != "port" {
		t.Errorf("a full range gives %v", err)
	}
	if got, err := a.create(t, Request{Owner: "ns/ports", Ports: []int32{0, 0}}); err != nil || len(got.Ports) != 2 {
		t.Errorf("a refused request kept ports: %v", err)
	}
}

func TestRepair(t *testing.T) {
	e := etcdtest.Start(t)
	a := start(t, e, "10.96.0.0/16", PortRange{30000, 32767})
	ctx := t.Context()
	for key, owner := range map[string]string{ipKey("10.96.0.7"): "ns/gone", portKey(30005): "ns/wrong", portKey(30006): "ns/a"} {
		if _, err := a.store.Create(ctx, key, []byte(owner), 0); err != nil {
			t.Fatal(err)
		}
	}
	services := func(context.Context) (iter.Seq[Holding], error) {
		return slices.Values([]Holding{{Owner: "ns/a", IP: "10.96.0.9", Ports: []int32{30005, 30006}}}), nil
	}
	if err := a.Repair(ctx, services); err != nil {
		t.Fatal(err)
	}
	resp, err := e.Client().Get(ctx, ipPrefix)
	if err != nil || resp.Count != 0 {
		t.Fatal(err)
	}
	for key, want := range map[string]string{ipKey("10.96.0.7"): "", ipKey("10.96.0.9"): "ns/a", portKey(30005): "ns/a", portKey(30006): "ns/a"} {
		got, _, _ := a.store.Get(ctx, key)
		if string(got) != want {
			t.Errorf("%s is %q's, want %q", key, got, want)
		}
	}
}

func TestRanges(t *testing.T) {
	p := netip.MustParsePrefix("10.96.0.0/12")
	if n := addresses(p); n != 1<<20-2 {
		t.Errorf("%s has %d addresses", p, n)
	}
	for i, want := range map[uint64]string{0: "10.96.0.1", 254: "10.96.0.255", 255: "10.96.1.0", 1<<20 - 3: "10.111.255.254"} {
		if got := nth(p, i); got.String() != want {
			t.Errorf("number %d is %s, want %s", i, got, want)
		}
	}
	if got := nth(netip.MustParsePrefix("fd00::/108"), 65535); got.String() != "fd00::1:0" {
		t.Errorf("got %s", got)
	}
	for _, bad := range []string{"", "1", "2-1", "0-5", "1-70000", "a-b"} {
		if _, err := ParsePortRange(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if r, err := ParsePortRange("30000-32767"); err != nil || r.String() != "30000-32767" {
		t.Errorf("%v, %v", r, err)
	}
}

// TestRepairObjects: a lost IPAddress is made again and a stale one dropped; one
// that somebody made by hand stays, and keeps its address.
func TestRepairObjects(t *testing.T) {
	e := etcdtest.Start(t)
	a := start(t, e, "10.96.0.0/29", PortRange{30000, 30009})
	got, err := a.create(t, Request{Owner: "ns/a", WantIP: true, IP: "10.96.0.2"})
	if err != nil {
		t.Fatal(err)
	}
	put := func(key, value string) {
		if _, err := e.Client().Put(t.Context(), key, value); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.Client().Delete(t.Context(), objectKey(got.IP)); err != nil {
		t.Fatal(err)
	}
	stale, err := object("10.96.0.6", "ns/gone", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	put(objectKey("10.96.0.6"), string(stale))
	put(objectKey("10.96.0.5"), `{"metadata":{"name":"10.96.0.5"}}`)
	err = a.Repair(t.Context(), func(context.Context) (iter.Seq[Holding], error) {
		return slices.Values([]Holding{{Owner: "ns/a", IP: got.IP}}), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := e.Client().Get(t.Context(), AddressPrefix, clientv3.WithPrefix())
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, kv := range resp.Kvs {
		have = append(have, strings.TrimPrefix(string(kv.Key), AddressPrefix))
	}
	want := []string{got.IP, "10.96.0.5"}
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("the objects are %v, want %v", have, want)
	}
	if _, err := a.create(t, Request{Owner: "ns/b", WantIP: true, IP: "10.96.0.5"}); err == nil {
		t.Error("an address that somebody has taken by hand was handed out")
	}
	a.Freed("10.96.0.5")
	if _, err := e.Client().Delete(t.Context(), objectKey("10.96.0.5")); err != nil {
		t.Fatal(err)
	}
	if _, err := a.create(t, Request{Owner: "ns/b", WantIP: true, IP: "10.96.0.5"}); err != nil {
		t.Errorf("an address that is free again: %v", err)
	}
}
