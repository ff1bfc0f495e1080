package core

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateNode checks a node that registers.
func ValidateNode(n *Node) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &n.ObjectMeta, meta.ClusterWide, meta.IsDNS1123Subdomain, metadataPath)
	checkTaints(&r, n.Spec.Taints)
	checkNodeAmounts(&r, n)
	checkPodCIDRs(&r, n.Spec.PodCIDRs, specPath.Child("podCIDRs"))
	return r.Errors
}

// checkTaints checks taints. Their path is the one that users of kubectl have
// always seen, although they live in spec.
func checkTaints(r *field.Report, taints []Taint) {
	type key struct {
		key    string
		effect TaintEffect
	}
	seen := map[key]bool{}
	for i, t := range taints {
		p := metadataPath.Child("taints").Index(i)
		meta.ValidateLabelKey(r, t.Key, p.Child("key"))
		if bad := meta.IsLabelValue(t.Value); len(bad) > 0 {
			r.Invalid(p.Child("value"), t.Value, strings.Join(bad, ";"))
		}
		checkTaintEffect(r, t.Effect, p.Child("effect"))
		k := key{t.Key, t.Effect}
		if seen[k] {
			e := field.Duplicate(p, t)
			e.Detail = "taints must be unique by key and effect pair"
			r.Add(e)
		}
		seen[k] = true
	}
}

func checkNodeAmounts(r *field.Report, n *Node) {
	for _, l := range []struct {
		name string
		list ResourceList
	}{{"capacity", n.Status.Capacity}, {"allocatable", n.Status.Allocatable}} {
		for _, k := range sortedKeys(l.list) {
			checkAmount(r, k, l.list[k], statusPath.Child(l.name, string(k)))
		}
	}
}

func checkPodCIDRs(r *field.Report, cidrs []string, p *field.Path) {
	again := field.Repeats(cidrs)
	for i, c := range cidrs {
		checkCIDR(r, c, p.Index(i))
	}
	if len(cidrs) > 1 {
		for i, c := range cidrs {
			if _, err := netip.ParsePrefix(c); err != nil {
				r.Add(field.Internal(p, fmt.Errorf("invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[%d]: <nil> (invalid CIDR address: %s)", i, c)))
				break
			}
		}
		if !onePerFamily(cidrs) {
			r.Invalid(p, cidrs, "may specify no more than one CIDR for each IP family")
		}
	}
	for i, c := range cidrs {
		if again(i) {
			r.Duplicate(p.Index(i), c)
		}
	}
}

// ValidateNodeUpdate checks a change of a node; its part of the pod network
// and its provider's id are fixed once they are set.
func ValidateNodeUpdate(n, old *Node) field.ErrorList {
	var r field.Report
	checkMetaUpdate(&r, &n.ObjectMeta, &old.ObjectMeta)
	checkNodeAmounts(&r, n)
	again := field.Repeats(n.Status.Addresses)
	for i, a := range n.Status.Addresses {
		if again(i) {
			r.Duplicate(statusPath.Child("addresses").Index(i), a)
		}
	}
	checkPodCIDRs(&r, n.Spec.PodCIDRs, specPath.Child("podCIDRs"))
	if len(old.Spec.PodCIDRs) > 0 {
		if !slices.Equal(n.Spec.PodCIDRs, old.Spec.PodCIDRs) {
			r.Forbidden(specPath.Child("podCIDRs"), "node updates may not change podCIDR except from \"\" to valid")
		}
	}
	if old.Spec.ProviderID != "" && n.Spec.ProviderID != old.Spec.ProviderID {
		r.Forbidden(specPath.Child("providerID"), "node updates may not change providerID except from \"\" to valid")
	}
	if n.Spec.DoNotUseExternalID != old.Spec.DoNotUseExternalID {
		r.Forbidden(specPath.Child("externalID"), "may not be updated")
	}
	checkTaints(&r, n.Spec.Taints)
	checkTaints(&r, n.Spec.Taints) // what is wrong with them is told twice
	return r.Errors
}

// ValidateNodeStatusUpdate checks a change of status.
func ValidateNodeStatusUpdate(n, old *Node) field.ErrorList { return ValidateNodeUpdate(n, old) }
