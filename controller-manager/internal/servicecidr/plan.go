package servicecidr

import (
	"net/netip"
	"slices"
	"time"

	"github.com/pilothouse/pilothouse/proto/meta"
	"github.com/pilothouse/pilothouse/proto/networking"
)

// Finalizer keeps a range until none of its addresses is in use.
const Finalizer = "networking.k8s.io/service-cidr-finalizer"

// settle is how long a range is known to be going before it goes: API servers
// hear of it a moment later, and until then may hand out its addresses.
const settle = 10 * time.Second

// planned is the next step for a range.
type planned struct {
	// finalizers and condition are what the object is to have; nil leaves them.
	finalizers []string
	release    bool // finalizers are set even if they are empty
	condition  *meta.Condition
	// wait is when to look again, zero for never.
	wait time.Duration
}

// plan decides about one range. used are the addresses in use, asked for only
// when it matters; others are the other ranges.
func plan(c *networking.ServiceCIDR, others []*networking.ServiceCIDR, now time.Time, used func() ([]netip.Addr, error)) (planned, error) {
	has := slices.Contains(c.Finalizers, Finalizer)
	if c.DeletionTimestamp == nil {
		var p planned
		if !has {
			p.finalizers = append(slices.Clone(c.Finalizers), Finalizer)
		}
		if !ready(c) {
			p.condition = &meta.Condition{Type: networking.ServiceCIDRConditionReady, Status: meta.ConditionTrue, Reason: "NetworkReady",
				Message: "Kubernetes Service CIDR is ready"}
		}
		return p, nil
	}
	if !has {
		return planned{}, nil
	}
	if left := c.DeletionTimestamp.Add(settle).Sub(now); left > 0 {
		return planned{wait: left}, nil
	}
	addresses, err := used()
	if err != nil {
		return planned{}, err
	}
	if !needed(c, others, addresses) {
		return planned{release: true, finalizers: slices.DeleteFunc(slices.Clone(c.Finalizers), func(f string) bool { return f == Finalizer })}, nil
	}
	p := planned{wait: settle}
	if ready(c) {
		p.condition = &meta.Condition{Type: networking.ServiceCIDRConditionReady, Status: meta.ConditionFalse, Reason: "Terminating",
			Message: "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR"}
	}
	return p, nil
}

// needed says whether an address is in use that no other range has.
func needed(c *networking.ServiceCIDR, others []*networking.ServiceCIDR, used []netip.Addr) bool {
	mine := prefixes(c)
	var theirs []netip.Prefix
	for _, o := range others {
		if o.DeletionTimestamp == nil && o.Name != c.Name && ready(o) {
			theirs = append(theirs, prefixes(o)...)
		}
	}
	within := func(all []netip.Prefix, ip netip.Addr) bool {
		return slices.ContainsFunc(all, func(p netip.Prefix) bool { return p.Contains(ip) })
	}
	return slices.ContainsFunc(used, func(ip netip.Addr) bool { return within(mine, ip) && !within(theirs, ip) })
}

func prefixes(c *networking.ServiceCIDR) (out []netip.Prefix) {
	for _, text := range c.Spec.CIDRs {
		if p, err := netip.ParsePrefix(text); err == nil {
			out = append(out, p)
		}
	}
	return out
}

func ready(c *networking.ServiceCIDR) bool {
	return slices.ContainsFunc(c.Status.Conditions, func(x meta.Condition) bool {
		return x.Type == networking.ServiceCIDRConditionReady && x.Status == meta.ConditionTrue
	})
}
