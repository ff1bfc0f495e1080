package networking

import (
	"net/netip"

	"github.com/pilothouse/pilothouse/proto/core"
	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// ValidateNetworkPolicy checks a policy that is created.
func ValidateNetworkPolicy(o *NetworkPolicy) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &o.ObjectMeta, meta.Namespaced, meta.IsDNS1123Subdomain, field.New("metadata"))
	checkPolicy(&r, &o.Spec, field.New("spec"))
	return r.Errors
}

// ValidateNetworkPolicyUpdate checks a change.
func ValidateNetworkPolicyUpdate(o, old *NetworkPolicy) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &o.ObjectMeta, &old.ObjectMeta, field.New("metadata"))
	checkPolicy(&r, &o.Spec, field.New("spec"))
	return r.Errors
}

func checkPolicy(r *field.Report, s *NetworkPolicySpec, p *field.Path) {
	meta.ValidateLabelSelector(r, &s.PodSelector, p.Child("podSelector"))
	for i := range s.Ingress {
		checkRule(r, s.Ingress[i].Ports, s.Ingress[i].From, p.Child("ingress").Index(i), "from")
	}
	for i := range s.Egress {
		checkRule(r, s.Egress[i].Ports, s.Egress[i].To, p.Child("egress").Index(i), "to")
	}
	p = p.Child("policyTypes")
	if len(s.PolicyTypes) > 2 {
		r.Invalid(p, s.PolicyTypes, "may not specify more than two policyTypes")
		return
	}
	for i, t := range s.PolicyTypes {
		if t != PolicyTypeIngress && t != PolicyTypeEgress {
			r.Add(field.NotSupported(p.Index(i), t, []PolicyType{PolicyTypeIngress, PolicyTypeEgress}))
		}
	}
}

func checkRule(r *field.Report, ports []NetworkPolicyPort, peers []NetworkPolicyPeer, p *field.Path, side string) {
	for i := range ports {
		checkPolicyPort(r, &ports[i], p.Child("ports").Index(i))
	}
	for i := range peers {
		checkPeer(r, &peers[i], p.Child(side).Index(i))
	}
}

func checkPolicyPort(r *field.Report, port *NetworkPolicyPort, p *field.Path) {
	if t := port.Protocol; t != nil && *t != core.ProtocolTCP && *t != core.ProtocolUDP && *t != core.ProtocolSCTP {
		r.Add(field.NotSupported(p.Child("protocol"), *t, []core.Protocol{core.ProtocolTCP, core.ProtocolUDP, core.ProtocolSCTP}))
	}
	first, last, end := port.Port, port.EndPort, p.Child("endPort")
	p = p.Child("port")
	switch {
	case first == nil:
		if last != nil {
			r.Invalid(end, *last, "may not be specified when `port` is not specified")
		}
	case first.Type == meta.Int:
		r.Each(p, first.IntVal, meta.IsPortNumber(int(first.IntVal)))
		if last == nil {
			return
		}
		if *last < first.IntVal {
			r.Invalid(end, first.IntVal, "must be greater than or equal to `port`")
		}
		r.Each(end, *last, meta.IsPortNumber(int(*last)))
	default:
		if last != nil {
			r.Invalid(end, *last, "may not be specified when `port` is non-numeric")
		}
		r.Each(p, first.StrVal, meta.IsPortName(first.StrVal))
	}
}

func checkPeer(r *field.Report, peer *NetworkPolicyPeer, p *field.Path) {
	meta.ValidateLabelSelector(r, peer.PodSelector, p.Child("podSelector"))
	meta.ValidateLabelSelector(r, peer.NamespaceSelector, p.Child("namespaceSelector"))
	pods := peer.PodSelector != nil || peer.NamespaceSelector != nil
	if peer.IPBlock != nil {
		checkBlock(r, peer.IPBlock, p.Child("ipBlock"))
		if pods {
			r.Forbidden(p, "may not specify both ipBlock and another peer")
		}
	} else if !pods {
		r.Required(p, "must specify a peer")
	}
}

func checkBlock(r *field.Report, b *IPBlock, p *field.Path) {
	if b.CIDR == "" {
		r.Required(p.Child("cidr"), "")
		return
	}
	all, ok := parseCIDR(r, b.CIDR, p.Child("cidr"))
	if !ok {
		return
	}
	for i, e := range b.Except {
		p := p.Child("except").Index(i)
		if part, ok := parseCIDR(r, e, p); ok && (!all.Contains(part.Masked().Addr()) || all.Bits() >= part.Bits()) {
			r.Invalid(p, e, "must be a strict subset of `cidr`")
		}
	}
}

func parseCIDR(r *field.Report, s string, p *field.Path) (netip.Prefix, bool) {
	n, err := netip.ParsePrefix(s)
	if err != nil {
		r.Invalid(p, s, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")
	}
	return n, err == nil
}
