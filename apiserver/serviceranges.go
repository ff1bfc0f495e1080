package apiserver

import (
	"net/netip"
	"sync"

	"github.com/pilothouse/pilothouse/apiserver/internal/allocator"
	"github.com/pilothouse/pilothouse/apiserver/internal/cache"
	"github.com/pilothouse/pilothouse/proto/codec"
	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/networking"
)

// serviceRanges lets services have addresses from the ServiceCIDRs that are
// ready, beside the configured range.
func serviceRanges(c *cache.Cache, a *allocator.Allocator) {
	var mu sync.Mutex
	ready := map[string][]netip.Prefix{}
	c.Table("servicecidrs.networking.k8s.io").Follow(func(old, now *cache.Object) {
		mu.Lock()
		defer mu.Unlock()
		if now == nil {
			delete(ready, old.Name)
		} else {
			ready[now.Name] = readyRanges(now.JSON())
		}
		var all []netip.Prefix
		for _, ranges := range ready {
			all = append(all, ranges...)
		}
		a.SetRanges(all)
	})
}

// freedAddresses tells the allocator of IPAddress objects that go.
func freedAddresses(c *cache.Cache, a *allocator.Allocator) {
	c.Table("ipaddresses.networking.k8s.io").Follow(func(old, now *cache.Object) {
		if now == nil {
			a.Freed(old.Name)
		}
	})
}

// readyRanges are the ranges of a ServiceCIDR that addresses may come from.
func readyRanges(b []byte) (out []netip.Prefix) {
	o := &networking.ServiceCIDR{}
	if codec.DecodeJSON(b, o) != nil || o.DeletionTimestamp != nil {
		return nil
	}
	for _, c := range o.Status.Conditions {
		if c.Type != networking.ServiceCIDRConditionReady || c.Status != meta.ConditionTrue {
			continue
		}
		for _, text := range o.Spec.CIDRs {
			if p, err := netip.ParsePrefix(text); err == nil {
				out = append(out, p)
			}
		}
	}
	return out
}
